/**
 * What doctor finds on this machine: the Python of each pipeline, and the local store.
 */
import { mkdir, readdir, rm, statfs, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join, relative } from 'node:path';
import { statDiskStore, type Finding } from '@nx-notebook/store';
import { describePython } from '../generators/describe-python.js';
import type { Environment } from '../settings/settings.js';
import { counted, inBytes, localStoreRoot } from './local-store.js';
import type { Workspace } from './workspace.js';

/** What is looked at. */
export interface DoctorSubject {
  readonly workspace: Workspace;
  readonly env: Environment;
  /** Ask nobody over the network. */
  readonly isOffline: boolean;
}

/** Folders deep; a pipeline further down is found by Nx all the same. */
const DEPTH = 8;
const LEFT_OUT = new Set(['node_modules', 'dist', '__pycache__']);

/** One finding for each different Python of the pipelines. */
export async function examinePythons({
  workspace,
  env,
}: DoctorSubject): Promise<readonly Finding[]> {
  const { root, isWorkspace, isRegistered, settings } = workspace;
  const registered: readonly Finding[] =
    isWorkspace && !isRegistered
      ? [
          {
            check: 'plugin',
            status: 'broken',
            title: 'nx-notebook is not registered',
            detail: `nx.json in ${root} does not list the plugin, so Nx knows no notebook tasks.`,
            remedy: 'npx nx g nx-notebook:init',
          },
        ]
      : [];
  const folders = isWorkspace ? await pipelineFolders(root) : [];
  const byText = new Map<string, { finding: Finding; folders: string[] }>();
  for (const folder of folders.length === 0 ? [root] : folders) {
    const { lines, isReady, next } = await describePython({
      workspaceRoot: root,
      folder,
      env,
      configured: settings.python,
    });
    const [title = '', ...details] = lines.map((line) =>
      line.replace(/^Python: /, ''),
    );
    const seen = byText.get(lines.join('\n'));
    if (seen !== undefined) seen.folders.push(folder);
    else
      byText.set(lines.join('\n'), {
        folders: [folder],
        finding: {
          check: 'python',
          status: isReady ? 'safe' : 'broken',
          title,
          detail: details.map((line) => `${line}.`).join(' '),
          ...(next === undefined ? {} : { remedy: next }),
        },
      });
  }
  const pythons = [...byText.values()].map(({ finding, folders: users }) =>
    byText.size === 1
      ? finding
      : {
          ...finding,
          title: `${finding.title}, for ${users.map((folder) => relative(root, folder) || '.').join(', ')}`,
        },
  );
  return [...registered, ...pythons];
}

async function pipelineFolders(root: string): Promise<readonly string[]> {
  const found: string[] = [];
  const visit = async (folder: string, depth: number): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true }).catch(
      () => [], // A folder that can't be read holds nothing for us.
    );
    if (entries.some(({ name }) => name === 'pipeline.yaml'))
      found.push(folder);
    if (depth === 0) return;
    for (const entry of entries) {
      const isInner =
        entry.isDirectory() &&
        !entry.name.startsWith('.') &&
        !LEFT_OUT.has(entry.name);
      if (isInner) await visit(join(folder, entry.name), depth - 1);
    }
  };
  await visit(root, DEPTH);
  return found.sort();
}

/** Whether it can be written, and how full it is. */
export async function examineLocalStore({
  workspace,
  env,
}: DoctorSubject): Promise<readonly Finding[]> {
  const root = localStoreRoot(workspace, env);
  const problem = await writeProblem(root);
  if (problem !== undefined)
    return [
      {
        check: 'local-store-write',
        status: 'broken',
        title: `${root} can't be written`,
        detail: `The system says ${problem}. Tasks run, but nothing is kept and nothing can be restored.`,
        remedy:
          'Choose another folder by the option localStore or NX_NOTEBOOK_LOCAL_STORE, or mend its permissions.',
      },
    ];
  const { manifests, sizeBytes } = await statDiskStore(root);
  const disk = await statfs(root);
  const freeBytes = disk.bavail * disk.bsize;
  const isTight = freeBytes < 1e9;
  return [
    {
      check: 'local-store-write',
      status: isTight ? 'broken' : 'safe',
      title: `${root}: ${counted(manifests, 'result')}, ${inBytes(sizeBytes)}, ${inBytes(freeBytes)} free on its disk`,
      detail: isTight
        ? 'The disk is nearly full; results may not be kept.'
        : '',
      ...(isTight
        ? { remedy: 'nx-notebook store gc --max-size "1 GB", or a larger disk' }
        : {}),
    },
  ];
}

async function writeProblem(root: string): Promise<string | undefined> {
  const probe = join(root, `.doctor-${randomBytes(6).toString('hex')}`);
  try {
    await mkdir(root, { recursive: true });
    await writeFile(probe, 'x', { flag: 'wx' });
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}
