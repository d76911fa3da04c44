import {
  mkdir,
  readFile,
  readdir,
  rename,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Task } from '@nx-notebook/pipeline';
import { hasUnfinishedRun, recoverAside, setAside } from '../src/aside.js';
import {
  assessTask,
  openRecordBook,
  recordsFolder,
  type RunRecord,
} from '../src/index.js';
import { safeFileName } from '../src/state-folder.js';
import { lockTask, tryLockTask } from '../src/task-lock.js';
import { failed, ScriptedRunner } from './scripted-runner.js';
import { TestWorkspace, type TaskText } from './test-workspace.js';

const a: TaskText = { name: 'a', source: 'emit a' };
const name = { project: 'ml', variant: '', task: 'a' };

describe('file names', () => {
  test.each(['clean', 'fit-model', 'a.b', 'x_1'])('%s stays', (text) => {
    expect(safeFileName(text)).toBe(text);
  });

  test('are safe and different for any texts', () => {
    const texts = [
      '',
      '.',
      '..',
      'a/b',
      'a\\b',
      '../../etc',
      'Clean',
      'CLEAN',
      'clean ',
      'clean.',
      'con',
      'con.txt',
      'ü',
      'a:b',
      'a~b',
      'x'.repeat(300),
      'x'.repeat(301),
      '-a',
      'a\n',
      '@org/pkg',
    ];
    const names = texts.map(safeFileName);
    expect(new Set(names.map((each) => each.toLowerCase())).size).toBe(
      texts.length,
    );
    for (const each of names) expect(each).toMatch(/^[a-z0-9_~-]{1,80}$/);
  });
});

describe('run records', () => {
  async function written(): Promise<{
    workspace: TestWorkspace;
    file: string;
    record: RunRecord;
  }> {
    const workspace = await TestWorkspace.create();
    await workspace.build([a]);
    const file = join(recordsFolder(workspace.root), 'ml/a.json');
    const record = JSON.parse(await readFile(file, 'utf8')) as RunRecord;
    return { workspace, file, record };
  }

  test('are what was written', async () => {
    const made = await written();
    await using workspace = made.workspace;
    const { record } = made;
    const book = openRecordBook(recordsFolder(workspace.root));
    expect(await book.read(name)).toEqual(record);
    expect(await book.read({ ...name, task: 'b' })).toBeUndefined();
  });

  test.each<[string, (record: RunRecord) => string]>([
    ['cut', (record) => JSON.stringify(record).slice(0, 100)],
    ['empty', () => ''],
    [
      'of another version',
      (record) => JSON.stringify({ ...record, version: 2 }),
    ],
    ['of another task', (record) => JSON.stringify({ ...record, task: 'b' })],
    [
      'of another variant',
      (record) => JSON.stringify({ ...record, variant: '@sample' }),
    ],
    [
      'of a newer key',
      (record) =>
        JSON.stringify({
          ...record,
          keyData: { ...record.keyData, version: 99 },
        }),
    ],
    [
      'of an unknown status',
      (record) => JSON.stringify({ ...record, status: 'fine' }),
    ],
    ['null', () => 'null'],
  ])('that are %s are none', async (_what, text) => {
    const made = await written();
    await using workspace = made.workspace;
    const { file, record } = made;
    await writeFile(file, text(record));
    const book = openRecordBook(recordsFolder(workspace.root));
    expect(await book.read(name)).toBeUndefined();
    expect(await workspace.build([a])).toEqual({ a: 'restored' });
  });

  test('with a key that is not that of their data are not believed', async () => {
    const made = await written();
    await using workspace = made.workspace;
    const { file, record } = made;
    await writeFile(file, JSON.stringify({ ...record, key: 'f'.repeat(64) }));
    expect(
      await assessTask(workspace.refs([a])[0] ?? fail(), workspace.parts()),
    ).toMatchObject({
      status: 'restorable',
      reasons: ['key changed'],
    });
  });

  test('that can not be written fail with a sentence', async () => {
    const made = await written();
    await using workspace = made.workspace;
    const { record } = made;
    const file = join(workspace.root, 'file');
    await writeFile(file, '');
    const outcome = await openRecordBook(file).write(record);
    expect(outcome).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^E(EXIST|NOTDIR)/),
    });
  });
});

