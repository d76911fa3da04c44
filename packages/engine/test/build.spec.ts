import {
  chmod,
  mkdir,
  readdir,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Store } from '@nx-notebook/store';
import {
  build,
  type BuildEvent,
  type Clock,
  type TaskFailure,
  type TaskOutcome,
} from '../src/index.js';
import {
  failed,
  ScriptedRunner,
  succeeded,
  writeProducts,
  sourceText,
} from './scripted-runner.js';
import { TestWorkspace, type TaskText } from './test-workspace.js';

const a: TaskText = { name: 'a', source: 'emit a' };
const b: TaskText = { name: 'b', source: 'emit b', upstream: { a: ['data'] } };
const c: TaskText = { name: 'c', source: 'emit c', upstream: { b: ['data'] } };
const other: TaskText = { name: 'other', source: 'emit other' };

function failureOf(
  outcomes: readonly TaskOutcome[],
  task: string,
): TaskFailure {
  const outcome = outcomes.find(({ ref }) => ref.task.name === task);
  if (outcome?.status !== 'failed') {
    throw new Error(`${task} is ${outcome?.status ?? 'missing'}`);
  }
  return outcome.failure;
}

function warnings(events: readonly BuildEvent[]): readonly string[] {
  return events.flatMap((event) =>
    event.type === 'warning' ? [event.message] : [],
  );
}

/** Time stands still, and every wait is over at once. */
const patient: Clock = { now: () => 0, wait: () => Promise.resolve() };

test('a failure stops what is behind it and nothing else', async () => {
  await using workspace = await TestWorkspace.create();
  workspace.runner.script('a', () => Promise.resolve(failed('boom')));
  const outcomes = await workspace.outcomes([a, b, c, other]);
  expect(
    outcomes.map(({ ref, ...rest }) => [
      ref.task.name,
      rest.status,
      'because' in rest ? rest.because : '',
    ]),
  ).toEqual(
    expect.arrayContaining([
      ['a', 'failed', ''],
      ['b', 'skipped', 'upstream `a` failed'],
      ['c', 'skipped', 'upstream `b` was skipped'],
      ['other', 'executed', ''],
    ]),
  );
  expect(outcomes).toHaveLength(4);
});

test('no more kernels at once than allowed', async () => {
  await using workspace = await TestWorkspace.create();
  const tasks = ['p', 'q', 'r', 's'].map((name) => ({ name, source: '' }));
  let open: () => void = () => undefined;
  const twoRun = new Promise<void>((resolve) => (open = resolve));
  for (const { name } of tasks) {
    workspace.runner.script(name, async (request) => {
      if (workspace.runner.mostRunning === 2) open();
      await twoRun;
      await writeProducts(request);
      return succeeded;
    });
  }
  await workspace.build(tasks, { kernels: 2 });
  expect(workspace.runner.mostRunning).toBe(2);
  const runner = (workspace.runner = new ScriptedRunner());
  await workspace.build(tasks, { kernels: 1, force: true });
  expect(runner.mostRunning).toBe(1);
});

test('a task that is listed twice runs once and is yielded once', async () => {
  await using workspace = await TestWorkspace.create();
  const outcomes = await workspace.outcomes([a]);
  const refs = workspace.refs([other]);
  const twice = await workspace.buildRefs([...refs, ...refs]);
  expect([outcomes.length, twice.length]).toEqual([1, 1]);
  expect(workspace.runner.runs).toEqual(['a', 'other']);
});

test('outcomes are yielded as soon as they are known', async () => {
  await using workspace = await TestWorkspace.create();
  const release = workspace.runner.hold('b');
  const { signal } = new AbortController();
  const outcomes = build(workspace.refs([a, b]), workspace.parts(), {
    kernels: 1,
    signal,
  });
  const first = await outcomes.next();
  expect(first.value?.ref.task.name).toBe('a');
  await workspace.runner.begun('b');
  release();
  const second = await outcomes.next();
  expect(second.value).toMatchObject({ status: 'executed' });
  expect((await outcomes.next()).done).toBe(true);
});

