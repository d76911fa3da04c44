/**
 * Whether Ploomber had finished a task, judged by its own rules (products and metadata there, source and params as they
 * were, no upstream newer), and by what these rules miss: a notebook that broke, a product written to afterwards, a module
 * that changed since. Any doubt is a task that runs again. Reads files; starts nothing.
 */
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { relative } from 'node:path';
import { readNotebook, type Cell } from '@nx-notebook/notebook';
import { productsOf, type Product, type Task } from '@nx-notebook/pipeline';
import { isSameJson, plainJson } from './plain-json.js';
import {
  metadataPath,
  readPloomberRecord,
  type PloomberRecord,
} from './ploomber-records.js';

/** What Ploomber left of a task. */
export type FinishedTask =
  | {
      readonly status: 'finished';
      /** Milliseconds since 1970. */
      readonly at: number;
      /** False when files have the times of a copy, so that a later change can't be seen. */
      readonly hasTimes: boolean;
    }
  | { readonly status: 'not-finished'; readonly why: string };

/** Metadata is written right after the products; clocks and file systems are this far apart at most. */
const toleranceMs = 2000;

/** Judges one task; `upstreams` are the judgements of those before it, by name. */
export function judgeTask(
  task: Task,
  upstreams: ReadonlyMap<string, FinishedTask>,
): FinishedTask {
  const products = productsOf(task);
  const records = products.map(({ absolutePath }) =>
    readPloomberRecord(absolutePath),
  );
  const [record] = records;
  const absent = products.find(({ absolutePath }) => !exists(absolutePath));
  if (absent !== undefined) return not(`${absent.path} is not there`);
  if (record === undefined || records.includes(undefined)) {
    return not('Ploomber has no record of it');
  }
  const problem =
    sourceProblem(task, record) ??
    paramsProblem(task, record) ??
    upstreamProblem(task, record, upstreams) ??
    products.map((product) => brokenNotebook(task, product)).find(Boolean);
  if (problem !== undefined) return not(problem);
  const at = record.timestamp * 1000;
  // Ploomber never writes metadata later than it says: then they are a copy that kept no times.
  const hasTimes = products.every(
    ({ absolutePath }) =>
      timeOf(metadataPath(absolutePath)) <= at + toleranceMs,
  );
  const late = products.find(
    ({ absolutePath }) => timeOf(absolutePath) > at + toleranceMs,
  );
  if (hasTimes && late !== undefined) {
    return not(`${late.path} was written to after it ended`);
  }
  return { status: 'finished', at, hasTimes };
}

/** What a task reads beside its source, and that changed after Ploomber had ended it; `inputs` are absolute paths. */
export function changedSince(
  { at, hasTimes }: FinishedTask & { readonly status: 'finished' },
  inputs: readonly string[],
  folder: string,
): string | undefined {
  if (!hasTimes) return undefined;
  const changed = inputs.find((path) => timeOf(path) > at + toleranceMs);
  return changed === undefined
    ? undefined
    : `${relative(folder, changed)} changed after it ended`;
}

function sourceProblem(
  { source }: Task,
  record: PloomberRecord,
): string | undefined {
  if (record.source === undefined) return 'Ploomber kept no source of it';
  switch (source.kind) {
    case 'notebook':
    case 'script': {
      const cells = source.notebook.cells;
      const isSame =
        normal(joined(cells)) === normal(record.source) ||
        // A parameters cell that was made in memory is not in the file.
        normal(
          joined(cells.filter((_, at) => at !== source.parametersCell)),
        ) === normal(record.source);
      return isSame ? undefined : 'its source changed';
    }
    case 'function': {
      const { file, name } = source.call;
      const text = file === undefined ? '' : readText(file.absolutePath);
      const definitions = text.match(
        new RegExp(`^[ \\t]*(?:async )?def ${name}\\b`, 'gm'),
      );
      return definitions?.length === 1 &&
        normal(text).includes(normal(record.source))
        ? undefined
        : 'its source changed';
    }
    case 'shell':
    case 'sql-script':
    case 'sql-dump':
    case 'hook':
      return 'whether its rendered source changed is not known';
  }
}

function joined(cells: readonly Cell[]): string {
  return cells.map(({ source }) => source).join('\n');
}

function normal(text: string): string {
  return text.replaceAll('\r\n', '\n').trim();
}

function paramsProblem(
  task: Task,
  { params: known }: PloomberRecord,
): string | undefined {
  // Params without a JSON form: Ploomber compares none of them.
  if (known === undefined) return undefined;
  const now = Object.fromEntries(
    task.params.map(({ name, value }) => [
      name,
      name === 'resources_' ? sums(task) : plainJson(value),
    ]),
  );
  return isSameJson(now, known) ? undefined : 'its params changed';
}

/** Ploomber knows resources by the md5 of their content. */
function sums({ resources }: Task): Readonly<Record<string, string>> {
  return Object.fromEntries(
    resources.map(({ name, absolutePath }) => [
      name,
      createHash('md5').update(readBytes(absolutePath)).digest('hex'),
    ]),
  );
}

function upstreamProblem(
  task: Task,
  { timestamp }: PloomberRecord,
  upstreams: ReadonlyMap<string, FinishedTask>,
): string | undefined {
  for (const { task: name } of task.upstream) {
    const judged = upstreams.get(name);
    if (judged?.status !== 'finished') return `its upstream ${name} has to run`;
    if (judged.at > timestamp * 1000) return `its upstream ${name} is newer`;
  }
  return undefined;
}

/** Ploomber writes the notebook of a broken run over the product. */
function brokenNotebook(task: Task, product: Product): string | undefined {
  if (!product.isNotebook || product.exporter !== undefined) return undefined;
  const read = readNotebook({
    path: product.absolutePath,
    text: readText(product.absolutePath),
  });
  if (!read.ok) return `${product.path} is no notebook`;
  const { cells } = read.value.notebook;
  const hasError = cells.some((cell) =>
    cell.outputs?.some((output) => output['output_type'] === 'error'),
  );
  if (hasError) return `${product.path} is the notebook of a failed run`;
  const { source } = task;
  const isComplete =
    source.kind === 'notebook' &&
    source.notebook.cells.every(
      (own, at) =>
        own.type !== 'code' ||
        at === source.parametersCell ||
        cells.some((cell) => normal(cell.source) === normal(own.source)),
    );
  return isComplete ? undefined : `${product.path} is of another source`;
}

function not(why: string): FinishedTask {
  return { status: 'not-finished', why };
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Milliseconds; of what is not there, never. */
function timeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? -Infinity;
}

function readText(path: string): string {
  return readBytes(path).toString('utf8');
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    // As good as empty: nothing equals it.
    return Buffer.alloc(0);
  }
}
