/** `store stat`: how much is stored, here or in the shared store. */
import {
  labelOfAddress,
  statDiskStore,
  statRemoteStore,
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

/** Counts and prints. */
export async function statStore(
  context: CommandContext,
  options: Readonly<Record<string, unknown>>,
): Promise<ExitCode> {
  const workspace = await findWorkspace(context.cwd, context.env);
  const stat = options['remote'] === true ? statRemote : statLocal;
  const { json, lines } = await stat(workspace, context);
  if (wantsJson(options)) context.terminal.out(JSON.stringify(json));
  else for (const line of lines) context.terminal.out(line);
  return EXIT.ok;
}

/** The same for programs and for people. */
interface Counts {
  readonly json: object;
  readonly lines: readonly string[];
}

async function statLocal(
  workspace: Workspace,
  { env }: CommandContext,
): Promise<Counts> {
  const root = localStoreRoot(workspace, env);
  const stat = await statDiskStore(root);
  const maxSizeBytes = workspace.settings.localStoreMaxBytes;
  const limit =
    maxSizeBytes === undefined
      ? 'a tenth of the disk, at most 10 GB'
      : inBytes(maxSizeBytes);
  return {
    json: { root, ...stat, maxSizeBytes },
    lines: [root, `${contents(stat)} (limit: ${limit})`],
  };
}

async function statRemote(
  workspace: Workspace,
  { env }: CommandContext,
): Promise<Counts> {
  const { remote } = (await configuredStore(workspace, env)).sharing;
  const place = labelOfAddress(remote.address);
  const stat = await statRemoteStore(remote);
  if (stat.status === 'trouble')
    throw new CommandFailed(
      `${place} can't be listed: ${stat.message}`,
      'This needs the right to list (s3:ListBucket); runs do without it.',
    );
  const { folders } = stat;
  const width = Math.max(...folders.map(({ folder }) => folder.length));
  return {
    json: { place, folders },
    lines: [
      place,
      ...folders.map(
        (each) => `${each.folder.padEnd(width)}  ${contents(each)}`,
      ),
    ],
  };
}

function contents(stat: {
  readonly manifests: number;
  readonly blobs: number;
  readonly sizeBytes: number;
}): string {
  return `${counted(stat.manifests, 'result')}, ${counted(stat.blobs, 'blob')}, ${inBytes(stat.sizeBytes)}`;
}
