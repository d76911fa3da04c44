/**
 * What the kernel package promises: notebook in, executed notebook or a typed failure out. Knows no pipeline, no
 * store and no Nx.
 */
import type { Notebook } from '@nx-notebook/notebook';

/** A notebook to execute in a fresh kernel. */
export interface NotebookRequest {
  /** For messages, for example `ml:clean`. */
  readonly name: string;
  /** Parameters are already injected. */
  readonly notebook: Notebook;
  /** Absolute working directory of the kernel. */
  readonly cwd: string;
  readonly kernelName: string;
  /** Variables added to the kernel's environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Per cell; interrupt first, then kill. No limit when absent. */
  readonly cellTimeoutMs?: number;
  /** For the whole notebook, kernel start included. */
  readonly taskTimeoutMs?: number;
}

/** Hears of progress while a notebook runs. Calls are synchronous and in order; they must not throw. */
export interface NotebookObserver {
  kernelReady?(info: { readonly startMs: number }): void;
  /** `index` counts cells of the notebook from 0, `ordinal` of `total` counts the code cells that will run, from 1. */
  cellStarted?(cell: {
    readonly index: number;
    readonly ordinal: number;
    readonly total: number;
  }): void;
  /** Text as the cell printed it, unmerged. */
  streamed?(text: {
    readonly index: number;
    readonly name: 'stdout' | 'stderr';
    readonly text: string;
  }): void;
  cellFinished?(cell: {
    readonly index: number;
    readonly durationMs: number;
  }): void;
}

/** How long a cell ran. */
export interface CellTiming {
  /** Index in the notebook, from 0. */
  readonly index: number;
  readonly durationMs: number;
}

/** What became of a notebook. */
export type NotebookOutcome =
  | {
      readonly status: 'completed';
      readonly notebook: Notebook;
      readonly cells: readonly CellTiming[];
    }
  | {
      readonly status: 'failed';
      readonly failure: ExecutionFailure;
      /** What was executed until then, the failing cell's outputs included. Absent when no kernel ever answered. */
      readonly partial?: Notebook;
      readonly cells: readonly CellTiming[];
    };

/** The cell that a failure belongs to. */
export interface FailedCell {
  /** Index in the notebook, from 0. */
  readonly index: number;
  readonly ordinal: number;
  readonly total: number;
  readonly source: string;
  /** Line inside the cell, from 1, where known. */
  readonly line?: number;
  /** Ends of what the cell printed, at most 2 KB each. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Why a notebook did not complete. `message` is one sentence, `hint` the next step. */
export type ExecutionFailure = {
  readonly message: string;
  readonly hint?: string;
} & (
  | {
      /** A cell raised. */
      readonly reason: 'cell-failed';
      readonly cell: FailedCell;
      readonly errorName: string;
      readonly errorValue: string;
      /** With ANSI colours, as the kernel sent it. */
      readonly traceback: readonly string[];
    }
  | {
      readonly reason: 'cell-timed-out' | 'task-timed-out';
      readonly cell?: FailedCell;
      readonly limitMs: number;
    }
  | {
      readonly reason: 'kernel-died';
      readonly cell?: FailedCell;
      readonly signal?: string;
      readonly exitCode?: number;
      readonly outOfMemory?: boolean;
    }
  | {
      readonly reason: 'kernel-not-installed';
      readonly kernelName: string;
      readonly installed: readonly string[];
    }
  | { readonly reason: 'kernel-start-failed'; readonly log: string }
  | { readonly reason: 'server-failed'; readonly log: string }
  | { readonly reason: 'python-not-found' | 'jupyter-server-missing' }
  /** Something may be missing from the outputs: connection loss, rate limit, an undecodable message. */
  | { readonly reason: 'output-lost'; readonly cell?: FailedCell }
  | { readonly reason: 'input-requested'; readonly cell: FailedCell }
  | {
      readonly reason: 'source-too-large';
      readonly cell: FailedCell;
      readonly bytes: number;
    }
  | { readonly reason: 'interrupted'; readonly cell?: FailedCell }
);

/** Executes notebooks; one per process that runs tasks. The server starts with the first `execute`. */
export interface KernelHost {
  /** Never rejects for a user's mistake or a dying kernel. Aborting `signal` interrupts, then kills, within 4 s. */
  execute(
    request: NotebookRequest,
    observer: NotebookObserver,
    signal: AbortSignal,
  ): Promise<NotebookOutcome>;
  /** Ends every kernel and the server; resolves within 5 s in any case. */
  dispose(): Promise<void>;
}

/** How a host is set up. */
export interface KernelHostOptions {
  /** Absolute path of the interpreter whose jupyter_server and kernels are used. */
  readonly python: string;
  readonly workspaceRoot: string;
  /** Outputs of one cell above this are cut with a notice. Default 10 MB. */
  readonly maxCellOutputBytes?: number;
  /** Default 60 000. */
  readonly startTimeoutMs?: number;
}
