/**
 * What the suites with real kernels share: the interpreter of the repository, notebooks made of cells, an observer that
 * remembers.
 */
import { resolve } from 'node:path';
import type { Cell, Notebook } from '@nx-notebook/notebook';
import type {
  KernelHost,
  NotebookObserver,
  NotebookOutcome,
  NotebookRequest,
} from '../src/contract.js';

export const workspaceRoot = resolve(__dirname, '../../..');
export const python = resolve(workspaceRoot, '.venv/bin/python');

/** A code cell. */
export function code(source: string, ...tags: string[]): Cell {
  return {
    type: 'code',
    source,
    metadata: tags.length === 0 ? {} : { tags },
    outputs: [],
    executionCount: null,
  };
}

/** A notebook of these cells, or of code cells with these sources. */
export function notebook(...cells: (Cell | string)[]): Notebook {
  return {
    cells: cells.map((one) => (typeof one === 'string' ? code(one) : one)),
    metadata: {},
  };
}

/** A request for a notebook of these cells. */
export function request(
  cells: (Cell | string)[],
  more: Partial<NotebookRequest> = {},
): NotebookRequest {
  return {
    name: 'test',
    notebook: notebook(...cells),
    cwd: workspaceRoot,
    kernelName: 'python3',
    env: {},
    ...more,
  };
}

/** Executes with a signal that is never aborted and nobody who watches. */
export function execute(
  host: KernelHost,
  cells: (Cell | string)[],
  more: Partial<NotebookRequest> = {},
): Promise<NotebookOutcome> {
  return host.execute(request(cells, more), {}, new AbortController().signal);
}

/** An observer that calls back with the text of both streams. */
export function onText(hear: (text: string) => void): NotebookObserver {
  return { streamed: ({ text }) => hear(text) };
}

/** The failure of an outcome; throws when there is none. */
export function failureOf(
  outcome: NotebookOutcome,
): Extract<NotebookOutcome, { status: 'failed' }>['failure'] {
  if (outcome.status !== 'failed') {
    throw new Error('the notebook completed');
  }
  return outcome.failure;
}

/** All text that a cell of the executed notebook holds in streams. */
export function streamText(outcome: NotebookOutcome, cell = 0): string {
  const { outputs = [] } = executed(outcome).cells[cell] ?? {};
  return outputs
    .filter((output) => output['output_type'] === 'stream')
    .map((output) => output['text'] as string)
    .join('');
}

/** The executed notebook, complete or partial. */
export function executed(outcome: NotebookOutcome): Notebook {
  const result =
    outcome.status === 'completed' ? outcome.notebook : outcome.partial;
  if (result === undefined) {
    throw new Error(`nothing was executed: ${JSON.stringify(outcome)}`);
  }
  return result;
}