test('an upstream that is not listed is taken as it stands on disk', async () => {
  await using workspace = await TestWorkspace.create();
  const refs = workspace.refs([a, b]).filter(({ task }) => task.name === 'b');
  const run = (): Promise<TaskOutcome[]> => workspace.buildRefs(refs);
  expect(failureOf(await run(), 'b')).toEqual({
    reason: 'upstream-product-missing',
    upstream: 'a',
    products: ['out/a.data'],
    message: 'Task `ml:b` reads out/a.data of task `a`, which is not there.',
    hint: 'Run `nx run ml:execute--a` first.',
  });
  await workspace.write('out/a.data', 'from elsewhere');
  expect((await run()).map(({ status }) => status)).toEqual(['executed']);
  expect(await workspace.read('out/b.data')).toContain('from elsewhere');
});

test('tasks that wait for each other fail together', async () => {
  await using workspace = await TestWorkspace.create();
  const one: TaskText = {
    name: 'one',
    source: '',
    upstream: { two: ['data'] },
  };
  const two: TaskText = {
    name: 'two',
    source: '',
    upstream: { one: ['data'] },
  };
  const outcomes = await workspace.outcomes([one, two, a]);
  expect(failureOf(outcomes, 'one').message).toBe(
    'These tasks wait for each other: `ml:one`, `ml:two`.',
  );
  expect(failureOf(outcomes, 'two').reason).toBe('invalid-pipeline');
  expect(outcomes).toHaveLength(3);
});

test('a product that was not written fails the task and names it', async () => {
  await using workspace = await TestWorkspace.create();
  workspace.runner.script('a', async () => {
    await workspace.write('out/a.ipynb', 'notebook');
    return succeeded;
  });
  const outcomes = await workspace.outcomes([a]);
  expect(failureOf(outcomes, 'a')).toEqual({
    reason: 'product-missing',
    products: ['out/a.data'],
    message: 'Task `ml:a` completed, but did not write its product out/a.data.',
    hint: 'Write it to the path that the variable `product` holds, or remove it from `product` in pipeline.yaml.',
  });
  expect(await workspace.read('out/a.ipynb')).toBeUndefined();
});

test('a product of the run before does not pass as written', async () => {
  await using workspace = await TestWorkspace.create();
  await workspace.build([a]);
  workspace.runner.script('a', async () => {
    await workspace.write('out/a.ipynb', 'notebook');
    return succeeded;
  });
  const outcomes = await workspace.outcomes([{ ...a, source: 'emit other' }]);
  expect(failureOf(outcomes, 'a').reason).toBe('product-missing');
  expect(await workspace.read('out/a.data')).toContain('emit a');
});

test('a place that can not be written is said plainly, before anything runs', async () => {
  await using workspace = await TestWorkspace.create();
  await workspace.write('out', 'a file where the folder should be');
  const outcomes = await workspace.outcomes([a]);
  const failure = failureOf(outcomes, 'a');
  expect(failure).toMatchObject({ reason: 'product-unwritable' });
  expect(failure.message).toMatch(
    /^The products of task `ml:a` can't be written: E(EXIST|NOTDIR): /,
  );
  expect(workspace.runner.runs).toEqual([]);
  expect(await workspace.read('out')).toBe('a file where the folder should be');
});

test('a missing resource fails the task and names it', async () => {
  await using workspace = await TestWorkspace.create();
  const outcomes = await workspace.outcomes([
    { ...a, resources: ['cfg.json'] },
  ]);
  expect(failureOf(outcomes, 'a')).toMatchObject({
    reason: 'resource-missing',
    message: "The resource `cfg.json` of task `ml:a` can't be read: cfg.json.",
  });
});

test('without Python the task fails and says what to do', async () => {
  await using workspace = await TestWorkspace.create();
  const python = () =>
    Promise.resolve({
      ok: false,
      message: 'No Python.',
      hint: 'Get one.',
    } as const);
  const outcomes = await workspace.outcomes([a], {}, { python });
  expect(failureOf(outcomes, 'a')).toEqual({
    reason: 'python-not-found',
    message: 'No Python.',
    hint: 'Get one.',
  });
});

test('an input that changed while the task ran leaves its result without a key', async () => {
  await using workspace = await TestWorkspace.create();
  const task: TaskText = { ...a, imports: ['lib.py'] };
  await workspace.write('lib.py', 'before');
  workspace.runner.script('a', async (request) => {
    await workspace.write('lib.py', 'after');
    return writeProducts(request);
  });
  expect(await workspace.build([task])).toEqual({ a: 'executed' });
  expect(warnings(workspace.events)).toEqual([
    'imported `lib.py` changed while the task ran; its result is not kept for later.',
  ]);
  // Neither the old nor the new text makes it fresh or restorable.
  workspace.runner = new ScriptedRunner();
  await workspace.write('lib.py', 'before');
  expect(await workspace.build([task])).toEqual({ a: 'executed' });
  expect(await workspace.build([task])).toEqual({ a: 'fresh' });
});

