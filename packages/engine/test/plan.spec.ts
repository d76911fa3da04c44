import { expect, test } from '@jest/globals';
import { planBuild, type PlannedTask } from '../src/plan.js';
import { Slots } from '../src/slots.js';
import type { TaskRef } from '../src/index.js';
import { pipelineOf } from './test-workspace.js';

function refs(
  upstream: Record<string, readonly string[]>,
  { folder = '/ml', variant = '' } = {},
): TaskRef[] {
  const pipeline = pipelineOf(
    folder,
    Object.entries(upstream).map(([name, reads]) => ({
      name,
      source: '',
      upstream: Object.fromEntries(reads.map((each) => [each, ['data']])),
    })),
    { variant },
  );
  return pipeline.tasks.map((task) => ({ project: 'ml', pipeline, task }));
}

function names(tasks: readonly PlannedTask[]): string[] {
  return tasks.map(({ ref }) => ref.task.name);
}

test('each task comes after what it reads', () => {
  const { tasks } = planBuild(
    refs({ d: ['b', 'c'], b: ['a'], c: ['a'], a: [] }),
    () => 1,
  );
  expect(names(tasks)[0]).toBe('a');
  expect(names(tasks)[3]).toBe('d');
  expect(tasks.map(({ upstream }) => names(upstream))).toContainEqual([
    'b',
    'c',
  ]);
});

test('the priority is the longest path to the end', () => {
  const durations: Record<string, number> = {
    a: 1,
    b: 10,
    c: 100,
    d: 1000,
    e: 5,
  };
  const { tasks } = planBuild(
    refs({ a: [], b: ['a'], c: ['a'], d: ['b'], e: [] }),
    ({ task }) => durations[task.name] ?? 0,
  );
  expect(
    Object.fromEntries(
      tasks.map((each) => [each.ref.task.name, each.criticalMs]),
    ),
  ).toEqual({ a: 1011, b: 1010, c: 100, d: 1000, e: 5 });
});

test('the same task name in two pipelines is two tasks', () => {
  const one = refs({ a: [], b: ['a'] });
  const other = refs({ a: [], b: ['a'] }, { folder: '/other' }).map((ref) => ({
    ...ref,
    project: 'other',
  }));
  const { tasks } = planBuild([...one, ...other], () => 1);
  expect(
    tasks.map(({ ref, upstream }) => [
      ref.project,
      ref.task.name,
      upstream.map((each) => each.ref.project),
    ]),
  ).toEqual([
    ['ml', 'a', []],
    ['other', 'a', []],
    ['ml', 'b', ['ml']],
    ['other', 'b', ['other']],
  ]);
});

test('of tasks of two variants that write to the same place, those of the first variant come first', () => {
  const one = refs({ a: [], b: ['a'] });
  // Each waits for what the other variant does last, and nobody waits in a circle.
  const other = refs({ b: [], a: ['b'] }, { variant: '@sample' });
  const { tasks, cyclic } = planBuild([...one, ...other], () => 1);
  expect(cyclic).toEqual([]);
  const shown = ({ ref }: PlannedTask): string =>
    `${ref.task.name}${ref.pipeline.variant}`;
  expect(
    tasks.map((task) => [
      shown(task),
      task.upstream.map(shown),
      task.sharing.map(shown),
    ]),
  ).toEqual([
    ['a', [], []],
    ['b', ['a'], []],
    ['b@sample', ['b'], ['b']],
    ['a@sample', ['b@sample', 'a'], ['a']],
  ]);
});

test('what is in or behind a cycle is told apart', () => {
  const plan = planBuild(
    refs({ a: ['b'], b: ['a'], c: ['b'], free: [] }),
    () => 1,
  );
  expect(names(plan.tasks)).toEqual(['free']);
  expect(plan.cyclic.map(({ task }) => task.name)).toEqual(['a', 'b', 'c']);
});

test('a slot goes to the highest priority, then to who waited longest', async () => {
  const slots = new Slots(1);
  const { signal } = new AbortController();
  const served: string[] = [];
  const wait = async (name: string, priority: number): Promise<void> => {
    const slot = await slots.take(priority, signal);
    served.push(name);
    slot?.release();
  };
  const first = await slots.take(0, signal);
  const waiting = [
    wait('low', 1),
    wait('high', 9),
    wait('low too', 1),
    wait('middle', 5),
  ];
  first?.release();
  first?.release();
  await Promise.all(waiting);
  expect(served).toEqual(['high', 'middle', 'low', 'low too']);
});

test('who waits for a slot ends with the cancellation, and takes none', async () => {
  const slots = new Slots(1);
  const stop = new AbortController();
  const first = await slots.take(0, stop.signal);
  const waiting = slots.take(9, stop.signal);
  stop.abort();
  expect(await waiting).toBeUndefined();
  first?.release();
  const after = await slots.take(0, new AbortController().signal);
  expect(after).toBeDefined();
  expect(await slots.take(0, stop.signal)).toBeUndefined();
});
