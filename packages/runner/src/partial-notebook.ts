/**
 * Where a notebook is kept that did not complete: beside the product path of the executed notebook, never at it.
 */
import { rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { productsOf, type Task } from '@nx-notebook/pipeline';

/** Absolute path of the product that the executed notebook is written to. */
export function notebookPath(task: Task): string | undefined {
  return productsOf(task).find(({ isNotebook }) => isNotebook)?.absolutePath;
}

/** `out/clean.ipynb` -> `out/clean.failed.ipynb`. */
export function partialNotebookPath(task: Task): string | undefined {
  const path = notebookPath(task);
  return path === undefined
    ? undefined
    : join(dirname(path), `${basename(path, extname(path))}.failed.ipynb`);
}

/** Removes what an earlier failure of the task left. */
export async function removePartialNotebook(task: Task): Promise<void> {
  const path = partialNotebookPath(task);
  // It is only litter: what can't be removed does no harm.
  if (path !== undefined)
    await rm(path, { force: true }).catch(() => undefined);
}
