/** `store stat`: how much is in the local store. */
import { statDiskStore } from '@nx-notebook/store';
import {
  EXIT,
  wantsJson,
  type CommandContext,
  type ExitCode,
} from './command.js';
import { counted, inBytes, localStoreRoot } from './local-store.js';
import { findWorkspace } from './workspace.js';

/** Counts and prints. */
export async function statStore(
  { terminal, cwd, env }: CommandContext,
  options: Readonly<Record<string, unknown>>,
): Promise<ExitCode> {
  const workspace = await findWorkspace(cwd, env);
  const root = localStoreRoot(workspace, env);
  const stat = await statDiskStore(root);
  const maxSizeBytes = workspace.settings.localStoreMaxBytes;
  if (wantsJson(options)) {
    terminal.out(JSON.stringify({ root, ...stat, maxSizeBytes }));
    return EXIT.ok;
  }
  const limit =
    maxSizeBytes === undefined
      ? 'a tenth of the disk, at most 10 GB'
      : inBytes(maxSizeBytes);
  terminal.out(root);
  terminal.out(
    `${counted(stat.manifests, 'result')}, ${counted(stat.blobs, 'blob')}, ${inBytes(stat.sizeBytes)} (limit: ${limit})`,
  );
  return EXIT.ok;
}