test('an input that changed and changed back while the task ran is a doubt, too', async () => {
  await using workspace = await TestWorkspace.create();
  const task: TaskText = { ...a, imports: ['lib.py'] };
  await workspace.write('lib.py', 'before');
  workspace.runner.script('a', async (request) => {
    await rm(workspace.path('lib.py'));
    await workspace.write('lib.py', 'in between');
    const outcome = await writeProducts(request);
    await workspace.write('lib.py', 'before');
    return outcome;
  });
  expect(await workspace.build([task])).toEqual({ a: 'executed' });
  expect(warnings(workspace.events)).toEqual([
    '`lib.py` was written to while the task ran; its result is not kept for later.',
  ]);
  workspace.runner = new ScriptedRunner();
  expect(await workspace.build([task])).toEqual({ a: 'executed' });
  expect(await workspace.build([task])).toEqual({ a: 'fresh' });
});

test('a product that a process changes after the notebook ended is a doubt, and comes back as it was', async () => {
  await using workspace = await TestWorkspace.create();
  const { store } = workspace.parts();
  const late: Store = {
    find: (key) => store.find(key),
    save: async (request) => {
      const saved = await store.save(request);
      await workspace.write('out/a.data', 'late');
      return saved;
    },
  };
  const [outcome] = await workspace.outcomes([a], {}, { store: late });
  expect(outcome).toMatchObject({ status: 'executed', isInDoubt: true });
  expect(warnings(workspace.events)).toEqual([
    'product `out/a.data` was written to after its notebook ended; its result is not kept for later.',
  ]);
  expect(await workspace.build([a])).toEqual({ a: 'restored' });
  expect(await workspace.read('out/a.data')).not.toBe('late');
  expect(await workspace.build([a])).toEqual({ a: 'fresh' });
});

test('products that were replaced in part by stored ones are a doubt', async () => {
  await using workspace = await TestWorkspace.create();
  const half: Store = {
    find: () =>
      Promise.resolve({
        manifest: { version: 1, key: '', products: [], provenance: {} },
        origin: 'test',
        blobs: { fetch: () => Promise.reject(new Error('not asked for')) },
        restore: async () => {
          await workspace.write('out/a.data', 'of somebody else');
          return { status: 'unwritable', message: 'The disk is full.' };
        },
      }),
    save: ({ key, products }) =>
      Promise.resolve({
        status: 'exists',
        manifest: {
          version: 1,
          key,
          products: products.map(({ entry }) => ({
            ...entry,
            digest: '0'.repeat(64),
          })),
          provenance: {},
        },
      }),
  };
  let isFirst = true;
  const store: Store = {
    ...half,
    find: async (key) => {
      const found = isFirst ? undefined : await half.find(key);
      isFirst = false;
      return found;
    },
  };
  const [outcome] = await workspace.outcomes([a], {}, { store });
  expect(outcome).toMatchObject({ status: 'executed', isInDoubt: true });
  expect(await workspace.build([a])).toEqual({ a: 'executed' });
});

const brokenStore: Store = {
  find: () => Promise.resolve(undefined),
  save: () => Promise.resolve({ status: 'failed', message: 'disk on fire' }),
};

test('a failing store is told once and fails nothing', async () => {
  await using workspace = await TestWorkspace.create();
  const parts = { store: brokenStore };
  expect(await workspace.build([a, b, c], {}, parts)).toEqual({
    a: 'executed',
    b: 'executed',
    c: 'executed',
  });
  expect(warnings(workspace.events)).toEqual([
    '3 of 3 results could not be kept in the store: disk on fire',
  ]);
  expect(await workspace.build([a, b, c], {}, parts)).toEqual({
    a: 'fresh',
    b: 'fresh',
    c: 'fresh',
  });
});

