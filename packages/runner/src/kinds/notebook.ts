/**
 * Notebooks, and scripts as notebooks: the task's notebook with its parameters goes in, the executed notebook goes to
 * its product path. A notebook that did not complete is kept beside that path for reading, never at it.
 */
import { mkdir, readFile } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import type { RunOutcome, RunRequest, TaskFailure } from '@nx-notebook/engine';
import type { ExecutionFailure, NotebookOutcome } from '@nx-notebook/kernel';
import { inject, writeNotebook, type Notebook } from '@nx-notebook/notebook';
import type { NotebookSource } from '@nx-notebook/pipeline';
import { writeFileAtomically } from '@nx-notebook/store';
import { standInFolder } from '../driver.js';
import { describeFailure } from '../failure-detail.js';
import { findFailurePlace } from '../failure-place.js';
import { notebookPath, partialNotebookPath } from '../partial-notebook.js';
import type { RunContext } from '../run-context.js';
import { settleStopped } from '../stopped-run.js';

/** Executes a notebook. */
export async function runNotebook(
  { request, observer, signal, host, limits, workspaceRoot }: RunContext,
  source: NotebookSource,
): Promise<RunOutcome> {
  const { task, project } = request;
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
    ? await keepNotebook(request, outcome, workspaceRoot)
    : await keepPartial(request, outcome, workspaceRoot);
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

/** Writes the executed notebook to its product path. */
async function keepNotebook(
  { task }: RunRequest,
  { notebook, cells }: NotebookOutcome & { readonly status: 'completed' },
  workspaceRoot: string,
): Promise<RunOutcome> {
  const path = notebookPath(task);
  if (path === undefined) return { status: 'succeeded', cells };
  const problem = await write(path, notebook);
  if (problem !== undefined) {
    return failed(
      {
        reason: 'product-unwritable',
        path,
        message: `The executed notebook ${relative(workspaceRoot, path)} could not be written: ${problem}`,
        hint: 'Make room or correct the permissions, then run again.',
      },
      cells,
    );
  }
  return { status: 'succeeded', cells };
}

/** Writes what was executed beside the product path; an interrupted run leaves it, too. */
async function keepPartial(
  { task }: RunRequest,
  { failure, partial, cells }: NotebookOutcome & { readonly status: 'failed' },
  workspaceRoot: string,
): Promise<RunOutcome> {
  const path = partialNotebookPath(task);
  let partialNotebook: string | undefined;
  if (partial !== undefined && path !== undefined) {
    const problem = await write(path, partial);
    if (problem === undefined) partialNotebook = path;
  }
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

/** Nothing when written, else why not. */
async function write(
  path: string,
  notebook: Notebook,
): Promise<string | undefined> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomically(path, writeNotebook(notebook));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function failed(
  failure: TaskFailure,
  cells: NotebookOutcome['cells'] = [],
): RunOutcome {
  return { status: 'failed', failure, cells };
}
