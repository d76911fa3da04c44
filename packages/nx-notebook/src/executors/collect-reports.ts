/**
 * From outcomes of tasks to reports of Nx tasks. Usually one for one; but a grid whose values only a run knows is one
 * target for many tasks, and two Nx tasks may stand for the same one. Pure.
 */
import type { TaskOutcome } from '@nx-notebook/engine';
import type { PlannedTask } from './plan-tasks.js';
import {
  reportOutcome,
  type ReportOptions,
  type TaskReport,
  type TaskResult,
} from './task-report.js';

/** Collects outcomes. */
export interface ReportCollection {
  /** The reports of the Nx tasks of which this was the last one to end. */
  ended(
    task: PlannedTask,
    outcome: TaskOutcome,
    options: ReportOptions,
  ): readonly TaskReport[];
}

/** Opens a collection for these tasks. */
export function collectReports(
  planned: readonly PlannedTask[],
): ReportCollection {
  const waiting = new Map<string, number>();
  const results = new Map<string, TaskResult[]>();
  for (const { requests } of planned)
    for (const { id } of requests) waiting.set(id, (waiting.get(id) ?? 0) + 1);
  return {
    ended: ({ requests }, outcome, options) =>
      requests.flatMap(({ id }) => {
        const { result } = reportOutcome(id, outcome, options);
        const all = [...(results.get(id) ?? []), result];
        results.set(id, all);
        return all.length === waiting.get(id)
          ? [{ task: id, result: combine(all) }]
          : [];
      }),
  };
}

function combine(results: readonly TaskResult[]): TaskResult {
  const success = results.every((result) => result.success);
  const isSkipped =
    !success &&
    results.every((result) => result.success || result.status === 'skipped');
  return {
    success,
    terminalOutput: results.map((result) => result.terminalOutput).join(''),
    startTime: Math.min(...results.map(({ startTime }) => startTime)),
    endTime: Math.max(...results.map(({ endTime }) => endTime)),
    ...(isSkipped ? { status: 'skipped' } : {}),
  };
}
