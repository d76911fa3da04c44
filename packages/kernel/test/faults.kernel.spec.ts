/**
 * What can go wrong with real kernels: each has its own failure, names the cell, and leaves no process behind.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { processesWith, eventually } from '@nx-notebook/testing';
import type { ExecutionFailure, KernelHost } from '../src/contract.js';
import { createKernelHost } from '../src/kernel-host.js';
import {
  code,
  execute,
  executed,
  failureOf,
  onText,
  python,
  request,
  streamText,
  workspaceRoot,
} from './workbench.js';

jest.setTimeout(180_000);

let host: KernelHost;
const marker = `fault-suite-${process.pid}`;
const marked = { env: { NXNB_TEST_MARKER: marker } };

beforeAll(() => {
  host = createKernelHost({ python, workspaceRoot });
});

afterAll(async () => {
  await host.dispose();
  expect(await processesWith('NXNB_TEST_MARKER', marker)).toEqual([]);
});

describe('a kernel that dies in a cell', () => {
  it.each<[string, string, Partial<ExecutionFailure>]>([
    [
      'is killed',
      'import os, signal; os.kill(os.getpid(), signal.SIGKILL)',
      { signal: 'SIGKILL', outOfMemory: false },
    ],
    ['exits', 'import os; os._exit(7)', { exitCode: 7 }],
    ['crashes', 'import ctypes; ctypes.string_at(0)', { signal: 'SIGSEGV' }],
  ])('%s', async (_, source, detail) => {
    const outcome = await execute(host, ['x = 1', source, 'x'], marked);
    expect(failureOf(outcome)).toMatchObject({
      reason: 'kernel-died',
      cell: { index: 1, ordinal: 2, total: 3, source },
      ...detail,
    });
    expect(executed(outcome).cells.map((cell) => cell.outputs)).toEqual([
      [],
      [expect.objectContaining({ output_type: 'error', ename: 'kernel-died' })],
      [],
    ]);
  });

  it('takes the children of its process group along', async () => {
    const source = `import subprocess, os
subprocess.Popen(['sleep', '600'])
os._exit(1)`;
    const outcome = await execute(host, [source], marked);
    expect(failureOf(outcome).reason).toBe('kernel-died');
    expect(await processesWith('NXNB_TEST_MARKER', marker)).toEqual([]);
  });
});

describe('a cell that takes too long', () => {
  it.each<[string, string, number | undefined]>([
    ['in a loop', 'x = 1\nwhile True: pass', 2],
    ['asleep', 'import time\ntime.sleep(600)', 2],
    ['in an await', 'import asyncio\nawait asyncio.sleep(600)', undefined],
    [
      'in a child process',
      'import subprocess\nsubprocess.run(["sleep", "600"])',
      2,
    ],
  ])('is interrupted: %s', async (_, source, line) => {
    const outcome = await execute(host, ['print("before")', source, '1'], {
      ...marked,
      cellTimeoutMs: 1000,
    });
    const failure = failureOf(outcome);
    expect(failure).toMatchObject({
      reason: 'cell-timed-out',
      limitMs: 1000,
      cell: { index: 1, source, ...(line === undefined ? {} : { line }) },
    });
    const errors = (executed(outcome).cells[1]?.outputs ?? []).map(
      (output) => output['ename'],
    );
    expect(errors).toEqual([
      expect.stringMatching(/^(KeyboardInterrupt|CancelledError)$/),
      'cell-timed-out',
    ]);
  });

  it('is killed when it swallows the interrupt', async () => {
    const source = `import time
while True:
    try:
        time.sleep(600)
    except KeyboardInterrupt:
        print('swallowed', flush=True)`;
    const outcome = await execute(host, [source], {
      ...marked,
      cellTimeoutMs: 2000,
    });
    expect(failureOf(outcome)).toMatchObject({
      reason: 'cell-timed-out',
      cell: { stdout: 'swallowed\n' },
    });
    expect(await processesWith('NXNB_TEST_MARKER', marker)).toEqual([]);
  });

  it('counts for the task as a whole', async () => {
    const outcome = await execute(host, ['import time', 'time.sleep(600)'], {
      taskTimeoutMs: 6000,
    });
    expect(failureOf(outcome)).toMatchObject({
      reason: 'task-timed-out',
      limitMs: 6000,
      cell: { index: 1, line: 1 },
    });
  });
});

describe('an aborted run', () => {
  it('ends in the middle of a cell and shows where', async () => {
    const abort = new AbortController();
    const outcome = await host.execute(
      request(['print("started", flush=True)\nwhile True: pass'], marked),
      onText(() => abort.abort()),
      abort.signal,
    );
    expect(failureOf(outcome)).toMatchObject({
      reason: 'interrupted',
      cell: { index: 0, line: 2, stdout: 'started\n' },
    });
    expect(streamText(outcome)).toBe('started\n');
    expect(await processesWith('NXNB_TEST_MARKER', marker)).toEqual([]);
  });

  it('ends within its bound when the cell does not listen', async () => {
    const abort = new AbortController();
    let abortedAt = 0;
    const outcome = await host.execute(
      request(
        [
          `import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
print('deaf', flush=True)
while True: pass`,
        ],
        marked,
      ),
      onText(() => {
        abortedAt = Date.now();
        abort.abort();
      }),
      abort.signal,
    );
    expect(failureOf(outcome).reason).toBe('interrupted');
    expect(Date.now() - abortedAt).toBeLessThan(4000);
    expect(await processesWith('NXNB_TEST_MARKER', marker)).toEqual([]);
  });

  it('does not start a kernel when it was aborted before', async () => {
    const outcome = await host.execute(request(['1']), {}, AbortSignal.abort());
    expect(outcome).toEqual({
      status: 'failed',
      failure: { reason: 'interrupted', message: 'The run was interrupted.' },
      cells: [],
    });
  });
});

describe('big outputs', () => {
  it('arrive complete when 10,000 messages come faster than anybody reads', async () => {
    const outcome = await execute(host, [
      `kernel = get_ipython().kernel
for number in range(10_000):
    kernel.send_response(kernel.iopub_socket, 'stream', {'name': 'stdout', 'text': f'{number}\\n'})`,
    ]);
    const lines = Array.from({ length: 10_000 }, (_, index) => `${index}\n`);
    expect(streamText(outcome)).toBe(lines.join(''));
  });

  it('are cut at the limit, and cost no memory beyond it', async () => {
    const before = process.memoryUsage().rss;
    let most = before;
    const outcome = await host.execute(
      request([
        'line = "x" * 99 + "\\n"\nfor _ in range(500): print(line * 1000, end="")',
        '"small"',
      ]),
      onText(() => {
        most = Math.max(most, process.memoryUsage().rss);
      }),
      new AbortController().signal,
    );
    const text = streamText(outcome);
    expect(text).toHaveLength(10_000_000 + 61);
    expect(text.slice(9_999_999)).toBe(
      '\n\n[nx-notebook: stdout of this cell is cut here, after 10 MB]\n',
    );
    expect(most - before).toBeLessThan(150e6);
  });

  it('are left out when a single one is too big', async () => {
    const small = createKernelHost({
      python,
      workspaceRoot,
      maxCellOutputBytes: 1000,
    });
    const outcome = await execute(small, [
      'from IPython.display import HTML, display\ndisplay(HTML("x" * 2000), HTML("small"))',
      code('raise ValueError("y" * 2000)', 'raises-exception'),
    ]);
    await small.dispose();
    expect(executed(outcome).cells.map((cell) => cell.outputs)).toEqual([
      [
        {
          output_type: 'display_data',
          data: { 'text/plain': expect.stringContaining('is left out') },
          metadata: {},
        },
        expect.objectContaining({
          data: { 'text/html': 'small', 'text/plain': expect.anything() },
        }),
      ],
      [
        {
          output_type: 'error',
          ename: 'ValueError',
          evalue: expect.stringContaining('is left out'),
          traceback: [expect.stringContaining('is left out')],
        },
      ],
    ]);
  });
});

describe('exit handlers', () => {
  it('have run when the outcome is known', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'exit-'));
    const outcome = await execute(
      host,
      [
        `import atexit, pathlib, time
def write():
    time.sleep(1)
    pathlib.Path('product.txt').write_text('written at exit')
atexit.register(write)`,
      ],
      { cwd: folder },
    );
    expect(outcome.status).toBe('completed');
    expect(await readFile(join(folder, 'product.txt'), 'utf8')).toBe(
      'written at exit',
    );
    await rm(folder, { recursive: true });
  });
});

describe('a source that is too large', () => {
  it('is not sent', async () => {
    const outcome = await execute(host, [
      '1',
      `x = "${'y'.repeat(9_000_000)}"`,
    ]);
    expect(failureOf(outcome)).toMatchObject({
      reason: 'source-too-large',
      cell: { index: 1 },
      bytes: 9_000_010,
    });
  });

  it('is sent up to the limit', async () => {
    const outcome = await execute(host, [
      `x = "${'y'.repeat(8_900_000)}"`,
      'len(x)',
    ]);
    expect(executed(outcome).cells[1]?.outputs).toMatchObject([
      { data: { 'text/plain': '8900000' } },
    ]);
  });
});

describe('several notebooks at once', () => {
  it('share one server and nothing else', async () => {
    const outcomes = await Promise.all(
      ['a', 'b', 'c'].map((name) =>
        execute(
          host,
          ['import os', 'print(os.environ["NAME"], os.getppid())'],
          { env: { NAME: name } },
        ),
      ),
    );
    const texts = outcomes.map((outcome) => streamText(outcome, 1).split(' '));
    expect(texts.map(([name]) => name)).toEqual(['a', 'b', 'c']);
    expect(new Set(texts.map(([, server]) => server)).size).toBe(1);
  });
});

describe('a server that is killed', () => {
  it('fails the notebook, leaves nothing, and the next one gets a new server', async () => {
    const own = createKernelHost({ python, workspaceRoot });
    const outcome = await execute(
      own,
      [
        'import os, signal, time\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(600)',
      ],
      marked,
    );
    expect(failureOf(outcome).reason).toBe('server-failed');
    await eventually(
      'the kernel to end',
      async () =>
        (await processesWith('NXNB_TEST_MARKER', marker)).length === 0,
    );
    const next = await execute(own, ['1 + 1']);
    expect(next.status).toBe('completed');
    await own.dispose();
  });
});

describe('disposing', () => {
  it('interrupts what runs and ends within its bound', async () => {
    const own = createKernelHost({ python, workspaceRoot });
    let disposed: Promise<void> | undefined;
    const outcome = await own.execute(
      request(['print("running", flush=True)\nwhile True: pass'], marked),
      onText(() => {
        disposed = own.dispose();
      }),
      new AbortController().signal,
    );
    await disposed;
    expect(failureOf(outcome).reason).toBe('interrupted');
    expect(await processesWith('NXNB_TEST_MARKER', marker)).toEqual([]);
  });
});

describe('a parent that is killed', () => {
  it('leaves no process behind', async () => {
    const own = `parent-${process.pid}`;
    const child = spawn(
      process.execPath,
      [join(__dirname, 'fixtures/killed-parent.cjs'), python, workspaceRoot],
      {
        env: { ...process.env, NXNB_TEST_MARKER: own },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    await new Promise((running) => child.stdout.once('data', running));
    const before = await processesWith('NXNB_TEST_MARKER', own);
    expect(before.length).toBeGreaterThanOrEqual(4);
    child.kill('SIGKILL');
    await eventually(
      'all processes to end',
      async () => (await processesWith('NXNB_TEST_MARKER', own)).length === 0,
    );
  });
});
