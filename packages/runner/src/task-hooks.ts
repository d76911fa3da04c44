/**
 * Hooks around a task that is no function, each in a kernel of its own: on_render just before, on_finish when the task
 * has written its products, on_failure when the task itself failed.
 */
import type { RunOutcome, TaskFailure } from '@nx-notebook/engine';
import {
  injectedPath,
  type Hooks,
  type Pipeline,
  type Task,
} from '@nx-notebook/pipeline';
import type { PyValue } from '@nx-notebook/python';
import { runLowered, type LoweredOutcome } from './lowered-run.js';
import { encodeCall, encodeTask } from './payload.js';
import type { RunContext } from './run-context.js';

const roles: Readonly<Record<keyof Hooks, string>> = {
  onRender: 'on_render',
  onFinish: 'on_finish',
  onFailure: 'on_failure',
};

/** Runs a task between its hooks. */
export async function betweenHooks(
  context: RunContext,
  run: () => Promise<RunOutcome>,
): Promise<RunOutcome> {
  const rendered = await runHook(context, 'onRender');
  if (rendered?.status === 'failed') return outcomeOf(rendered.failure, []);
  const outcome = await run();
  if (outcome.status === 'failed') {
    await tellOfFailure(context, outcome.failure);
    return outcome;
  }
  const finished = await runHook(context, 'onFinish');
  return finished?.status === 'failed'
    ? outcomeOf(finished.failure, outcome.cells)
    : outcome;
}

/** Calls on_failure; what goes wrong in it is printed and changes nothing. */
export async function tellOfFailure(
  context: RunContext,
  { reason, ...failure }: TaskFailure,
): Promise<void> {
  const isStopped =
    context.signal.aborted ||
    ('cause' in failure && failure.cause === 'interrupted');
  if (reason === 'interrupted' || isStopped) return;
  const told = await runHook(context, 'onFailure');
  if (told?.status !== 'failed') return;
  const text = `warning: ${told.failure.message}\n`;
  context.observer.streamed({ index: 0, name: 'stderr', text });
}

async function runHook(
  context: RunContext,
  which: keyof Hooks,
): Promise<LoweredOutcome | undefined> {
  const { pipeline, task } = context.request;
  const call = task.hooks[which];
  if (call === undefined) return undefined;
  const role = roles[which];
  return await runLowered(quiet(context), {
    entry: 'hook',
    subject: `${role} hook ${call.dottedPath}`,
    payload: {
      role,
      call: encodeCall(call),
      task: encodeTask(pipeline, seenFrom(pipeline, task)),
    },
    cwd: pipeline.folder,
  });
}

/** The task with paths that are right in the working directory of hooks, the pipeline's folder. */
function seenFrom(pipeline: Pipeline, task: Task): Task {
  const seen = { ...task, cwd: pipeline.folder };
  if (task.resources.length === 0) return seen;
  const entries = task.resources.map(
    (resource): readonly [PyValue, PyValue] => [
      { kind: 'str', value: resource.name },
      { kind: 'str', value: injectedPath(pipeline, seen, resource) },
    ],
  );
  const params = task.params.map((param) =>
    param.name === 'resources_'
      ? { ...param, value: { kind: 'dict', entries } as const }
      : param,
  );
  return { ...seen, params };
}

/** What a hook prints is shown; it has no progress of its own. */
function quiet(context: RunContext): RunContext {
  const { observer } = context;
  const nothing = (): void => undefined;
  return {
    ...context,
    observer: {
      cellStarted: nothing,
      cellFinished: nothing,
      streamed: (text) => observer.streamed(text),
    },
  };
}

function outcomeOf(
  failure: TaskFailure,
  cells: RunOutcome['cells'],
): RunOutcome {
  return { status: 'failed', failure, cells };
}
