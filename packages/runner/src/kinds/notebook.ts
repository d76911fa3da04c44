/**
 * Notebooks, and scripts as notebooks: the task's notebook with its parameters goes in, the executed notebook goes to
 * its products, in other formats too. A notebook that did not complete is kept beside them for reading.
 */
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import type { RunOutcome, RunRequest, TaskFailure } from '@nx-notebook/engine';
import type { ExecutionFailure, NotebookOutcome } from '@nx-notebook/kernel';
import { inject, type Notebook } from '@nx-notebook/notebook';
import { productsOf, type NotebookSource } from '@nx-notebook/pipeline';
import { standInFolder } from '../driver.js';
import { writeNotebookProducts } from '../export/export-notebook.js';
import { exportProblem } from '../export/export-needs.js';
import { describeFailure } from '../failure-detail.js';
import { findFailurePlace } from '../failure-place.js';
import { writePartialNotebook } from '../partial-notebook.js';
import type { RunContext } from '../run-context.js';
import { settleStopped } from '../stopped-run.js';

/** Executes a notebook. */
export async function runNotebook(
  context: RunContext,
  source: NotebookSource,
): Promise<RunOutcome> {
  const { request, observer, signal, host, limits, interpreter } = context;
  const { task, project } = request;
  const machine = { interpreter, variables: process.env };
  const problem = exportProblem(source, productsOf(task), machine);
  if (problem !== undefined) return failed(problem);
  const ended = await host.execute(
    {
      name: `${project}:${task.name}`,
      notebook: prepare(source, request.injected),
      cwd: task.cwd,
      kernelName: source.kernelName,
      // Other kernels know nothing of it.
      env: { NXNB_LAST_PATH: standInFolder },
      ...limits,
    },
    observer,
    signal,
  );
  const outcome = await settleStopped(ended, signal);
  return outcome.status === 'completed'
    ? await keepNotebook(context, source, outcome)
    : await keepPartial(request, outcome, context.workspaceRoot);
}

/** The notebook with its parameters; one made of a script gets the kernelspec that an .ipynb has anyway. */
function prepare(
  { notebook, kernelName, language }: NotebookSource,
  injected: string,
): Notebook {
  const kernelspec = { display_name: kernelName, language, name: kernelName };
  const { metadata } = notebook;
  return inject(
    { ...notebook, metadata: { kernelspec, ...metadata } },
    injected,
  );
}

/** Writes the executed notebook to its products; where that fails all was computed, and can be read. */
async function keepNotebook(
  context: RunContext,
  source: NotebookSource,
  { notebook, cells }: NotebookOutcome & { readonly status: 'completed' },
): Promise<RunOutcome> {
  const failure = await writeNotebookProducts(context, source, notebook);
  if (failure === undefined) return { status: 'succeeded', cells };
  if (failure.reason !== 'execution-failed') return failed(failure, cells);
  const path = await writePartialNotebook(context.request, notebook);
  return failed(
    path === undefined ? failure : { ...failure, partialNotebook: path },
    cells,
  );
}

/** Writes what was executed beside the product path; an interrupted run leaves it, too. */
async function keepPartial(
  request: RunRequest,
  { failure, partial, cells }: NotebookOutcome & { readonly status: 'failed' },
  workspaceRoot: string,
): Promise<RunOutcome> {
  const { task } = request;
  const partialNotebook =
    partial === undefined
      ? undefined
      : await writePartialNotebook(request, partial);
  const place = await placeOf(failure, { task, partial, workspaceRoot });
  const context = {
    ...(partialNotebook === undefined ? {} : { partialNotebook }),
    ...(place === undefined ? {} : { place }),
  };
  return failed(describeFailure(failure, context), cells);
}

/** The failing cell in its source as `path:line`; nothing where the file can't be read or has another text now. */
async function placeOf(
  failure: ExecutionFailure,
  {
    task,
    partial,
    workspaceRoot,
  }: {
    readonly task: RunRequest['task'];
    readonly partial: Notebook | undefined;
    readonly workspaceRoot: string;
  },
): Promise<string | undefined> {
  const cell = 'cell' in failure ? failure.cell : undefined;
  if (cell === undefined || partial === undefined) return undefined;
  const path = task.source.absolutePath;
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const place = findFailurePlace({ path, text }, partial, cell);
  return place === undefined
    ? undefined
    : `${relative(workspaceRoot, path)}:${place.line}`;
}

function failed(
  failure: TaskFailure,
  cells: NotebookOutcome['cells'] = [],
): RunOutcome {
  return { status: 'failed', failure, cells };
}
