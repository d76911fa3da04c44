/**
 * What Nx is told of a task that ended. Knows no Nx API, but how Nx reads these values.
 */
import { renderFailure, type TaskOutcome } from '@nx-notebook/engine';

/** The one status with which Nx counts a task as done and does not write it to its cache. */
export const uncachedSuccess = 'local-cache-kept-existing';

/** The end of one Nx task; an element of what a batch executor yields. */
export interface TaskReport {
  readonly task: string;
  readonly result: TaskResult;
}

/** The result of one Nx task. */
export interface TaskResult {
  readonly success: boolean;
  /** Nx shows this text for the task, and replays it at a hit. */
  readonly terminalOutput: string;
  readonly startTime: number;
  readonly endTime: number;
  /** May be set after the report: Nx reads it again when the batch ends, before it writes its cache. */
  status?: 'skipped' | typeof uncachedSuccess;
}

/** How outcomes are put into words. */
export interface ReportOptions {
  /** Everything that the task said. */
  readonly text: string;
  readonly color: boolean;
  readonly workspaceRoot: string;
}

/** The report of a task that the engine brought to an end. */
export function reportOutcome(
  task: string,
  outcome: TaskOutcome,
  options: ReportOptions,
): TaskReport {
  const { status, startedAt: startTime, endedAt: endTime } = outcome;
  const base = { terminalOutput: textOf(outcome, options), startTime, endTime };
  switch (status) {
    case 'fresh':
    case 'restored':
    case 'executed':
      return { task, result: { ...base, success: true } };
    case 'failed':
      return { task, result: { ...base, success: false } };
    case 'skipped':
      return { task, result: { ...base, success: false, status } };
  }
}

/** The report of a task that does not exist, or whose pipeline can't be loaded. */
export function reportRejected(
  task: string,
  terminalOutput: string,
  at: number,
): TaskReport {
  const result = { success: false, terminalOutput, startTime: at, endTime: at };
  return { task, result };
}

/** The report of a task that has nothing to do under its configuration. */
export function reportAbsent(
  task: string,
  terminalOutput: string,
  at: number,
): TaskReport {
  const result = { success: true, terminalOutput, startTime: at, endTime: at };
  return { task, result };
}

/** The report of a task that nobody reported, because of a bug. */
export function reportLost(
  task: string,
  trouble: unknown,
  times: { readonly startTime: number; readonly endTime: number },
): TaskReport {
  const cause =
    trouble instanceof Error ? (trouble.stack ?? trouble.message) : undefined;
  const lines = [
    `${task} was given up: nx-notebook itself failed. This is a bug, not a fault of your pipeline.`,
    ...(cause === undefined ? [] : [cause]),
    'Next: run it again; tasks that ended are not executed a second time. If it stays, please report it with the lines above.',
  ];
  const terminalOutput = `${lines.join('\n')}\n`;
  return { task, result: { success: false, terminalOutput, ...times } };
}

/** A failure is never shown as an empty text. */
function textOf(
  outcome: TaskOutcome,
  { text, color, workspaceRoot: cwd }: ReportOptions,
): string {
  if (text !== '' || outcome.status !== 'failed') return text;
  return `${renderFailure(outcome.failure, { color, cwd }).join('\n')}\n`;
}
