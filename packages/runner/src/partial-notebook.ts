/**
 * Where a notebook is kept that did not complete: beside the product path of the executed notebook, never at it, and
 * never at a file that somebody else has made. It carries a mark, so that it is known again.
 */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import {
  parseJson,
  writeNotebook,
  type JsonObject,
  type Notebook,
} from '@nx-notebook/notebook';
import { productsOf, type Pipeline, type Task } from '@nx-notebook/pipeline';
import { writeFileAtomically } from '@nx-notebook/store';

/** In the metadata of a partial notebook. */
const mark = { 'nx-notebook': { partial: true } };

/** Writes it; gives its path, or nothing where it can't be written. */
export async function writePartialNotebook(
  { pipeline, task }: { readonly pipeline: Pipeline; readonly task: Task },
  notebook: Notebook,
): Promise<string | undefined> {
  const places = placesOf(task);
  if (places === undefined) return undefined;
  const { plain, failed } = places;
  const isPlainFree =
    plain !== undefined && !isSpoken(pipeline, plain) && (await isFree(plain));
  const path = isPlainFree ? plain : failed;
  const marked = { ...notebook, metadata: { ...notebook.metadata, ...mark } };
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomically(path, writeNotebook(marked));
    return path;
  } catch {
    // The failure itself counts; all of it is printed, too.
    return undefined;
  }
}

/** Removes what an earlier failure of the task left. */
export async function removePartialNotebook(task: Task): Promise<void> {
  const places = placesOf(task);
  if (places === undefined) return;
  const { plain, failed } = places;
  const isPlainOurs = plain !== undefined && (await isMarked(plain));
  // It is only litter: what can't be removed does no harm.
  for (const path of [failed, ...(isPlainOurs ? [plain] : [])])
    await rm(path, { force: true }).catch(() => undefined);
}

/**
 * `out/clean.ipynb` -> `out/clean.failed.ipynb`; a notebook that is only exported (`out/clean.html`) may lie at
 * `out/clean.ipynb`, too, as in Ploomber.
 */
function placesOf(
  task: Task,
): { readonly plain?: string; readonly failed: string } | undefined {
  const notebooks = productsOf(task).filter(({ isNotebook }) => isNotebook);
  const written = notebooks.find(({ exporter }) => exporter === undefined);
  const path = (written ?? notebooks[0])?.absolutePath;
  if (path === undefined) return undefined;
  const stem = join(dirname(path), basename(path, extname(path)));
  const failed = `${stem}.failed.ipynb`;
  return written === undefined
    ? { plain: `${stem}.ipynb`, failed }
    : { failed };
}

/** A product or source of the pipeline, though it may not be there yet. */
function isSpoken({ tasks }: Pipeline, path: string): boolean {
  return tasks.some(
    (task) =>
      task.source.absolutePath === path ||
      productsOf(task).some(({ absolutePath }) => absolutePath === path),
  );
}

async function isFree(path: string): Promise<boolean> {
  return (await readText(path)) === undefined || (await isMarked(path));
}

async function isMarked(path: string): Promise<boolean> {
  const read = parseJson((await readText(path)) ?? '');
  const { metadata } = (read.ok ? read.value : {}) as JsonObject;
  const own = (metadata as JsonObject | undefined)?.['nx-notebook'];
  return (own as JsonObject | undefined)?.['partial'] === true;
}

/** Nothing where there is no such file; one that can't be read is no text of ours. */
async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : '';
  }
}
