/**
 * Products step aside while their task is executed anew: what stands at a product's path afterwards was written by this
 * very run, and a failed or killed run can be undone. A journal says what was there before, so that the next build can
 * put it back after a crash. Everything here happens under the task's lock.
 */
import {
  access,
  constants,
  cp,
  lstat,
  mkdir,
  readFile,
  rename,
  rm,
} from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import type { Task } from '@nx-notebook/pipeline';
import { writeFileAtomically } from '@nx-notebook/store';
import { asideFolder, taskPath, type TaskName } from './state-folder.js';
import { productsOf } from '@nx-notebook/pipeline';
import { codeOf, messageOf } from './thrown.js';

/** Products that were set aside. Use exactly one of the two methods, once. */
export interface Aside {
  /** Drops what the run wrote and brings back what was there before. */
  putBack(): Promise<void>;
  /** Drops what was there before; the run's products stay. */
  discard(): Promise<void>;
}

/** Products are aside, or a place can't be written; then everything is as it was. */
export type SetAsideOutcome =
  | { readonly ok: true; readonly aside: Aside }
  | { readonly ok: false; readonly path: string; readonly message: string };

interface Journal {
  readonly version: 1;
  readonly products: readonly {
    /** Relative to the workspace, so that a copied workspace never touches the original. */
    readonly path: string;
    readonly existed: boolean;
  }[];
}

/** Moves what stands at the products' places away and makes their parent folders. */
export async function setAside(
  workspaceRoot: string,
  name: TaskName,
  task: Task,
): Promise<SetAsideOutcome> {
  const folder = taskPath(asideFolder(workspaceRoot), name);
  const paths = outermost(
    productsOf(task).map(({ absolutePath }) => absolutePath),
  );
  const products: Journal['products'][number][] = [];
  for (const path of paths) {
    products.push({
      path: relative(workspaceRoot, path),
      existed: await exists(path),
    });
  }
  const journal: Journal = { version: 1, products };
  let path = folder;
  try {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeFileAtomically(journalFile(folder), JSON.stringify(journal));
    for (const [index, product] of products.entries()) {
      path = join(workspaceRoot, product.path);
      await mkdir(dirname(path), { recursive: true });
      await access(dirname(path), constants.W_OK);
      if (product.existed) await move(path, join(folder, String(index)));
    }
  } catch (error) {
    // What can't be undone now is in the journal and recovered by the next build; the first error is the one to tell.
    await undo(workspaceRoot, folder, journal).catch(() => undefined);
    return { ok: false, path, message: messageOf(error) };
  }
  return {
    ok: true,
    aside: {
      putBack: () => undo(workspaceRoot, folder, journal),
      discard: () => forget(folder),
    },
  };
}

/** Whether a run of this task has begun and not ended: it is running now, or it was killed. */
export async function hasUnfinishedRun(
  workspaceRoot: string,
  name: TaskName,
): Promise<boolean> {
  const folder = taskPath(asideFolder(workspaceRoot), name);
  return exists(journalFile(folder));
}

/**
 * Cleans up after a run that was killed: what it left half-written goes, what was there before comes back. When
 * `isComplete` says that the run had written its record, its products stay. A path that is no product of the task any
 * more may be another task's by now: what stands there stays.
 */
export async function recoverAside(
  workspaceRoot: string,
  name: TaskName,
  {
    task,
    isComplete,
  }: {
    readonly task: Task;
    readonly isComplete: () => Promise<boolean>;
  },
): Promise<void> {
  const folder = taskPath(asideFolder(workspaceRoot), name);
  if (!(await exists(journalFile(folder)))) return;
  if (await isComplete()) {
    await forget(folder);
    return;
  }
  const journal = await readJournal(folder);
  // An unreadable journal was never followed by a move: it is written atomically before the first one.
  if (journal === undefined) await forget(folder);
  else {
    const own = new Set(productsOf(task).map((each) => each.absolutePath));
    await undo(workspaceRoot, folder, journal, (path) => own.has(path));
  }
}

/**
 * Each product is in one of three states: still or again at its place (nothing to do), aside (what stands at its place is
 * the run's), or there was none (what stands is the run's). Ends the same when it is killed and repeated.
 */
async function undo(
  workspaceRoot: string,
  folder: string,
  journal: Journal,
  isOwn: (path: string) => boolean = () => true,
): Promise<void> {
  for (const [index, product] of journal.products.entries()) {
    const path = join(workspaceRoot, product.path);
    if (!isOwn(path) && (await exists(path))) continue;
    const aside = join(folder, String(index));
    const isAside = await exists(aside);
    if (isAside || !product.existed) {
      await rm(path, { recursive: true, force: true });
    }
    if (isAside) await move(aside, path);
  }
  await forget(folder);
}

/** The journal goes first: without it the rest is waste, which the next run of the task clears. */
async function forget(folder: string): Promise<void> {
  await rm(journalFile(folder), { force: true });
  await rm(folder, { recursive: true, force: true });
}

/** Renames; copies where `.nx` lies on another file system, complete before the original goes. */
async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error;
    const part = `${to}.nxnb-part`;
    await rm(part, { recursive: true, force: true });
    await cp(from, part, { recursive: true, verbatimSymlinks: true });
    await rename(part, to);
    await rm(from, { recursive: true, force: true });
  }
}

/** Paths that lie in none of the others; the others move with them. */
function outermost(paths: readonly string[]): readonly string[] {
  return paths.filter(
    (path) => !paths.some((other) => path.startsWith(`${other}${sep}`)),
  );
}

async function readJournal(folder: string): Promise<Journal | undefined> {
  try {
    const text = await readFile(journalFile(folder), 'utf8');
    const journal = JSON.parse(text) as Partial<Journal>;
    const isOurs =
      journal.version === 1 &&
      Array.isArray(journal.products) &&
      journal.products.every(({ path }) => isInside(path));
    return isOurs ? (journal as Journal) : undefined;
  } catch {
    return undefined;
  }
}

function isInside(path: unknown): boolean {
  return (
    typeof path === 'string' &&
    path !== '' &&
    !isAbsolute(path) &&
    !path.split(sep).includes('..')
  );
}

function journalFile(folder: string): string {
  return join(folder, 'journal.json');
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
