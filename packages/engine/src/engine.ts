/**
 * The engine's entry: what a build takes and gives. Knows the store and the runner as interfaces only.
 */
import type { SharedStore, Store } from '@nx-notebook/store';
import type { Clock } from './clock.js';
import type { Reporter } from './event.js';
import type { KeyParts } from './key-parts.js';
import type { RecordBook } from './run-record.js';
import type { TaskRef, TaskRunner } from './task-runner.js';

/** The parts that a build is wired from; see the composition of the using package. */
export interface EngineParts extends KeyParts {
  /** One that is shared is also read ahead, and waited for at the end. */
  readonly store: Store | SharedStore;
  readonly records: RecordBook;
  /** Called when the first task really has to run; disposing of the runner is the caller's. */
  readonly runner: () => Promise<TaskRunner>;
  readonly reporter: Reporter;
  /** Who executes, and where, for the provenance of results: plain JSON, never part of a decision. */
  readonly provenance?: Readonly<Record<string, unknown>>;
  /** Where results of this run go; what a run of another scope left in this workspace is not taken by a trusted one. */
  readonly scope?: string;
  /** The system's, unless a test drives it. */
  readonly clock?: Clock;
}

/** How a build is done. */
export interface BuildOptions {
  /** Tasks at once in kernels. */
  readonly kernels: number;
  readonly signal: AbortSignal;
  /** How long uploads are waited for at the end. Default: 5 min. */
  readonly uploadWaitMs?: number;
  /** Execute although fresh or restorable: everything, or the tasks it answers true for. */
  readonly force?: boolean | ((ref: TaskRef) => boolean);
}