test('who stored first wins, so that downstream keys agree', async () => {
  await using workspace = await TestWorkspace.create();
  const { store } = workspace.parts();
  await workspace.build([a]);
  const theirs = await workspace.read('out/a.data');
  await rm(join(workspace.root, '.nx'), { recursive: true });
  workspace.runner.script('a', async (request) => {
    await writeProducts(request);
    await workspace.write('out/a.data', 'another result');
    return succeeded;
  });
  let finds = 0;
  const slow: Store = {
    // The other machine stores between our look-up and our save.
    find: (key) =>
      (finds += 1) === 1 ? Promise.resolve(undefined) : store.find(key),
    save: (request) => store.save(request),
  };
  expect(await workspace.build([a], {}, { store: slow })).toEqual({
    a: 'executed',
  });
  expect(await workspace.read('out/a.data')).toBe(theirs);
  expect(await workspace.build([a])).toEqual({ a: 'fresh' });
});

test.each([
  ['is damaged', 'damaged', 'The stored entry is damaged: a blob is cut.'],
  ['does not fit on the disk', 'unwritable', 'out/a.data: ENOSPC.'],
] as const)(
  'a stored result that %s is executed instead',
  async (_what, status, message) => {
    await using workspace = await TestWorkspace.create();
    const { store } = workspace.parts();
    await workspace.build([a]);
    await rm(workspace.path('out'), { recursive: true });
    const unusable: Store = {
      async find(key) {
        const hit = await store.find(key);
        const restore = () => Promise.resolve({ status, message });
        return hit && { ...hit, restore };
      },
      save: (request) => store.save(request),
    };
    expect(await workspace.build([a], {}, { store: unusable })).toEqual({
      a: 'executed',
    });
    expect(warnings(workspace.events)).toEqual([
      `The stored result can't be used: ${message}`,
    ]);
  },
);

test('cancelling interrupts what runs and begins nothing', async () => {
  await using workspace = await TestWorkspace.create();
  const stop = new AbortController();
  await workspace.build([a]);
  workspace.runner.script('a', async (_request, signal) => {
    await workspace.write('out/a.data', 'half');
    stop.abort();
    return signal.aborted
      ? failed('interrupted in cell 2')
      : failed('not cancelled');
  });
  const outcomes = await workspace.outcomes(
    [{ ...a, source: 'emit new' }, b, other],
    { kernels: 1, signal: stop.signal },
  );
  expect(
    Object.fromEntries(
      outcomes.map(({ ref, status }) => [ref.task.name, status]),
    ),
  ).toEqual({ a: 'failed', b: 'skipped', other: expect.any(String) });
  expect(await workspace.read('out/a.data')).toContain('emit a');
});

test('a runner that ignores the cancellation is left behind', async () => {
  await using workspace = await TestWorkspace.create();
  const stop = new AbortController();
  workspace.runner.script('a', () => {
    stop.abort();
    return new Promise(() => undefined);
  });
  const outcomes = await workspace.outcomes(
    [a],
    { signal: stop.signal },
    { clock: patient },
  );
  expect(failureOf(outcomes, 'a').reason).toBe('interrupted');
});

test('a reader that stops early cancels the build', async () => {
  await using workspace = await TestWorkspace.create();
  const { signal } = new AbortController();
  workspace.runner.script('b', async (_request, stop) => {
    if (!stop.aborted) {
      await new Promise((resolve) => {
        stop.addEventListener('abort', resolve, { once: true });
      });
    }
    return failed('interrupted');
  });
  for await (const outcome of build(
    workspace.refs([a, b, c]),
    workspace.parts(),
    { kernels: 1, signal },
  )) {
    expect(outcome.ref.task.name).toBe('a');
    await workspace.runner.begun('b');
    break;
  }
  expect(workspace.runner.running).toBe(0);
  expect(workspace.runner.runs).toEqual(['a', 'b']);
});

test('a bug of the runner is an outcome, and products come back', async () => {
  await using workspace = await TestWorkspace.create();
  await workspace.build([a]);
  workspace.runner.script('a', async () => {
    await workspace.write('out/a.data', 'half');
    throw new Error('bug');
  });
  const outcomes = await workspace.outcomes([{ ...a, source: 'new' }, b]);
  expect(failureOf(outcomes, 'a')).toMatchObject({
    reason: 'internal-error',
    message: 'nx-notebook failed at task `ml:a`: bug.',
  });
  expect(await workspace.read('out/a.data')).toContain('emit a');
});

test.each([
  'task-started',
  'task-finished',
  'build-started',
  'build-finished',
] as const)(
  'a bug of the reporter at %s still gives every outcome once',
  async (type) => {
    await using workspace = await TestWorkspace.create();
    const reporter = {
      handle: (event: BuildEvent) => {
        if (event.type === type) throw new Error('reporter');
      },
    };
    const outcomes = await workspace.outcomes(
      [a, b, c, other],
      {},
      { reporter },
    );
    expect(outcomes.map(({ ref }) => ref.task.name).toSorted()).toEqual([
      'a',
      'b',
      'c',
      'other',
    ]);
  },
);

