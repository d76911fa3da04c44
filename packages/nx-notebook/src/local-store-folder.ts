/**
 * Where results lie on this machine: one answer for those who run tasks and for those who look after the store. Pure.
 */
import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { defaultStoreRoot, type StoreScope } from '@nx-notebook/store';
import type { Environment, Settings } from './settings/settings.js';

/**
 * The absolute folder of the local store. A trusted run has one of its own: in the usual one may be what a run of a pull
 * request made on this machine. So has who asks for signatures: entries on this disk have none, and came here unchecked
 * or checked by other keys.
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
  const keys = settings.storePublicKeys ?? [];
  return join(
    folder,
    ...(scope?.kind === 'trusted' ? ['trusted'] : []),
    ...(keys.length === 0 ? [] : [`signed-${fingerprint(keys)}`]),
  );
}

function fingerprint(keys: readonly string[]): string {
  const text = JSON.stringify([...new Set(keys)].sort());
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
