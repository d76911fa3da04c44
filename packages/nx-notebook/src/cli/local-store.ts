/**
 * The local store as the executors find it, for the commands that look after it.
 */
import { localStoreFolder } from '../local-store-folder.js';
import type { Environment } from '../settings/settings.js';
import { resolveSharing } from '../settings/sharing.js';
import type { Workspace } from './workspace.js';

/** Its absolute folder. */
export function localStoreRoot(
  { root, settings }: Workspace,
  env: Environment,
): string {
  const sharing = resolveSharing(settings, env);
  const scope = sharing.ok ? sharing.value?.remote.scope : undefined;
  return localStoreFolder({ workspaceRoot: root, settings, env, scope });
}

/** Bytes as people read them: decimal, as disks are sold. */
export function inBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
  const power = bytes < 1 ? 0 : Math.min(4, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  const digits = power === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[power] ?? 'B'}`;
}

/** `1 blob`, `2 blobs`. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
