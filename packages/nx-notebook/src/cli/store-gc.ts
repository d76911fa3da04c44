/** `store gc`: makes room in the local store. */
import { shrinkDiskStore } from '@nx-notebook/store';
import { parseSize } from '../settings/quantity.js';
import {
  CommandFailed,
  EXIT,
  wantsJson,
  type CommandContext,
  type ExitCode,
} from './command.js';
import { counted, inBytes, localStoreRoot } from './local-store.js';
import { findWorkspace } from './workspace.js';

/** Drops what is above the limit, and says what went. */
export async function collectStore(
  { terminal, cwd, env }: CommandContext,
  options: Readonly<Record<string, unknown>>,
): Promise<ExitCode> {
  const given = limitOf(options['maxSize']);
  const workspace = await findWorkspace(cwd, env);
  const root = localStoreRoot(workspace, env);
  const outcome = await shrinkDiskStore(
    root,
    given ?? workspace.settings.localStoreMaxBytes,
  );
  if (outcome === undefined)
    throw new CommandFailed(
      `${root} can't be cleaned up now: another process is doing it, or the folder can't be written.`,
      'Run it again in a moment; `nx-notebook doctor` says whether the folder can be written.',
    );
  if (wantsJson(options)) {
    terminal.out(JSON.stringify({ root, ...outcome }));
    return EXIT.ok;
  }
  const { manifests, blobs, freedBytes, leftBytes, limitBytes } = outcome;
  terminal.out(root);
  terminal.out(
    freedBytes === 0
      ? `Nothing removed: ${inBytes(leftBytes)} of at most ${inBytes(limitBytes)}.`
      : `Removed ${counted(manifests, 'result')} and ${counted(blobs, 'blob')}: ${inBytes(freedBytes)} freed, ${inBytes(leftBytes)} left.`,
  );
  if (leftBytes > limitBytes)
    terminal.out(
      'What is left is above the limit: results of the last ten minutes stay, and the last result always.',
    );
  return EXIT.ok;
}

function limitOf(text: unknown): number | undefined {
  if (text === undefined) return undefined;
  const size = parseSize(text);
  if (size.ok) return size.value;
  throw new CommandFailed(
    `--max-size can't be ${JSON.stringify(text)}.`,
    `Give it ${size.error}.`,
  );
}
