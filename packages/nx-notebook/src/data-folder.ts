/**
 * Nx's own data folder of a workspace, where caches of inference belong: `nx reset` empties it. Computed as
 * `workspaceDataDirectory` of the devkit is, without loading the devkit, which takes longer than all of inference.
 */
import { resolve } from 'node:path';
import type { Environment } from './settings/settings.js';

/** Absolute. */
export function dataFolder(workspaceRoot: string, env: Environment): string {
  return resolve(
    workspaceRoot,
    env['NX_WORKSPACE_DATA_DIRECTORY'] ??
      env['NX_PROJECT_GRAPH_CACHE_DIRECTORY'] ??
      '.nx/workspace-data',
  );
}
