/**
 * What executing one task needs, whatever its kind.
 */
import type {
  RunObserver,
  RunOutcome,
  RunRequest,
  TaskFailure,
  TaskRef,
} from '@nx-notebook/engine';
import type { KernelHost } from '@nx-notebook/kernel';
import type { PythonInterpreter } from '@nx-notebook/python';

/** Time limits of one task. */
export interface Limits {
  /** Of each cell of a notebook; nothing else has cells. */
  readonly cellTimeoutMs?: number;
  readonly taskTimeoutMs?: number;
}

/** The limits that apply to a task. */
export type LimitsOf = (ref: TaskRef) => Limits;

/** One execution. */
export interface RunContext {
  readonly request: RunRequest;
  readonly observer: RunObserver;
  readonly signal: AbortSignal;
  readonly interpreter: PythonInterpreter;
  /** Of the interpreter. */
  readonly host: KernelHost;
  readonly limits: Limits;
  /** Places in files are shown relative to it. */
  readonly workspaceRoot: string;
}

/** An outcome without timings of cells. */
export function failed(failure: TaskFailure): RunOutcome {
  return { status: 'failed', failure, cells: [] };
}
