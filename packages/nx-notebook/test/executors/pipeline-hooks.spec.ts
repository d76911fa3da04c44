/** When the hooks of a pipeline are called that are no tasks. */
import { expect, test } from '@jest/globals';
import type {
  RunOutcome,
  TaskFailure,
  TaskRef,
  TaskRunner,
} from '@nx-notebook/engine';
import {
  openPipelineHooks,
  type HookContext,
  type PipelineHooks,
} from '../../src/executors/pipeline-hooks.js';
import { executed, failed } from './scripted-build.js';

const noLuck: TaskFailure = {
  reason: 'python-not-found',
  message: 'No luck.',
  hint: 'Try again.',
};

const call = { dottedPath: 'hooks.f' };

function refOf(
  hooks: object,
  name = 'a',
  kind: 'notebook' | 'hook' = 'notebook',
): TaskRef {
  const task = { name, source: { kind } };
  return { project: 'ml', pipeline: { hooks }, task } as unknown as TaskRef;
}

/** Hooks of a run that say what they were called with. */
function opened(
  rest: Partial<HookContext> = {},
  answer?: TaskFailure,
): {
  readonly hooks: PipelineHooks;
  readonly calls: unknown[];
  readonly printed: string[];
  readonly runOnce: (ref: TaskRef) => Promise<RunOutcome>;
} {
  const calls: unknown[] = [];
  const printed: string[] = [];
  const hooks = openPipelineHooks({
    callHook: (_ref, { role, tracebacks }) => {
      calls.push(tracebacks === undefined ? role : [role, tracebacks]);
      return Promise.resolve(answer);
    },
    signal: new AbortController().signal,
    write: (text) => void printed.push(text),
    workspaceRoot: '/w',
    ...rest,
  });
  const runner: TaskRunner = {
    run: ({ task }) => {
      calls.push(task.name);
      return Promise.resolve({ status: 'succeeded', cells: [] });
    },
    dispose: () => Promise.resolve(),
  };
  const around = hooks.around(runner);
  return {
    hooks,
    calls,
    printed,
    runOnce: (ref) =>
      around.run(
        { ...ref, key: '', injected: '' },
        {
          cellStarted: () => undefined,
          streamed: () => undefined,
          cellFinished: () => undefined,
        },
        new AbortController().signal,
      ),
  };
}

test('on_render comes once, before the first task of its pipeline that executes', async () => {
  const { calls, runOnce } = opened();
  const first = refOf({ onRender: call });
  await Promise.all([
    runOnce(first),
    runOnce({ ...first, task: { ...first.task, name: 'b' } }),
  ]);
  await runOnce(refOf({}, 'other'));
  expect(calls).toEqual(['on_render', 'a', 'b', 'other']);
});

test('on_render that fails, fails the tasks, and none is executed', async () => {
  const { calls, runOnce } = opened({}, noLuck);
  expect(await runOnce(refOf({ onRender: call }))).toEqual({
    status: 'failed',
    failure: noLuck,
    cells: [],
  });
  expect(calls).toEqual(['on_render']);
});

test('on_failure comes once, at the end, with what failed', async () => {
  const { hooks, calls } = opened();
  const ref = refOf({ onFailure: call });
  hooks.ended(executed({ ...ref }));
  hooks.ended(failed(ref, noLuck));
  hooks.ended(
    failed(
      { ...refOf({}, 'on_finish', 'hook'), pipeline: ref.pipeline },
      { ...noLuck, message: 'Bad numbers.' },
    ),
  );
  expect(calls).toEqual([]);
  await hooks.finish();
  expect(calls).toEqual([
    [
      'on_failure',
      {
        build: expect.stringContaining('No luck.'),
        onFinish: expect.stringContaining('Bad numbers.'),
      },
    ],
  ]);
});

test('on_failure that fails itself is said, and nothing more', async () => {
  const { hooks, printed } = opened({}, noLuck);
  hooks.ended(failed(refOf({ onFailure: call }), noLuck));
  await hooks.finish();
  expect(printed.join('')).toMatch(/^The on_failure hook of ml failed, too:\n/);
  expect(printed.join('')).toContain('No luck.');
});

test.each<[string, Partial<HookContext>, object, boolean]>([
  ['nothing failed', {}, { onFailure: call }, false],
  ['there is none', {}, {}, true],
  [
    'the run was cancelled',
    { signal: AbortSignal.abort() },
    { onFailure: call },
    true,
  ],
])('on_failure is not called when %s', async (_name, rest, given, isFailed) => {
  const { hooks, calls } = opened(rest);
  hooks.ended(isFailed ? failed(refOf(given), noLuck) : executed(refOf(given)));
  await hooks.finish();
  expect(calls).toEqual([]);
});