test('a runner that can not be made fails the tasks that need it', async () => {
  await using workspace = await TestWorkspace.create();
  await workspace.build([a]);
  const runner = () => Promise.reject(new Error('no runner'));
  const outcomes = await workspace.outcomes([a, b], {}, { runner });
  expect(outcomes.map(({ status }) => status)).toEqual(['fresh', 'failed']);
  expect(await workspace.read('out/a.data')).toContain('emit a');
});

test('two builds at once execute each task once', async () => {
  await using workspace = await TestWorkspace.create();
  const release = workspace.runner.hold('a');
  const first = workspace.build([a, b]);
  await workspace.runner.begun('a');
  const waiting = new Promise<BuildEvent>((resolve) => {
    workspace.events.push = (...events: BuildEvent[]) => {
      for (const event of events) if (event.type === 'waiting') resolve(event);
      return 0;
    };
  });
  const second = workspace.build([a, b]);
  expect(await waiting).toMatchObject({
    type: 'waiting',
    reason: 'another build has `ml:a`',
  });
  release();
  expect(await first).toMatchObject({ a: 'executed' });
  expect(await second).toMatchObject({ a: 'fresh' });
  expect(workspace.runner.runs.toSorted()).toEqual(['a', 'b']);
});

test('a folder is a product, and so is one inside another', async () => {
  await using workspace = await TestWorkspace.create();
  const task: TaskText = {
    name: 'plots',
    source: '1',
    products: ['d', 'd/nb'],
  };
  workspace.runner.script('plots', async ({ task }) => {
    await workspace.write('out/plots.d/one.png', `one ${sourceText(task)}`);
    await workspace.write('out/plots.d/nb', 'notebook');
    return succeeded;
  });
  expect(await workspace.build([task])).toEqual({ plots: 'executed' });
  await workspace.write('out/plots.d/two.png', 'a file more');
  expect(await workspace.build([task])).toEqual({ plots: 'restored' });
  expect(await readdir(workspace.path('out/plots.d'))).toEqual([
    'nb',
    'one.png',
  ]);
  expect(await workspace.build([{ ...task, source: '2' }])).toEqual({
    plots: 'executed',
  });
  expect(await workspace.read('out/plots.d/one.png')).toBe('one 2');
});

test('nothing is left in the state folder but records and locks that are free', async () => {
  await using workspace = await TestWorkspace.create();
  workspace.runner.script('other', () => Promise.resolve(failed('boom')));
  await workspace.build([a, b, other]);
  const files = await readdir(join(workspace.root, '.nx/notebook'), {
    recursive: true,
  });
  expect(files.toSorted()).toEqual([
    'aside',
    'aside/ml',
    'locks',
    'locks/ml',
    'records',
    'records/ml',
    'records/ml/a.json',
    'records/ml/b.json',
    'records/ml/other.json',
  ]);
});

test('a state folder that can not be written fails plainly', async () => {
  await using workspace = await TestWorkspace.create();
  await writeFile(join(workspace.root, '.nx'), 'not a folder');
  const outcomes = await workspace.outcomes([a]);
  expect(failureOf(outcomes, 'a').message).toMatch(
    /^The products of task `ml:a` can't be written: E(EXIST|NOTDIR): /,
  );
});

test('products move across file systems', async () => {
  await using workspace = await TestWorkspace.create();
  // The only way to get another file system without being root.
  const elsewhere = join('/dev/shm', `nxnb-${process.pid}`);
  await mkdir(elsewhere, { recursive: true }).catch(() => undefined);
  await symlink(elsewhere, join(workspace.root, '.nx'));
  try {
    await workspace.build([a]);
    workspace.runner.script('a', async () => {
      await workspace.write('out/a.data', 'half');
      await chmod(workspace.path('out/a.data'), 0o444);
      return failed('boom');
    });
    const outcomes = await workspace.outcomes([{ ...a, source: 'new' }]);
    expect(failureOf(outcomes, 'a').message).toBe('boom');
    expect(await workspace.read('out/a.data')).toContain('emit a');
    expect(await workspace.build([a])).toEqual({ a: 'restored' });
  } finally {
    await rm(elsewhere, { recursive: true, force: true });
  }
});
