/** The runner over a kernel host that answers as the test says; files and notebooks are real. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { RunOutcome, RunRequest } from '@nx-notebook/engine';
import type {
  ExecutionFailure,
  KernelHost,
  NotebookOutcome,
  NotebookRequest,
} from '@nx-notebook/kernel';
import { loadPipeline } from '@nx-notebook/pipeline';
import { createKernelRunner } from '../src/kernel-runner.js';
import { pipelineOf, type Files } from './support/files.js';

const python = {
  ok: true,
  origin: 'test',
  interpreter: { path: '/py', version: '3.11', sitePackages: [] },
} as const;

const observer = {
  cellStarted: () => undefined,
  streamed: () => undefined,
  cellFinished: () => undefined,
};

async function requestFor(files: Files): Promise<RunRequest> {
  const loaded = await loadPipeline(join(files.root, 'ml/pipeline.yaml'), {
    workspaceRoot: files.root,
  });
  const task = loaded.ok ? loaded.pipeline.tasks[0] : undefined;
  if (!loaded.ok || task === undefined) throw new Error('no pipeline');
  return {
    project: 'ml',
    pipeline: loaded.pipeline,
    task,
    key: 'k',
    injected: '# Parameters\nproduct = 1\n',
  };
}

/** Runs the first task with a host that answers with `outcome`. */
async function run(
  files: Files,
  outcome: (request: NotebookRequest) => NotebookOutcome,
): Promise<{ outcome: RunOutcome; requests: NotebookRequest[] }> {
  const requests: NotebookRequest[] = [];
  const host: KernelHost = {
    execute: (request) => {
      requests.push(request);
      return Promise.resolve(outcome(request));
    },
    dispose: () => Promise.resolve(),
  };
  const runner = createKernelRunner({
    workspaceRoot: files.root,
    python: () => Promise.resolve(python),
    limits: () => ({ cellTimeoutMs: 5 }),
    openHost: () => host,
  });
  const { signal } = new AbortController();
  return {
    outcome: await runner.run(await requestFor(files), observer, signal),
    requests,
  };
}

const completed = ({ notebook }: NotebookRequest): NotebookOutcome => ({
  status: 'completed',
  notebook,
  cells: [{ index: 1, durationMs: 3 }],
});

const failing =
  (failure: ExecutionFailure) =>
  ({ notebook }: NotebookRequest): NotebookOutcome => ({
    status: 'failed',
    failure,
    partial: notebook,
    cells: [],
  });

test('the notebook goes in with its parameters and comes out at its product path', async () => {
  using files = pipelineOf('a');
  const { outcome, requests } = await run(files, completed);
  expect(outcome).toEqual({
    status: 'succeeded',
    cells: [{ index: 1, durationMs: 3 }],
  });
  expect(requests[0]).toMatchObject({
    name: 'ml:a',
    cwd: join(files.root, 'ml'),
    kernelName: 'python3',
    cellTimeoutMs: 5,
  });
  expect(requests[0]?.notebook.cells[1]?.source).toContain('# Parameters');
  const written = readFileSync(join(files.root, 'ml/out/a.ipynb'), 'utf8');
  expect(JSON.parse(written)).toMatchObject({
    nbformat: 4,
    metadata: { kernelspec: { name: 'python3', language: 'python' } },
  });
});

test('a cell that raises: the report, and the partial notebook beside the product', async () => {
  using files = pipelineOf('a');
  const { outcome } = await run(
    files,
    failing({
      reason: 'cell-failed',
      message: 'Cell 2 of 3 raised ValueError: boom',
      cell: {
        index: 1,
        ordinal: 2,
        total: 3,
        source: 'x = 1\nraise ValueError("boom")',
        line: 2,
        stdout: 'one\n',
        stderr: '',
      },
      errorName: 'ValueError',
      errorValue: 'boom',
      traceback: ['Traceback...', 'ValueError: boom'],
    }),
  );
  const partial = join(files.root, 'ml/out/a.failed.ipynb');
  expect(outcome).toEqual({
    status: 'failed',
    cells: [],
    failure: {
      reason: 'execution-failed',
      cause: 'cell-failed',
      message: 'Cell 2 of 3 raised ValueError: boom',
      partialNotebook: partial,
      detail: [
        'Cell 2 of 3, line 2:',
        '  1 | x = 1',
        '> 2 | raise ValueError("boom")',
        '',
        'Last output:',
        'one',
        '',
        'Traceback:',
        'Traceback...',
        'ValueError: boom',
      ],
    },
  });
  expect(existsSync(partial)).toBe(true);
  expect(existsSync(join(files.root, 'ml/out/a.ipynb'))).toBe(false);
});

test('a cell of the source is named by file and line', async () => {
  using files = pipelineOf('a');
  const { outcome } = await run(
    files,
    failing({
      reason: 'cell-timed-out',
      message: 'Too long.',
      limitMs: 5,
      cell: {
        index: 2,
        ordinal: 3,
        total: 3,
        source: 'print(1)',
        stdout: '',
        stderr: '',
      },
    }),
  );
  expect(outcome).toMatchObject({
    failure: {
      hint: 'Make the cell do less, or raise the limit: NX_NOTEBOOK_CELL_TIMEOUT, "cellTimeout" in nx.json or of the target, or "cell_timeout" in pipeline.yaml.',
      detail: ['ml/a.py:6 (cell 3 of 3):', '  1 | print(1)'],
    },
  });
});

