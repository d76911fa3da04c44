/**
 * However a run is ended, no process of it is left and nothing half-written counts; the next run is right.
 */
import {
  afterEach,
  beforeEach,
  describe,
  expect,
  jest,
  test,
} from '@jest/globals';
import {
  eventually,
  type RunningCommand,
  type TestWorkspace,
} from '@nx-notebook/testing';
import { makeWorkspace, pipeline, reads, writes } from './pipelines';

jest.setTimeout(120_000);

/** Nx gives its children five seconds. */
const LEFTOVER_LIMIT_MS = 5_000;

/** `slow` writes half of its product, says that it is there, and then waits for ever. */
const slow = pipeline('ml', [
  { name: 'quick', cells: [writes('"quick"')] },
  {
    name: 'slow',
    upstream: ['quick'],
    cells: [
      'import os, time',
      [
        'file = open(product["data"], "w")',
        'file.write("half")',
        'file.flush()',
        'open("started", "w").write(str(os.getpid()))',
        'while os.path.exists("wait"):',
        '    time.sleep(0.05)',
        'file.close()',
      ].join('\n'),
      writes(`${reads('quick')} + " whole"`),
    ],
  },
]);

let workspace: TestWorkspace;

beforeEach(async () => {
  workspace = await makeWorkspace({ ...slow, 'ml/wait': '' });
});

afterEach(async () => {
  await workspace[Symbol.asyncDispose]();
});

/** Starts a run and waits until the cell waits. */
async function runUntilItWaits(mode: string): Promise<RunningCommand> {
  const run = workspace.start('run-many', '-t', 'execute', mode);
  await eventually('the cell waits', () =>
    Promise.resolve(workspace.has('ml/started')),
  );
  return run;
}

async function expectNoLeftover(): Promise<void> {
  await eventually(
    'no process is left',
    async () => (await workspace.processes()).length === 0,
    LEFTOVER_LIMIT_MS,
  );
}

/** The interrupted product is not taken for good, the finished one is. */
async function expectNextRunIsRight(): Promise<void> {
  await workspace.remove('ml/wait');
  expect(await workspace.takeExecutions('ml')).toEqual(['quick', 'slow']);
  await workspace.succeed('run-many', '-t', 'execute');

  expect(await workspace.takeExecutions('ml')).toEqual(['slow']);
  expect(await workspace.read('ml/out/slow.txt')).toBe('quick whole');
}

describe('a run that is ended', () => {
  test.each([['--batch'], ['--batch=false']])(
    'by Ctrl-C in a cell, with %s',
    async (mode) => {
      const run = await runUntilItWaits(mode);
      run.signalGroup('SIGINT');
      const { exitCode } = await run.result();
      expect(exitCode).not.toBe(0);
      await expectNoLeftover();
      await expectNextRunIsRight();
    },
  );

  test('by SIGTERM to Nx', async () => {
    const run = await runUntilItWaits('--batch');
    run.signal('SIGTERM');
    const { exitCode } = await run.result();
    expect(exitCode).not.toBe(0);
    await expectNoLeftover();
    await expectNextRunIsRight();
  });

  // Task by task there is one process more between Nx and the kernel.
  test('by SIGKILL of Nx', async () => {
    const run = await runUntilItWaits('--batch=false');
    run.signal('SIGKILL');
    await expectNoLeftover();
    await expectNextRunIsRight();
  });

  test('by SIGKILL of the whole process group', async () => {
    const run = await runUntilItWaits('--batch');
    run.signalGroup('SIGKILL');
    await expectNoLeftover();
    await expectNextRunIsRight();
  });
});

describe('SIGKILL of', () => {
  test('the kernel', async () => {
    const run = await runUntilItWaits('--batch');
    process.kill(Number(await workspace.read('ml/started')), 'SIGKILL');
    const { exitCode, output } = await run.result();
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/SIGKILL|out of memory|killed/i);
    await expectNoLeftover();
    await expectNextRunIsRight();
  });

  test('the Jupyter server', async () => {
    const run = await runUntilItWaits('--batch');
    const kernel = Number(await workspace.read('ml/started'));
    const servers = (await workspace.processes()).filter(
      ({ pid, command }) => pid !== kernel && /python.*server/.test(command),
    );
    expect(servers).not.toEqual([]);
    for (const { pid } of servers) process.kill(pid, 'SIGKILL');
    const { exitCode, output } = await run.result();
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/server/i);
    await expectNoLeftover();
    await expectNextRunIsRight();
  });
});
