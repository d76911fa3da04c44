/** Every Nx task is reported exactly once, whatever the build does. */
import { expect, test } from '@jest/globals';
import type { TaskOutcome } from '@nx-notebook/engine';
import { runTasks, type RunHost } from '../../src/executors/run-tasks.js';
import type { TaskReport } from '../../src/executors/task-report.js';
import type { TaskRequest } from '../../src/executors/task-request.js';
import { executed, failed, hostOf, request } from './scripted-build.js';
import { pipelineOf, type Files } from '../support/files.js';

async function reports(
  requests: readonly TaskRequest[],
  host: RunHost,
): Promise<TaskReport[]> {
  const all: TaskReport[] = [];
  for await (const report of runTasks(requests, host)) all.push(report);
  return all;
}

const buildAll: RunHost['build'] = async function* (refs) {
  await Promise.resolve();
  yield* refs.map(executed);
};

test('outcomes become results with their own times', async () => {
  using files = pipelineOf('a', 'b', 'c', 'd');
  const { host, disposed } = hostOf(files, async function* (refs) {
    await Promise.resolve();
    const [a, b, c, d] = refs;
    if (!a || !b || !c || !d) throw new Error('four tasks');
    const times = { startedAt: 1, endedAt: 2 };
    yield executed(a);
    yield { ref: b, ...times, status: 'fresh', savedMs: 5 };
    yield { ref: c, ...times, status: 'restored', origin: 'disk', savedMs: 5 };
    yield { ref: d, ...times, status: 'skipped', because: 'a failed' };
  });
  const requests = ['a', 'b', 'c', 'd'].map((task) => request(task));
  const times = { startTime: 1, endTime: 2, terminalOutput: '' };
  expect(await reports(requests, host)).toEqual([
    { task: 'ml:execute--a', result: { ...times, success: true } },
    { task: 'ml:execute--b', result: { ...times, success: true } },
    { task: 'ml:execute--c', result: { ...times, success: true } },
    {
      task: 'ml:execute--d',
      result: { ...times, success: false, status: 'skipped' },
    },
  ]);
  expect(disposed()).toBe(1);
});

test('a failure is never an empty text', async () => {
  using files = pipelineOf('a');
  const { host } = hostOf(files, async function* ([a]) {
    await Promise.resolve();
    if (a)
      yield failed(a, {
        reason: 'python-not-found',
        message: 'No Python.',
        hint: 'Install it.',
      });
  });
  const [report] = await reports([request('a')], host);
  expect(report?.result.success).toBe(false);
  expect(report?.result.terminalOutput).toContain('No Python.');
  expect(report?.result.terminalOutput).toContain('Install it.');
});

test('a build that crashes leaves no task unreported, and what ended stays as it ended', async () => {
  using files = pipelineOf('a', 'b', 'c');
  const { host, disposed } = hostOf(files, async function* ([a]) {
    await Promise.resolve();
    if (a) yield executed(a);
    throw new Error('out of cheese');
  });
  const all = await reports(
    ['a', 'b', 'c'].map((task) => request(task)),
    host,
  );
  expect(all.map(({ task, result }) => [task, result.success])).toEqual([
    ['ml:execute--a', true],
    ['ml:execute--b', false],
    ['ml:execute--c', false],
  ]);
  expect(all[1]?.result.terminalOutput).toContain('out of cheese');
  expect(disposed()).toBe(1);
});

test('a build that reports a task twice, or forgets one, does not confuse Nx', async () => {
  using files = pipelineOf('a', 'b');
  const { host } = hostOf(files, async function* ([a]) {
    await Promise.resolve();
    if (a) yield executed(a);
    if (a) yield executed(a);
  });
  const all = await reports([request('a'), request('b')], host);
  expect(all.map(({ task, result }) => [task, result.success])).toEqual([
    ['ml:execute--a', true],
    ['ml:execute--b', false],
  ]);
});

test('parts that can not be wired fail the tasks, not the process', async () => {
  using files = pipelineOf('a');
  const { host } = hostOf(files, () => neverBuilt(), {
    compose: () => {
      throw new Error('no disk');
    },
  });
  const [report] = await reports([request('a')], host);
  expect(report?.result.terminalOutput).toContain('no disk');
});

async function* neverBuilt(): AsyncGenerator<TaskOutcome> {
  await Promise.resolve();
  throw new Error('must not be built');
}

test('a broken pipeline fails its own tasks with its diagnostics, and the others are built', async () => {
  using files = pipelineOf('a');
  files.write(
    'broken/pipeline.yaml',
    'tasks:\n  - sorce: a.py\n    product: o.ipynb\n',
  );
  const { host, printed } = hostOf(files, async function* (refs) {
    await Promise.resolve();
    yield* refs.map(executed);
  });
  const broken = request('x', {
    id: 'broken:execute--x',
    project: 'broken',
    root: 'broken',
  });
  const all = await reports([request('a'), broken], host);
  const result = (id: string) => all.find(({ task }) => task === id)?.result;
  expect(result('ml:execute--a')?.success).toBe(true);
  expect(result('broken:execute--x')?.success).toBe(false);
  expect(result('broken:execute--x')?.terminalOutput).toContain(
    'broken/pipeline.yaml:2:',
  );
  // Nx prints the text of a failed task itself.
  expect(printed).toEqual([]);
});

test('a task that pipeline.yaml lost since Nx made its graph', async () => {
  using files = pipelineOf('a');
  const { host } = hostOf(files, () => neverBuilt());
  expect(await reports([request('gone')], host)).toEqual([
    {
      task: 'ml:execute--gone',
      result: {
        success: false,
        terminalOutput:
          'ml/pipeline.yaml has no task "gone" any more.\nNext: run the command again; if that does not help, `npx nx reset`.\n',
        startTime: 0,
        endTime: 0,
      },
    },
  ]);
});

