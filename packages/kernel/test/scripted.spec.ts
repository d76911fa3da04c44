/**
 * Faults that a real kernel cannot be made to show, by a scripted one: lost connections, broken and missing messages,
 * kernels that break the protocol. Needs no Python.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createScriptedKernel,
  type ScriptedCell,
  type ScriptedKernel,
} from '@nx-notebook/testing';
import type {
  KernelHost,
  NotebookOutcome,
  NotebookRequest,
} from '../src/contract.js';
import { createKernelHostWith } from '../src/kernel-host.js';
import type {
  JupyterServer,
  KernelRecord,
} from '../src/server/jupyter-server.js';
import {
  code,
  execute,
  executed,
  failureOf,
  python,
  streamText,
  workspaceRoot,
} from './workbench.js';

let kernel: ScriptedKernel;
let host: KernelHost;
let record: KernelRecord;

beforeEach(async () => {
  kernel = await createScriptedKernel();
  record = { pid: 1, group: 1 };
  const server: JupyterServer = {
    address: { kind: 'tcp', host: '127.0.0.1', port: kernel.port },
    token: kernel.token,
    exited: new Promise(() => undefined),
    hasExited: false,
    log: () => 'the log of the server',
    prepareKernel: () => Promise.resolve('scripted'),
    kernelRecord: () => Promise.resolve(record),
    killKernel: () => {
      kernel.vanish();
      return Promise.resolve();
    },
    stop: () => Promise.resolve(),
  };
  host = createKernelHostWith(
    { python, workspaceRoot, startTimeoutMs: 2000 },
    {
      startServer: () => Promise.resolve({ ok: true, server }),
      silenceMs: 100,
    },
  );
});

afterEach(async () => {
  await host.dispose();
  await kernel[Symbol.asyncDispose]();
});

/** Runs one cell; the script plays the kernel's part. */
async function play(
  script: (cell: ScriptedCell) => void | Promise<void>,
  more: Partial<NotebookRequest> = {},
): Promise<NotebookOutcome> {
  const outcome = execute(host, ['a cell'], {
    kernelName: 'scripted',
    ...more,
  });
  await script(await kernel.nextCell());
  return outcome;
}

describe('a cell', () => {
  it('is complete when reply and idle have come, in either order', async () => {
    const outcome = await play((cell) => {
      cell.status('busy');
      cell.status('idle');
      cell.print('after being idle');
      cell.reply();
    });
    expect(outcome.status).toBe('completed');
    expect(streamText(outcome)).toBe('after being idle');
    expect(kernel.isAlive).toBe(false);
  });

  it('is sent without permission to ask for input', async () => {
    let content: unknown;
    await play((cell) => {
      content = cell.request.content;
      cell.finish();
    });
    expect(content).toEqual({
      code: 'a cell',
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
    });
  });

  it('does not stop the kernel at an error that is allowed', async () => {
    const outcome = execute(
      host,
      [code('raises', 'raises-exception'), 'next'],
      {
        kernelName: 'scripted',
      },
    );
    const first = await kernel.nextCell();
    expect(first.request.content['stop_on_error']).toBe(false);
    first.reply('error', { ename: 'E', evalue: 'v', traceback: [] });
    first.status('idle');
    (await kernel.nextCell()).finish();
    expect((await outcome).status).toBe('completed');
  });

  it('gets the output that comes late and names it', async () => {
    const outcome = execute(host, ['first', 'second'], {
      kernelName: 'scripted',
    });
    const first = await kernel.nextCell();
    first.finish();
    const second = await kernel.nextCell();
    first.print('late');
    second.print('in time');
    second.finish();
    expect(streamText(await outcome, 0)).toBe('late');
    expect(streamText(await outcome, 1)).toBe('in time');
  });

  it('is not disturbed by messages of others', async () => {
    const outcome = await play((cell) => {
      kernel.send('iopub', 'stream', { name: 'stdout', text: 'of nobody' });
      kernel.send('shell', 'execute_reply', { status: 'error' });
      kernel.send('iopub', 'unheard_of', {}, cell.request.header);
      cell.finish();
      cell.finish();
    });
    expect(outcome.status).toBe('completed');
    expect(executed(outcome).cells[0]?.outputs).toEqual([]);
  });

  it('may end with a status that only says that it did not run', async () => {
    const outcome = await play((cell) => {
      cell.reply('aborted');
      cell.status('idle');
    });
    expect(failureOf(outcome)).toMatchObject({
      reason: 'output-lost',
      message:
        'Outputs may be missing: the kernel did not run the cell (status aborted).',
    });
  });
});

