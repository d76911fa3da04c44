/** Kernels that go because the run is stopped, and kernels that just die. */
import { expect, test } from '@jest/globals';
import type { ExecutionFailure, NotebookOutcome } from '@nx-notebook/kernel';
import { settleStopped } from '../src/stopped-run.js';

const cell = {
  index: 3,
  ordinal: 4,
  total: 5,
  source: 'wait()',
  stdout: '',
  stderr: '',
};

function died(signal: string): NotebookOutcome & { status: 'failed' } {
  const failure: ExecutionFailure = {
    reason: 'kernel-died',
    message: `The kernel died of ${signal}.`,
    cell,
    signal,
  };
  return { status: 'failed', failure, cells: [] };
}

test('a kernel that was ended a moment before the run was stopped', async () => {
  const stop = new AbortController();
  const settled = settleStopped(died('SIGTERM'), stop.signal);
  stop.abort();
  expect(await settled).toEqual({
    status: 'failed',
    failure: {
      reason: 'interrupted',
      message: 'The run was interrupted in cell 4 of 5.',
      cell,
    },
    cells: [],
  });
});

test('a server that went with the run', async () => {
  const outcome: NotebookOutcome = {
    status: 'failed',
    failure: { reason: 'server-failed', message: 'The server ended.', log: '' },
    cells: [],
  };
  expect(await settleStopped(outcome, AbortSignal.abort())).toMatchObject({
    failure: { reason: 'interrupted', message: 'The run was interrupted.' },
  });
});

test.each([
  ['SIGTERM from somewhere else', died('SIGTERM'), false],
  ['a crash while the run is stopped', died('SIGSEGV'), true],
  ['a good end', { status: 'completed' } as NotebookOutcome, true],
])('%s stays what it is', async (_name, outcome, isStopped) => {
  const signal = isStopped ? AbortSignal.abort() : new AbortController().signal;
  expect(await settleStopped(outcome, signal)).toBe(outcome);
});
