/**
 * One notebook from start to end: kernel, cells, shutdown, and the executed notebook, complete or partial.
 */
import { stat } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import {
  normaliseExecuted,
  type Cell,
  type JsonObject,
  type Notebook,
} from '@nx-notebook/notebook';
import type {
  ExecutionFailure,
  NotebookObserver,
  NotebookOutcome,
  NotebookRequest,
} from '../contract.js';
import { interrupted, timedOut, workingDirectoryMissing } from '../failures.js';
import { NotebookOutputs } from '../outputs/notebook-outputs.js';
import { Widgets } from '../outputs/widgets.js';
import {
  startSession,
  type KernelSession,
  type SessionParts,
} from './kernel-session.js';
import { runCells, type CellsOutcome } from './run-cells.js';
import type { StopReason, StopSignal } from './stop-signal.js';

/** What a host knows beside the request. */
export interface ExecutionParts extends SessionParts {
  readonly maxCellOutputBytes: number;
}

/** Exit handlers may write products; jupyter_server gives a kernel 20 s (server_main.py), this is for the server. */
const kernelEndMs = 25_000;

/** After a failure by time nobody waits for exit handlers that long. */
const stoppedKernelEndMs = 3000;
const abortedKernelEndMs = 1000;

/** Failures after which the kernel still does what it is told. */
const endsInPeace: ReadonlySet<ExecutionFailure['reason']> = new Set([
  'cell-failed',
  'source-too-large',
]);

/** For code that is interrupted: to unwind, and to write its traceback. */
const grace = { timeoutMs: 5000, abortMs: 1500 };

/** What is fixed for every kernel, unless the task says otherwise: sets print in the same order in every run. */
const kernelDefaults = { PYTHONHASHSEED: '0' };

/** Executes a notebook. Rejects for bugs only. */
export async function executeNotebook(
  parts: ExecutionParts,
  request: NotebookRequest,
  observer: NotebookObserver,
  stop: StopSignal,
): Promise<NotebookOutcome> {
  if (!(await isFolder(request.cwd))) {
    return failed(workingDirectoryMissing(request.cwd));
  }
  if (stop.reason !== undefined) {
    return failed(stopFailure(stop.reason, request));
  }
  const started = performance.now();
  const kernels: KernelSession[] = [];
  const widgets = new Widgets(parts.maxCellOutputBytes, (commId, state) => {
    kernels[0]?.kernel.updateComm(commId, state);
  });
  const outputs = new NotebookOutputs({
    limitBytes: parts.maxCellOutputBytes,
    widgets,
    streamed: (index, name, text) => observer.streamed?.({ index, name, text }),
  });
  const start = await startSession(
    parts,
    {
      task: {
        kernelName: request.kernelName,
        env: { ...kernelDefaults, ...request.env },
      },
      cwd: request.cwd,
      outputs: (message) => {
        outputs.receive(message);
      },
    },
    stop,
  );
  if (!start.ok) {
    return failed(
      'failure' in start ? start.failure : stopFailure(start.stopped, request),
    );
  }
  const { session } = start;
  kernels.push(session);
  observer.kernelReady?.({ startMs: performance.now() - started });
  const outcome = await runCells({
    request,
    session,
    outputs,
    widgets,
    observer,
    stop,
    grace,
  });
  await session.end(
    endLimit(outcome, stop),
    stop.isAborted ? undefined : stop.aborted,
  );
  return finish({ request, outcome, outputs, widgets, info: start.info });
}

function endLimit({ failure }: CellsOutcome, stop: StopSignal): number {
  if (stop.isAborted) {
    return abortedKernelEndMs;
  }
  if (failure === undefined || endsInPeace.has(failure.reason)) {
    return kernelEndMs;
  }
  // A kernel that waits for an answer would do so until it is killed.
  return failure.reason === 'input-requested' ? 0 : stoppedKernelEndMs;
}

interface Finished {
  readonly request: NotebookRequest;
  readonly outcome: CellsOutcome;
  readonly outputs: NotebookOutputs;
  readonly widgets: Widgets;
  readonly info: JsonObject;
}

function finish(finished: Finished): NotebookOutcome {
  const { failure, cells } = finished.outcome;
  if (failure === undefined) {
    return {
      status: 'completed',
      notebook: executedNotebook(finished),
      cells,
    };
  }
  markFailedCell(finished, failure);
  return {
    status: 'failed',
    failure,
    partial: executedNotebook(finished),
    cells,
  };
}

/** Shows in the partial notebook where it ended, where no traceback of the kernel does. */
function markFailedCell(
  { outputs }: Finished,
  failure: ExecutionFailure,
): void {
  if (
    failure.reason === 'cell-failed' ||
    failure.reason === 'source-too-large' ||
    !('cell' in failure)
  ) {
    return;
  }
  outputs.record(failure.cell.index)?.outputs.addNotice({
    output_type: 'error',
    ename: failure.reason,
    evalue: failure.message,
    traceback: [failure.message],
  });
}

function executedNotebook(finished: Finished): Notebook {
  const { request, info, outcome, widgets } = finished;
  const widgetState =
    outcome.failure === undefined ? widgets.toJson() : undefined;
  return normaliseExecuted({
    cells: request.notebook.cells.map((cell, index) =>
      cell.type === 'code' ? executedCell(finished, cell, index) : cell,
    ),
    metadata: {
      ...request.notebook.metadata,
      ...(info['language_info'] === undefined
        ? {}
        : { language_info: info['language_info'] }),
      widgets: widgetState,
    },
  });
}

function executedCell(
  { outputs, outcome }: Finished,
  cell: Cell,
  index: number,
): Cell {
  return {
    ...cell,
    outputs: outputs.record(index)?.outputs.toJson() ?? [],
    executionCount: outcome.counts.get(index) ?? null,
  };
}

function stopFailure(
  reason: StopReason,
  request: NotebookRequest,
): ExecutionFailure {
  return reason === 'interrupted'
    ? interrupted(undefined)
    : timedOut(reason, request.taskTimeoutMs ?? 0, undefined);
}

function failed(failure: ExecutionFailure): NotebookOutcome {
  return { status: 'failed', failure, cells: [] };
}

async function isFolder(path: string): Promise<boolean> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.isDirectory() === true;
}