describe('outputs may be missing', () => {
  it.each<[string, (cell: ScriptedCell) => void, string]>([
    [
      'when the connection is lost',
      () => {
        kernel.dropConnection();
      },
      'the connection to the kernel was lost',
    ],
    [
      'when a message is no JSON',
      (cell) => {
        const frame = Buffer.from(JSON.stringify(cell.request));
        kernel.sendRaw(frame);
      },
      "the kernel's server sent a message without its table of parts",
    ],
    [
      'when a message is cut',
      (cell) => {
        cell.send('iopub', 'stream', { name: 'stdout' });
      },
      "the kernel's server sent a stream message without `text`",
    ],
    [
      'when the server says that it dropped some',
      (cell) => {
        cell.print(
          '\n            IOPub data rate exceeded.\n            The Jupyter server will temporarily stop sending output\n',
          'stderr',
        );
        cell.finish();
      },
      'the server dropped messages that came too fast',
    ],
    [
      'when the kernel replies and is never idle',
      (cell) => {
        cell.reply();
      },
      'the kernel replied but did not say that the cell is complete',
    ],
  ])('%s', async (_, script, why) => {
    const outcome = await play((cell) => {
      cell.print('before');
      script(cell);
    });
    expect(failureOf(outcome)).toEqual({
      reason: 'output-lost',
      message: `Outputs may be missing: ${why}.`,
      hint: 'Run the task again; nothing of this run was kept as a product.',
      cell: expect.objectContaining({ index: 0, stdout: 'before' }),
    });
    expect(streamText(outcome)).toMatch(/^before/);
  });

  it('but text that only looks like it is text', async () => {
    const outcome = await play((cell) => {
      cell.print('we saw: IOPub data rate exceeded.', 'stderr');
      cell.finish();
    });
    expect(outcome.status).toBe('completed');
  });
});

describe('a kernel', () => {
  it('that dies is told by how it ended', async () => {
    const outcome = await play(() => {
      record = { pid: 1, group: 1, exit: -11 };
      kernel.die();
    });
    expect(failureOf(outcome)).toMatchObject({
      reason: 'kernel-died',
      message: 'The kernel died of SIGSEGV in cell 1 of 1.',
      signal: 'SIGSEGV',
    });
  });

  it('that asks for input although it must not is not waited for', async () => {
    const outcome = await play((cell) => {
      cell.send('stdin', 'input_request', { prompt: 'Name? ' });
    });
    expect(failureOf(outcome)).toMatchObject({
      reason: 'input-requested',
      message:
        'Cell 1 of 1 asks for input ("Name?"), and nobody is there to answer.',
    });
    expect(kernel.isAlive).toBe(false);
  });

  it('that never answers is not waited for beyond the limit', async () => {
    kernel.answersInfo = false;
    const outcome = await execute(host, ['1'], { kernelName: 'scripted' });
    expect(failureOf(outcome)).toMatchObject({
      reason: 'kernel-start-failed',
      message: 'The kernel did not answer within 2 s.',
      log: 'the log of the server',
    });
    expect(kernel.isAlive).toBe(false);
  });

  it('that dies while it starts is looked for', async () => {
    kernel.answersInfo = false;
    kernel.vanish();
    const outcome = await execute(host, ['1'], { kernelName: 'scripted' });
    expect(failureOf(outcome)).toMatchObject({
      reason: 'kernel-start-failed',
      message: 'The kernel died while it was starting.',
    });
  });

  it('that cannot be started is told from one that is not installed', async () => {
    kernel.startRefusals.push(500, 500);
    const refused = await execute(host, ['1'], { kernelName: 'scripted' });
    expect(failureOf(refused)).toMatchObject({
      reason: 'kernel-start-failed',
      message: 'The kernel could not be started.',
    });
    const unknown = await execute(host, ['1'], { kernelName: 'nope' });
    expect(failureOf(unknown)).toMatchObject({
      reason: 'kernel-not-installed',
      kernelName: 'nope',
      installed: ['scripted'],
    });
  });

  it('is interrupted at a limit of time, and killed if it does not listen', async () => {
    const abort = new AbortController();
    const outcome = host.execute(
      {
        name: 'deaf',
        notebook: { cells: [code('endless')], metadata: {} },
        cwd: workspaceRoot,
        kernelName: 'scripted',
        env: {},
        cellTimeoutMs: 10,
      },
      {},
      abort.signal,
    );
    await kernel.nextCell();
    await kernel.nextInterrupt();
    abort.abort();
    expect(failureOf(await outcome)).toMatchObject({
      reason: 'cell-timed-out',
      limitMs: 10,
    });
    expect(kernel.isAlive).toBe(false);
  });
});
