/**
 * Where results lie on this machine: one answer for those who run tasks and for those who look after the store. Pure.
 */
import { join, resolve } from 'node:path';
import { defaultStoreRoot, type StoreScope } from '@nx-notebook/store';
import type { Environment, Settings } from './settings/settings.js';

/**
 * The absolute folder of the local store. A trusted run has one of its own: in the usual one may be what a run of a pull
 * request made on this machine.
 */
export function localStoreFolder(options: {
  readonly workspaceRoot: string;
  readonly settings: Settings;
  readonly env: Environment;
  readonly scope: StoreScope | undefined;
}): string {
  const { workspaceRoot, settings, env, scope } = options;
  const folder =
    settings.localStore === undefined
      ? defaultStoreRoot(env, process.platform)
      : resolve(workspaceRoot, settings.localStore);
  return scope?.kind === 'trusted' ? join(folder, 'trusted') : folder;
}
