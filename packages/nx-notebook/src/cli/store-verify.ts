/** `store verify`: re-hashes what is stored, here or in the shared store. */
import { verifyDiskStore } from '@nx-notebook/store';
import {
  EXIT,
  wantsJson,
  type CommandContext,
  type ExitCode,
} from './command.js';
import { counted, localStoreRoot } from './local-store.js';
import { findWorkspace } from './workspace.js';

/** What was looked at, and what is wrong with it. */
interface Verified {
  readonly place: string;
  readonly manifests: number;
  readonly blobs: number;
  readonly damaged: readonly {
    readonly name: string;
    readonly message: string;
  }[];
}

/** Verifies and prints every damaged object. */
export async function verifyStore(
  context: CommandContext,
  options: Readonly<Record<string, unknown>>,
): Promise<ExitCode> {
  const { terminal, cwd, env } = context;
  const workspace = await findWorkspace(cwd, env);
  const verified =
    options['remote'] === true
      ? await verifyRemote()
      : await verifyLocal(localStoreRoot(workspace, env));
  const { place, manifests, blobs, damaged } = verified;
  if (wantsJson(options)) terminal.out(JSON.stringify(verified));
  else {
    terminal.out(place);
    for (const { name, message } of damaged)
      terminal.out(`${terminal.paint('bad', 'damaged')} ${name}: ${message}`);
    const verdict =
      damaged.length === 0 ? 'all sound' : `${damaged.length} damaged`;
    terminal.out(
      `${counted(manifests, 'result')}, ${counted(blobs, 'blob')}: ${verdict}`,
    );
    if (damaged.length > 0)
      terminal.err(
        'Next: nothing has to be done for right results: a damaged one is executed again. Damaged files may be deleted.',
      );
  }
  return damaged.length === 0 ? EXIT.ok : EXIT.finding;
}

async function verifyLocal(root: string): Promise<Verified> {
  const { damaged, ...counts } = await verifyDiskStore(root);
  return {
    place: root,
    ...counts,
    damaged: damaged.map(({ path, message }) => ({ name: path, message })),
  };
}

function verifyRemote(): Promise<Verified> {
  throw new Error('not yet');
}
