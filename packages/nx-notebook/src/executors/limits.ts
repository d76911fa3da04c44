/**
 * Time limits of tasks: what the target says wins over pipeline.yaml, which wins over the plugin's options. Checks the
 * names of a target's options as well: where a schema forbids others, Nx ends a batch with a stack trace. Pure.
 */
import type { TaskRef } from '@nx-notebook/engine';
import { failure, success, type Result } from '@nx-notebook/notebook';
import type { Limits, LimitsOf } from '@nx-notebook/runner';
import { parseDuration } from '../settings/quantity.js';
import type { OptionProblem, Settings } from '../settings/settings.js';
import { variantOf } from './execute-options.js';
import type { TaskRequest } from './task-request.js';

/** The limits of all tasks, or what is wrong with the options of a target. */
export function resolveLimits(
  requests: readonly TaskRequest[],
  settings: Settings,
): Result<LimitsOf, readonly OptionProblem[]> {
  const problems: OptionProblem[] = [];
  const byTask = new Map<string, Limits>();
  for (const { id, project, options } of requests) {
    problems.push(...unknownTargetOptions(id, options));
    const cell = readLimit(options.cellTimeout, `cellTimeout of ${id}`);
    const task = readLimit(options.taskTimeout, `taskTimeout of ${id}`);
    if (!cell.ok) problems.push(cell.error);
    if (!task.ok) problems.push(task.error);
    if (!cell.ok || !task.ok) continue;
    byTask.set(
      identity(project, variantOf(options), options.task),
      limits(cell.value, task.value),
    );
  }
  if (problems.length > 0) return failure(problems);
  return success((ref: TaskRef) => ({
    ...limits(settings.cellTimeoutMs, settings.taskTimeoutMs),
    ...limits(ref.task.cellTimeoutMs, ref.task.taskTimeoutMs),
    ...byTask.get(identity(ref.project, ref.pipeline.variant, ref.task.name)),
  }));
}

/** What people set, and what inference sets. */
const known = new Set(['task', 'force', 'cellTimeout', 'taskTimeout']);
const inferred = new Set([
  ...['pipeline', 'notebooks', 'environment'],
  ...['products', 'absent'],
]);

function unknownTargetOptions(id: string, given: object): OptionProblem[] {
  return Object.keys(given)
    .filter((name) => !known.has(name) && !inferred.has(name))
    .map((name) => ({
      message: `${id} has no option "${name}".`,
      hint: `Remove it; options are ${[...known].join(', ')}.`,
    }));
}

function readLimit(
  value: number | string | undefined,
  name: string,
): Result<number | undefined, OptionProblem> {
  if (value === undefined) return success(undefined);
  const duration = parseDuration(value);
  return duration.ok
    ? duration
    : failure({
        message: `${name} can't be ${JSON.stringify(value)}.`,
        hint: `Set it to ${duration.error}.`,
      });
}

function limits(
  cellTimeoutMs: number | undefined,
  taskTimeoutMs: number | undefined,
): Limits {
  return {
    ...(cellTimeoutMs === undefined ? {} : { cellTimeoutMs }),
    ...(taskTimeoutMs === undefined ? {} : { taskTimeoutMs }),
  };
}

function identity(...parts: readonly [string, string, string]): string {
  return JSON.stringify(parts);
}
