/**
 * Everything that happens in a build, as events. Reporters (the terminal is one among many) turn them into text;
 * nobody else prints.
 */
import type { Diagnostic } from '@nx-notebook/notebook';
import type { SharingSummary } from '@nx-notebook/store';
import type { TaskFailure } from './task-failure.js';
import type { TaskRef } from './task-runner.js';

/** How a task ended. */
export type TaskOutcome = {
  readonly ref: TaskRef;
  readonly startedAt: number;
  readonly endedAt: number;
} & (
  | { readonly status: 'fresh'; readonly savedMs: number }
  | {
      readonly status: 'restored';
      readonly origin: string;
      readonly savedMs: number;
    }
  | {
      readonly status: 'executed';
      /** Set when inputs or products changed while it ran: the products belong to no key, and nobody should keep them. */
      readonly isInDoubt?: true;
    }
  | { readonly status: 'failed'; readonly failure: TaskFailure }
  /** An upstream failed, or the build was cancelled before the task began. */
  | { readonly status: 'skipped'; readonly because: string }
);

/** What happens in a build. */
export type BuildEvent =
  | { readonly type: 'build-started'; readonly tasks: number }
  /** The task has to be executed, and why; `estimateMs` from its last execution. */
  | {
      readonly type: 'task-started';
      readonly ref: TaskRef;
      readonly reasons: readonly string[];
      readonly estimateMs?: number;
    }
  | {
      readonly type: 'cell-started';
      readonly ref: TaskRef;
      readonly index: number;
      readonly ordinal: number;
      readonly total: number;
    }
  | {
      readonly type: 'streamed';
      readonly ref: TaskRef;
      readonly index: number;
      readonly name: 'stdout' | 'stderr';
      readonly text: string;
    }
  | {
      readonly type: 'cell-finished';
      readonly ref: TaskRef;
      readonly index: number;
      readonly durationMs: number;
    }
  /** Something that does not change the result: a store that failed, an input that changed while the task ran. */
  | {
      readonly type: 'warning';
      readonly ref?: TaskRef;
      readonly message: string;
      readonly hint?: string;
    }
  /** What is worth a look in the code of a task that is about to be executed. */
  | {
      readonly type: 'code-warnings';
      readonly ref: TaskRef;
      readonly diagnostics: readonly Diagnostic[];
    }
  /** Something that is as it should be, for those who look closely. */
  | {
      readonly type: 'note';
      readonly ref: TaskRef;
      readonly message: string;
      readonly hint?: string;
    }
  /** Another run holds the task; `reason` says who. */
  | { readonly type: 'waiting'; readonly ref: TaskRef; readonly reason: string }
  | { readonly type: 'task-finished'; readonly outcome: TaskOutcome }
  /** All tasks ended, and results are still on their way to the shared store; every second. */
  | {
      readonly type: 'uploading';
      readonly results: number;
      readonly bytes: number;
    }
  /** What the run gave to the shared store and took from it; once, before the end. */
  | { readonly type: 'store-finished'; readonly summary: SharingSummary }
  | { readonly type: 'build-finished'; readonly durationMs: number };

/** Turns events into text, files or nothing. `handle` is synchronous and must not throw. */
export interface Reporter {
  handle(event: BuildEvent): void;
}