test('--force reaches the tasks that it was given to, and NX_NOTEBOOK_FORCE all of them', async () => {
  using files = pipelineOf('a', 'b');
  const forced: boolean[][] = [];
  const build: RunHost['build'] = async function* (refs, _parts, { force }) {
    await Promise.resolve();
    forced.push(
      refs.map((ref) =>
        typeof force === 'function' ? force(ref) : force === true,
      ),
    );
    yield* refs.map(executed);
  };
  const requests = [
    request('a'),
    request('b', { options: { task: 'b', force: true } }),
  ];
  await reports(requests, hostOf(files, build).host);
  await reports(requests, hostOf(files, build, { force: true }).host);
  expect(forced).toEqual([
    [false, true],
    [true, true],
  ]);
});

test('a source that is saved while the batch runs keeps its result out of the cache of Nx', async () => {
  using files = pipelineOf('a', 'b');
  const { host, printed } = hostOf(files, async function* (refs) {
    await Promise.resolve();
    yield* refs.map(executed);
    files.write('ml/b.py', '# %%\nprint("saved meanwhile")\n');
  });
  const all = await reports([request('a'), request('b')], host);
  expect(all.map(({ result }) => [result.success, result.status])).toEqual([
    [true, undefined],
    [true, 'local-cache-kept-existing'],
  ]);
  expect(printed).toEqual([
    'Files of ml:b changed while this ran. Run again to bring it up to date.\n',
  ]);
});

/** `b` reads `data` of `a`. */
function chain(): Files {
  const files = pipelineOf('a', 'b');
  files.write(
    'ml/b.py',
    '# %% tags=["parameters"]\nupstream = ["a"]\nproduct = None\n# %%\nupstream["a"]["data"]\n',
  );
  return files;
}

test.each<[string, RunHost['build'], (files: Files) => void, string[]]>([
  [
    'a product that is written to after its task ended, and who reads it',
    buildAll,
    (files) => files.write('ml/out/a.csv', 'late'),
    ['a', 'b'],
  ],
  [
    'a file below a product folder',
    buildAll,
    (files) => files.write('ml/out/b.csv/part', 'late'),
    ['b'],
  ],
  ['nothing when nothing changes', buildAll, () => undefined, []],
])('out of the cache of Nx: %s', async (_name, build, write, expected) => {
  using files = chain();
  files.write('ml/out/b.csv/part', 'first');
  const { host } = hostOf(files, async function* (...given) {
    yield* build(...given);
    write(files);
  });
  const all = await reports([request('a'), request('b')], host);
  const uncached = all.filter(({ result }) => result.status !== undefined);
  expect(uncached.map(({ task }) => task)).toEqual(
    expected.map((task) => `ml:execute--${task}`),
  );
});

test('an upstream product that stood there before and is edited meanwhile counts', async () => {
  using files = chain();
  files.write('ml/out/a.csv', 'first');
  const { host } = hostOf(files, async function* (...given) {
    yield* buildAll(...given);
    files.write('ml/out/a.csv', 'edited');
  });
  const [b] = await reports([request('b')], host);
  expect(b?.result).toMatchObject({
    success: true,
    status: 'local-cache-kept-existing',
  });
});

test('what the engine has doubts about stays out of the cache of Nx', async () => {
  using files = pipelineOf('a');
  const { host, printed } = hostOf(files, async function* (refs) {
    await Promise.resolve();
    yield* refs.map((ref): TaskOutcome => ({
      ...{ ref, startedAt: 1, endedAt: 2, status: 'executed' },
      isInDoubt: true,
    }));
  });
  const [a] = await reports([request('a')], host);
  expect(a?.result.status).toBe('local-cache-kept-existing');
  expect(printed).toEqual([]);
});

test('a task with a file that the graph of Nx lacks stays out of its cache', async () => {
  using files = pipelineOf('a');
  const { host, printed } = hostOf(files, buildAll);
  const status = async (...filesets: string[]): Promise<unknown> => {
    const asked = request('a', { filesets: new Set(filesets) });
    return (await reports([asked], host))[0]?.result.status;
  };
  expect(await status('{projectRoot}/a.py', '{projectRoot}/b.py')).toBe(
    undefined,
  );
  expect(printed).toEqual([]);
  expect(await status('{projectRoot}/b.py')).toBe('local-cache-kept-existing');
  expect(printed.join('')).toContain('npx nx reset');
});

test('a source that was saved after Nx started may have been hashed before', async () => {
  using files = pipelineOf('a');
  const statuses: unknown[] = [];
  for (const offsetMs of [-60_000, 60_000]) {
    const nxStartedNs = BigInt(Date.now() + offsetMs) * 1_000_000n;
    const { host } = hostOf(files, buildAll, { nxStartedNs });
    const [a] = await reports([request('a')], host);
    statuses.push(a?.result.status);
  }
  expect(statuses).toEqual(['local-cache-kept-existing', undefined]);
});

test('two Nx tasks for one task of a pipeline are built once and reported both', async () => {
  using files = pipelineOf('a');
  const built: number[] = [];
  const { host } = hostOf(files, async function* (refs) {
    await Promise.resolve();
    built.push(refs.length);
    yield* refs.map(executed);
  });
  const twice = [request('a'), request('a', { id: 'ml:execute--a:other' })];
  const all = await reports(twice, host);
  expect(built).toEqual([1]);
  expect(all.map(({ task }) => task)).toEqual([
    'ml:execute--a',
    'ml:execute--a:other',
  ]);
});
