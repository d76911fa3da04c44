/**
 * The engine's entry: what a build takes and gives. Knows the store and the runner as interfaces only.
 */
import type { Store } from '@nx-notebook/store';
import type { Reporter, TaskOutcome } from './event.js';
import type { RecordBook } from './run-record.js';
import type { TaskRef, TaskRunner } from './task-runner.js';

/** The parts that a build is wired from; see the composition of the using package. */
export interface EngineParts {
  readonly workspaceRoot: string;
  readonly store: Store;
  readonly records: RecordBook;
  /** Called when the first task really has to run. */
  readonly runner: () => Promise<TaskRunner>;
  readonly reporter: Reporter;
  /** Absolute path of the interpreter for a pipeline, or why there is none. */
  readonly python: (pipelineFolder: string) => Promise<PythonLookup>;
}

export type PythonLookup =
  | { readonly ok: true; readonly interpreter: PythonInterpreter }
  | { readonly ok: false; readonly message: string; readonly hint: string };

/** What the key needs to know of an interpreter. */
export interface PythonInterpreter {
  readonly path: string;
  /** `3.11` */
  readonly version: string;
  /** Absolute site-packages folders, in order. */
  readonly sitePackages: readonly string[];
}

export interface BuildOptions {
  /** Tasks at once in kernels. */
  readonly kernels: number;
  readonly signal: AbortSignal;
  /** Execute although fresh or restorable. */
  readonly force?: boolean;
}

/**
 * Brings tasks up to date in dependency order and yields each exactly once, as soon as it ended. Upstreams that
 * are not among `tasks` are taken as they stand on disk. Never rejects for a user's mistake; bugs become
 * `internal-error` outcomes.
 */
export type Build = (
  tasks: readonly TaskRef[],
  parts: EngineParts,
  options: BuildOptions,
) => AsyncIterable<TaskOutcome>;
