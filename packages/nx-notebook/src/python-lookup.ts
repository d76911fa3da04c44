/**
 * Which Python a pipeline runs in, asked once for each environment. Loads nothing heavy: inference looks it up as well.
 */
import { join } from 'node:path';
import { findPython, type PythonLookup } from '@nx-notebook/python';
import { dataFolder } from './data-folder.js';
import { pythonFolder } from './python-folder.js';
import type { Environment, Settings } from './settings/settings.js';

/** What looking it up needs. */
export interface PythonLookupOptions {
  readonly workspaceRoot: string;
  readonly settings: Pick<Settings, 'python'>;
  readonly env: Environment;
}

/** Finds the Python of pipeline folders; asks once for each environment. */
export function createPythonLookup({
  workspaceRoot,
  settings,
  env,
}: PythonLookupOptions): (folder: string) => Promise<PythonLookup> {
  const caches = dataFolder(workspaceRoot, env);
  const known = new Map<string, Promise<PythonLookup>>();
  return (pipelineFolder) => {
    const folder = pythonFolder(pipelineFolder, workspaceRoot);
    const lookup =
      known.get(folder) ??
      findPython({
        workspaceRoot,
        folder,
        env,
        cacheFile: join(caches, 'nx-notebook-python.json'),
        ...(settings.python === undefined
          ? {}
          : { configured: settings.python }),
      });
    known.set(folder, lookup);
    return lookup;
  };
}
