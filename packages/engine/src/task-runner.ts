/**
 * The engine's view of whatever executes a task: a kernel on this machine or an agent elsewhere.
 */
import type { Pipeline, Task } from '@nx-notebook/pipeline';
import type { TaskFailure } from './task-failure.js';

/** A task of a pipeline under its Nx project. */
export interface TaskRef {
  /** Nx project name. */
  readonly project: string;
  readonly pipeline: Pipeline;
  readonly task: Task;
}

/** A task to execute. */
export interface RunRequest extends TaskRef {
  readonly key: string;
  /** Text of the injected cell of a notebook or script; empty for everything else. */
  readonly injected: string;
}

/** Hears of progress; calls are synchronous and in order. */
export interface RunObserver {
  cellStarted(cell: {
    readonly index: number;
    readonly ordinal: number;
    readonly total: number;
  }): void;
  streamed(text: {
    readonly index: number;
    readonly name: 'stdout' | 'stderr';
    readonly text: string;
  }): void;
  cellFinished(cell: {
    readonly index: number;
    readonly durationMs: number;
  }): void;
}

/** How an execution ended; timings of the cells that ran in both cases. */
export type RunOutcome =
  | {
      readonly status: 'succeeded';
      /** What was noted beside the relation that the task made; for every relation that keeps such a note. */
      readonly relationStamp?: string;
      readonly cells: readonly {
        readonly index: number;
        readonly durationMs: number;
      }[];
    }
  | {
      readonly status: 'failed';
      readonly failure: TaskFailure;
      readonly cells: readonly {
        readonly index: number;
        readonly durationMs: number;
      }[];
    };

/**
 * Executes one task: after `succeeded` the executed notebook stands at its product path, whatever the code wrote at
 * theirs, and the task's `on_finish` has passed. The note beside a relation goes before its script begins, and is written
 * anew after everything else. Never rejects for a user's mistake. Called concurrently, at most once per task at a time.
 */
export interface TaskRunner {
  run(
    request: RunRequest,
    observer: RunObserver,
    signal: AbortSignal,
  ): Promise<RunOutcome>;
  dispose(): Promise<void>;
}
