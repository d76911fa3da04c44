/**
 * Failing tasks: what the others do, what the report says, what is left on disk, and what the next run executes.
 */
import { describe, expect, jest, test } from '@jest/globals';
import type { CommandResult, TestWorkspace } from '@nx-notebook/testing';
import { makeWorkspace, pipeline, reads, writes } from './pipelines';

jest.setTimeout(120_000);

/** `bad` fails, `after` needs it, `other` does not. */
const branches = (
  cells: readonly string[],
  yaml: readonly string[] = [],
): Readonly<Record<string, string>> =>
  pipeline('ml', [
    {
      name: 'bad',
      cells: [...cells, writes('"done"')],
      // A folder of its own, so that a test can take it away from this task alone.
      product: { nb: 'out-bad/bad.ipynb', data: 'out-bad/bad.txt' },
      yaml,
    },
    { name: 'after', upstream: ['bad'], cells: [writes(reads('bad'))] },
    { name: 'other', cells: [writes('"other"')] },
  ]);

/** A user's mistake never prints a JavaScript stack trace. */
const STACK_FRAME = /^\s+at .*\.js:\d+/m;

describe.each([['--batch'], ['--batch=false']])('with %s', (mode) => {
  test('a task that raises stops what is behind it and nothing else', async () => {
    await using workspace = await makeWorkspace(
      branches(['print("before")', 'x = 1\nraise ValueError("no luck")']),
    );
    const failed = await workspace.nx('run-many', '-t', 'execute', mode);

    expect(failed.exitCode).not.toBe(0);
    expect(await workspace.takeExecutions('ml')).toEqual(['bad', 'other']);
    expect(workspace.has('ml/out/other.txt')).toBe(true);
    expect(failed.output).toContain('ValueError: no luck');
    expect(failed.output).toMatch(/raise ValueError\("no luck"\)/);
    expect(failed.output).toMatch(/cell 4/i);
    expect(failed.output).not.toMatch(STACK_FRAME);
    const partial = /\S*bad\S*\.ipynb/.exec(failed.output)?.[0];
    expect(partial).toBeDefined();

    await workspace.edit('ml/bad.py', 'raise ValueError("no luck")', 'pass');
    await workspace.succeed('run-many', '-t', 'execute', mode);

    expect(await workspace.takeExecutions('ml')).toEqual(['after', 'bad']);
  });

  test('a task that does not write a declared product fails and says which', async () => {
    await using workspace = await makeWorkspace(
      pipeline('ml', [{ name: 'bad', cells: ['1'] }]),
    );
    const { exitCode, output } = await workspace.nx(
      'run',
      'ml:execute--bad',
      mode,
    );
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/did not write .*out\/bad\.txt/);
    expect(output).not.toMatch(STACK_FRAME);
  });
});

test('a kernel that is killed is reported with its signal', async () => {
  await using workspace = await makeWorkspace(
    branches(['import os, signal\nos.kill(os.getpid(), signal.SIGKILL)']),
  );
  const failed = await workspace.nx('run-many', '-t', 'execute');
  expect(failed.exitCode).not.toBe(0);
  expect(failed.output).toMatch(/SIGKILL|out of memory|killed/i);
  expect(await workspace.takeExecutions('ml')).toEqual(['bad', 'other']);
  expect(workspace.has('ml/out-bad/bad.txt')).toBe(false);
  expect(await workspace.processes()).toEqual([]);

  await workspace.edit('ml/bad.py', 'os.kill(', '(');
  await workspace.succeed('run-many', '-t', 'execute');

  expect(await workspace.takeExecutions('ml')).toEqual(['after', 'bad']);
});

test('a cell that never ends is interrupted at its time-out and named in the partial notebook', async () => {
  await using workspace = await makeWorkspace(
    branches(['while True:\n    pass'], ['cell_timeout: 2']),
  );
  const failed = await workspace.nx('run-many', '-t', 'execute');
  expect(failed.exitCode).not.toBe(0);
  expect(failed.output).toMatch(/timed? ?-?out|2 s/i);
  expect(failed.output).not.toMatch(STACK_FRAME);
  expect(await workspace.takeExecutions('ml')).toEqual(['bad', 'other']);
  const path = /\S*bad\S*\.ipynb/.exec(failed.output)?.[0] ?? 'no path';
  const partial = await readNotebook(workspace, path);
  const interrupted = partial.cells.findIndex(({ outputs = [] }) =>
    outputs.some(({ ename }) => ename === 'KeyboardInterrupt'),
  );
  expect(partial.cells[interrupted]?.source).toContain('while True');
});