test('a kernel that is not installed: where its name stands', async () => {
  using files = pipelineOf('a');
  const { outcome } = await run(
    files,
    failing({
      reason: 'kernel-not-installed',
      message: 'The kernel "juila" is not installed; installed: python3.',
      kernelName: 'juila',
      installed: ['python3'],
    }),
  );
  expect(outcome).toMatchObject({
    failure: {
      hint: 'Install the kernel, or name an installed one as "kernelspec_name" of the task in pipeline.yaml or in the metadata of the notebook.',
    },
  });
});

test('a traceback of hundreds of lines keeps both ends', async () => {
  using files = pipelineOf('a');
  const traceback = Array.from({ length: 300 }, (_, index) => `frame ${index}`);
  const { outcome } = await run(
    files,
    failing({
      reason: 'cell-failed',
      message: 'Cell 2 of 2 raised E',
      cell: {
        index: 1,
        ordinal: 2,
        total: 2,
        source: 'f()',
        stdout: '',
        stderr: '',
      },
      errorName: 'E',
      errorValue: '',
      traceback,
    }),
  );
  const { failure } = outcome as RunOutcome & { status: 'failed' };
  const { detail } = failure as typeof failure & { detail: readonly string[] };
  expect(detail).toEqual([
    'Cell 2 of 2:',
    '  1 | f()',
    '',
    'Traceback:',
    ...traceback.slice(0, 60),
    '... (180 lines; all of them are in the partial notebook)',
    ...traceback.slice(-60),
  ]);
});

test('a long cell is shown around its failing line', async () => {
  using files = pipelineOf('a');
  const source = Array.from(
    { length: 100 },
    (_, index) => `line${index + 1}`,
  ).join('\n');
  const cell = {
    index: 0,
    ordinal: 1,
    total: 1,
    source,
    line: 50,
    stdout: '',
    stderr: 'oh\n',
  };
  const { outcome } = await run(
    files,
    failing({
      reason: 'kernel-died',
      message: 'The kernel died.',
      hint: 'Look at the memory.',
      cell,
    }),
  );
  const { failure } = outcome as RunOutcome & { status: 'failed' };
  expect(failure).toMatchObject({
    cause: 'kernel-died',
    hint: 'Look at the memory.',
  });
  const { detail } = failure as typeof failure & { detail: readonly string[] };
  expect(detail[1]).toBe('  31 | line31');
  expect(detail).toContain('> 50 | line50');
  expect(detail).toContain('  (lines 31 to 70 of 100)');
  expect(detail.slice(-2)).toEqual(['Last error output:', 'oh']);
});

test('a failure without a cell shows the log', async () => {
  using files = pipelineOf('a');
  const { outcome } = await run(files, () => ({
    status: 'failed',
    failure: {
      reason: 'server-failed',
      message: 'The server ended.',
      log: 'a\nb\n',
    },
    cells: [],
  }));
  expect(outcome).toMatchObject({
    failure: { detail: ['', 'Log:', 'a', 'b'] },
  });
  expect(readdirSync(join(files.root, 'ml/out'))).toEqual([]);
});

test('a file where the product folder should be', async () => {
  using files = pipelineOf('a');
  files.write('ml/out', '');
  const { outcome } = await run(files, completed);
  expect(outcome).toMatchObject({
    failure: {
      reason: 'product-unwritable',
      path: join(files.root, 'ml/out/a.ipynb'),
      message: expect.stringMatching(
        /^The executed notebook ml\/out\/a\.ipynb could not be written: /,
      ),
    },
  });
});

test('no Python is said as it is, and one host serves all tasks of an interpreter', async () => {
  using files = pipelineOf('a');
  const opened: string[] = [];
  let lookup: typeof python | { ok: false; message: string; hint: string } = {
    ok: false,
    message: 'No Python.',
    hint: 'Install it.',
  };
  let disposed = 0;
  const runner = createKernelRunner({
    workspaceRoot: files.root,
    python: () => Promise.resolve(lookup),
    limits: () => ({}),
    openHost: (path) => {
      opened.push(path);
      return {
        execute: (request) => Promise.resolve(completed(request)),
        dispose: () => Promise.resolve(void (disposed += 1)),
      };
    },
  });
  const request = await requestFor(files);
  const { signal } = new AbortController();
  expect(await runner.run(request, observer, signal)).toEqual({
    status: 'failed',
    cells: [],
    failure: {
      reason: 'python-not-found',
      message: 'No Python.',
      hint: 'Install it.',
    },
  });
  lookup = python;
  await runner.run(request, observer, signal);
  await runner.run(request, observer, signal);
  expect(opened).toEqual(['/py']);
  await runner.dispose();
  expect(disposed).toBe(1);
});
