/** `store verify`: re-hashes what is stored, here or in the shared store. */
import {
  labelOfAddress,
  verifyDiskStore,
  verifyRemoteStore,
} from '@nx-notebook/store';
import {
  CommandFailed,
  EXIT,
  wantsJson,
  type CommandContext,
  type ExitCode,
} from './command.js';
import { configuredStore } from './configured-store.js';
import { counted, inBytes, localStoreRoot } from './local-store.js';
import { findWorkspace, type Workspace } from './workspace.js';

/** Between two lines of progress. */
const REPORT_MS = 2_000;

/** What was looked at, and what is wrong with it. */
interface Verified {
  readonly place: string;
  readonly manifests: number;
  readonly blobs: number;
  /** All of them; `damaged` has the first thousand. */
  readonly damagedCount: number;
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
      ? await verifyRemote(workspace, context)
      : await verifyLocal(localStoreRoot(workspace, env));
  const { place, manifests, blobs, damaged, damagedCount } = verified;
  if (wantsJson(options)) terminal.out(JSON.stringify(verified));
  else {
    terminal.out(place);
    for (const { name, message } of damaged)
      terminal.out(`${terminal.paint('bad', 'damaged')} ${name}: ${message}`);
    const verdict =
      damaged.length === 0 ? 'all sound' : `${damagedCount} damaged`;
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
    damagedCount: damaged.length,
    damaged: damaged.map(({ path, message }) => ({ name: path, message })),
  };
}

async function verifyRemote(
  workspace: Workspace,
  { terminal, env }: CommandContext,
): Promise<Verified> {
  const { sharing, trust } = await configuredStore(workspace, env);
  const { remote } = sharing;
  const place = labelOfAddress(remote.address);
  let reportedMs = Date.now();
  const verified = await verifyRemoteStore(remote, {
    trust,
    onProgress: ({ manifests, bytes }) => {
      if (!terminal.isInteractive || Date.now() - reportedMs < REPORT_MS)
        return;
      reportedMs = Date.now();
      terminal.err(`${counted(manifests, 'result')}, ${inBytes(bytes)} read`);
    },
  });
  if (verified.status === 'trouble')
    throw new CommandFailed(
      `${place} can't be looked through: ${verified.message}`,
      'This needs the right to list and to read (s3:ListBucket, s3:GetObject); `nx-notebook doctor` says what these credentials may do.',
    );
  const { manifests, blobs, damaged, damagedCount } = verified;
  return { place, manifests, blobs, damaged, damagedCount };
}