test('two runs at once execute each task once', async () => {
  const slow = 'import time\ntime.sleep(1)';
  await using workspace = await makeWorkspace(
    pipeline('ml', [
      { name: 'a', cells: [slow, writes('"one"')] },
      { name: 'b', upstream: ['a'], cells: [slow, writes(reads('a'))] },
    ]),
  );
  const runs = [1, 2].map(() =>
    workspace.start('run-many', '-t', 'execute').result(),
  );
  const ended = await Promise.all(runs);
  expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  expect(await workspace.takeExecutions('ml')).toEqual(['a', 'b']);
  expect(await workspace.read('ml/out/b.txt')).toBe('one');
});

describe('a disk that takes no more', () => {
  /** Runs Nx with a folder made unwritable for this run alone, by a mount that ends with it. */
  const nxWith = (
    workspace: TestWorkspace,
    mount: string,
  ): Promise<CommandResult> =>
    workspace
      .command([
        'unshare',
        ...(process.getuid?.() === 0 ? [] : ['--map-root-user']),
        '--mount',
        'sh',
        '-c',
        `${mount} && exec node_modules/.bin/nx run-many -t execute`,
      ])
      .result();

  test.each([
    [
      'while a cell writes its product',
      'open(product["data"], "w").write("x" * 5_000_000)',
      /No space left on device/,
    ],
    [
      'while the executed notebook is written',
      'print("x" * 5_000_000)',
      /no space|ENOSPC|disk is full/i,
    ],
  ])('%s is said plainly, and nothing cut counts', async (_, cell, message) => {
    await using workspace = await makeWorkspace(branches([cell]));
    await workspace.write({ 'ml/out-bad/.keep': '' });
    const full = await nxWith(
      workspace,
      'mount -t tmpfs -o size=1m tmpfs ml/out-bad',
    );
    expect(full.exitCode).not.toBe(0);
    expect(full.output).toMatch(message);
    expect(full.output).not.toMatch(STACK_FRAME);
    expect(await workspace.takeExecutions('ml')).toEqual(['bad', 'other']);

    await workspace.succeed('run-many', '-t', 'execute');

    expect(await workspace.takeExecutions('ml')).toEqual(['after', 'bad']);
    expect(await workspace.read('ml/out/after.txt')).toBe('done');
  });

  test('a read-only product folder is named, and the next run goes on', async () => {
    await using workspace = await makeWorkspace(branches(['1']));
    await workspace.write({ 'ml/out-bad/.keep': '' });
    const readOnly = await nxWith(
      workspace,
      'mount --bind ml/out-bad ml/out-bad && mount -o remount,bind,ro ml/out-bad',
    );
    expect(readOnly.exitCode).not.toBe(0);
    expect(readOnly.output).toMatch(/read-only/i);
    expect(readOnly.output).toContain('ml/out-bad');
    expect(readOnly.output).not.toMatch(STACK_FRAME);
    await workspace.takeExecutions('ml');

    await workspace.succeed('run-many', '-t', 'execute');

    expect(await workspace.read('ml/out/after.txt')).toBe('done');
  });

  test('a full store costs a warning and no task', async () => {
    await using workspace = await makeWorkspace(
      branches(['print("x" * 5_000_000)']),
    );
    const run = await nxWith(
      workspace,
      'mkdir ../store && mount -t tmpfs -o size=1m tmpfs ../store',
    );
    expect(run.exitCode).toBe(0);
    expect(run.output).toMatch(/could not be kept in the store/);
    expect(await workspace.read('ml/out/after.txt')).toBe('done');
  });
});

interface NotebookFile {
  readonly cells: readonly {
    readonly source: string | readonly string[];
    readonly outputs?: readonly { readonly ename?: string }[];
  }[];
}

async function readNotebook(
  workspace: TestWorkspace,
  path: string,
): Promise<{
  readonly cells: readonly {
    readonly source: string;
    readonly outputs?: readonly { readonly ename?: string }[];
  }[];
}> {
  const relative = path.replace(`${workspace.root}/`, '');
  const { cells } = JSON.parse(await workspace.read(relative)) as NotebookFile;
  return {
    cells: cells.map((cell) => ({
      ...cell,
      source: [cell.source].flat().join(''),
    })),
  };
}