function fail(): never {
  throw new Error('no such task');
}

describe('products set aside', () => {
  async function withProducts(): Promise<TestWorkspace> {
    const workspace = await TestWorkspace.create();
    await workspace.write('out/a.data', 'old data');
    return workspace;
  }

  async function begin(workspace: TestWorkspace): ReturnType<typeof setAside> {
    return setAside(workspace.root, name, taskOf(workspace));
  }

  function taskOf(workspace: TestWorkspace): Task {
    return (workspace.refs([a])[0] ?? fail()).task;
  }

  async function state(workspace: TestWorkspace): Promise<unknown> {
    return {
      data: await workspace.read('out/a.data'),
      nb: await workspace.read('out/a.ipynb'),
      isUnfinished: await hasUnfinishedRun(workspace.root, name),
    };
  }

  const never = (): Promise<boolean> => Promise.resolve(false);

  test('are gone while the task runs', async () => {
    await using workspace = await withProducts();
    await begin(workspace);
    expect(await state(workspace)).toEqual({
      data: undefined,
      nb: undefined,
      isUnfinished: true,
    });
  });

  test('come back after a crash, and what was written goes', async () => {
    await using workspace = await withProducts();
    await begin(workspace);
    await workspace.write('out/a.data', 'half');
    await workspace.write('out/a.ipynb', 'half');
    await recoverAside(workspace.root, name, {
      task: taskOf(workspace),
      isComplete: never,
    });
    expect(await state(workspace)).toEqual({
      data: 'old data',
      nb: undefined,
      isUnfinished: false,
    });
  });

  test('stay where they are after a crash before they were moved', async () => {
    await using workspace = await withProducts();
    await begin(workspace);
    const aside = join(workspace.root, '.nx/notebook/aside/ml/a/0');
    await rename(aside, workspace.path('out/a.data'));
    await recoverAside(workspace.root, name, {
      task: taskOf(workspace),
      isComplete: never,
    });
    expect(await state(workspace)).toEqual({
      data: 'old data',
      nb: undefined,
      isUnfinished: false,
    });
  });

  test('are dropped after a crash of a run that was complete', async () => {
    await using workspace = await withProducts();
    await begin(workspace);
    await workspace.write('out/a.data', 'new');
    await recoverAside(workspace.root, name, {
      task: taskOf(workspace),
      isComplete: () => Promise.resolve(true),
    });
    expect(await state(workspace)).toEqual({
      data: 'new',
      nb: undefined,
      isUnfinished: false,
    });
    expect(
      await readdir(join(workspace.root, '.nx/notebook/aside/ml')),
    ).toEqual([]);
  });

  test('do not replace what another task wrote at a path that it got meanwhile', async () => {
    await using workspace = await withProducts();
    await begin(workspace);
    await workspace.write('out/a.data', 'of the other task');
    const task = {
      ...taskOf(workspace),
      product: { kind: 'mapping', products: [] },
    } as const;
    await recoverAside(workspace.root, name, { task, isComplete: never });
    expect(await state(workspace)).toEqual({
      data: 'of the other task',
      nb: undefined,
      isUnfinished: false,
    });
  });

  test('of a journal that points elsewhere touch nothing there', async () => {
    await using workspace = await withProducts();
    await workspace.write('../../outside', 'mine');
    const folder = join(workspace.root, '.nx/notebook/aside/ml/a');
    await mkdir(folder, { recursive: true });
    const products = [{ path: '../outside', existed: false }];
    await writeFile(
      join(folder, 'journal.json'),
      JSON.stringify({ version: 1, products }),
    );
    await recoverAside(workspace.root, name, {
      task: taskOf(workspace),
      isComplete: never,
    });
    expect(
      await readFile(join(dirname(workspace.root), 'outside'), 'utf8'),
    ).toBe('mine');
    expect(await state(workspace)).toMatchObject({ isUnfinished: false });
  });
});

describe('locks', () => {
  test('of a dead process from the future are taken', async () => {
    await using workspace = await TestWorkspace.create();
    const lock = join(workspace.root, '.nx/notebook/locks/ml/a.lock');
    await mkdir(lock, { recursive: true });
    const future = Date.now() / 1000 + 3600;
    await utimes(lock, future, future);
    let waits = 0;
    const stop = new AbortController();
    const taken = await lockTask(name, {
      workspaceRoot: workspace.root,
      clock: {
        now: () => 0,
        wait: () => {
          waits += 1;
          if (waits > 1000) stop.abort();
          return Promise.resolve();
        },
      },
      signal: stop.signal,
      onWait: () => undefined,
    });
    await taken?.release();
    expect(taken).toBeDefined();
  });

  test('are held by one, and free afterwards', async () => {
    await using workspace = await TestWorkspace.create();
    const first = await tryLockTask(name, workspace.root);
    expect(await tryLockTask(name, workspace.root)).toBeUndefined();
    await first?.release();
    const second = await tryLockTask(name, workspace.root);
    expect(second).toBeDefined();
    await second?.release();
  });

  test('that were lost stop the run, and the task begins again', async () => {
    await using workspace = await TestWorkspace.create();
    workspace.runner.script('a', async (_request, signal) => {
      await workspace.write('out/a.data', 'half');
      // As after a long sleep of the machine: somebody else took the lock for dead.
      const lock = join(workspace.root, '.nx/notebook/locks/ml/a.lock');
      await rename(lock, `${lock}.gone`);
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve, { once: true });
      });
      workspace.runner = new ScriptedRunner();
      return failed('stopped');
    });
    let runner = workspace.runner;
    const parts = {
      runner: () => {
        runner = workspace.runner;
        return Promise.resolve({
          run: (...args: Parameters<ScriptedRunner['run']>) =>
            workspace.runner.run(...args),
          dispose: () => runner.dispose(),
        });
      },
    };
    expect(await workspace.build([a], {}, parts)).toEqual({ a: 'executed' });
    expect(await workspace.read('out/a.data')).toContain('emit a');
    expect(await hasUnfinishedRun(workspace.root, name)).toBe(false);
  });
});

describe('an assessment', () => {
  const b: TaskText = {
    name: 'b',
    source: 'emit b',
    upstream: { a: ['data'] },
  };

  async function assess(
    workspace: TestWorkspace,
    tasks: readonly TaskText[],
  ): Promise<unknown> {
    const found: Record<string, unknown> = {};
    for (const ref of workspace.refs(tasks)) {
      const assessed = await assessTask(ref, workspace.parts());
      found[ref.task.name] =
        'reasons' in assessed
          ? [assessed.status, ...assessed.reasons]
          : [assessed.status];
    }
    return found;
  }

  test('tells how each task stands, and executes and writes nothing', async () => {
    await using workspace = await TestWorkspace.create();
    expect(await assess(workspace, [a, b])).toEqual({
      a: ['never-run', 'never run'],
      b: ['blocked'],
    });
    expect(await readdir(workspace.root)).toEqual(['ml']);
    await workspace.build([a, b]);
    expect(await assess(workspace, [a, b])).toEqual({
      a: ['fresh'],
      b: ['fresh'],
    });
    const newB = { ...b, source: 'emit new' };
    expect(await assess(workspace, [a, newB])).toEqual({
      a: ['fresh'],
      b: ['stale', 'source changed'],
    });
    workspace.runner.script('b', () => Promise.resolve(failed('boom')));
    await workspace.build([a, newB]);
    expect(await assess(workspace, [a, newB])).toEqual({
      a: ['fresh'],
      b: ['failed', 'the last run failed'],
    });
    expect(await assess(workspace, [a, b])).toEqual({
      a: ['fresh'],
      b: ['restorable', 'the last run failed', 'source changed'],
    });
  });
});
