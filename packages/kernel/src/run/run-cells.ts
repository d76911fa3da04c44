/**
 * Runs the code cells of a notebook in a kernel, one after the other, until one fails or the run is stopped.
 *
 * A cell that takes too long is interrupted first, so that its traceback shows where it was; code that does not react
 * within a grace period is killed with its kernel.
 */
import { performance } from 'node:perf_hooks';
import { isTagged, type Cell } from '@nx-notebook/notebook';
import type {
  CellTiming,
  ExecutionFailure,
  FailedCell,
  NotebookObserver,
  NotebookRequest,
} from '../contract.js';
import {
  cellFailed,
  interrupted,
  outputLost,
  sourceTooLarge,
  timedOut,
} from '../failures.js';
import type { NotebookOutputs } from '../outputs/notebook-outputs.js';
import type { Widgets } from '../outputs/widgets.js';
import { describeCell, type CellPlace } from './failed-cell.js';
import type { Fault, KernelSession } from './kernel-session.js';
import type { PendingCell, Reply } from './pending-cell.js';
import type { StopReason, StopSignal } from './stop-signal.js';
import { within } from './timing.js';

/** jupyter_server refuses messages above 10 MiB by closing the connection; the cell is not all of a message. */
const largestSourceBytes = 9_000_000;

/** Everything that running cells needs. */
export interface CellsRun {
  readonly request: NotebookRequest;
  readonly session: KernelSession;
  readonly outputs: NotebookOutputs;
  readonly widgets: Widgets;
  readonly observer: NotebookObserver;
  readonly stop: StopSignal;
  /** How long an interrupted cell may take to end. */
  readonly grace: { readonly timeoutMs: number; readonly abortMs: number };
}

/** What became of the cells. */
export interface CellsOutcome {
  readonly cells: readonly CellTiming[];
  /** Counts by the index of the cell; the n-th cell that ran has n. */
  readonly counts: ReadonlyMap<number, number>;
  readonly failure?: ExecutionFailure;
}

type Describe = (traceback?: readonly string[]) => FailedCell;

/** Runs the cells; resolves at the first failure or after the last one. */
export async function runCells(run: CellsRun): Promise<CellsOutcome> {
  const places = placesOf(run.request.notebook.cells);
  const cells: CellTiming[] = [];
  const counts = new Map<number, number>();
  for (const place of places) {
    const obstacle = await obstacleOf(run);
    if (obstacle !== undefined) {
      return { cells, counts, failure: obstacle };
    }
    const started = performance.now();
    run.observer.cellStarted?.(place);
    const failure = await runCell(run, place);
    const durationMs = performance.now() - started;
    if (failure?.reason !== 'source-too-large') {
      cells.push({ index: place.index, durationMs });
      counts.set(place.index, place.ordinal);
    }
    if (failure !== undefined) {
      return { cells, counts, failure };
    }
    run.observer.cellFinished?.({ index: place.index, durationMs });
  }
  const failure = await obstacleOf(run);
  return { cells, counts, ...(failure === undefined ? {} : { failure }) };
}

/** What happened between two cells. */
async function obstacleOf(
  run: CellsRun,
): Promise<ExecutionFailure | undefined> {
  const { session, stop } = run;
  if (session.fault !== undefined) {
    return session.failureOf(session.fault, undefined);
  }
  return stop.reason === undefined
    ? undefined
    : stopFailure(run, stop.reason, undefined);
}

/** The code cells that run, as nbclient chooses them. */
function placesOf(cells: readonly Cell[]): CellPlace[] {
  const indexes = [...cells.keys()].filter((index) => {
    const cell = cells[index];
    return (
      cell?.type === 'code' &&
      cell.source.trim() !== '' &&
      !isTagged(cell, 'skip-execution')
    );
  });
  return indexes.map((index, position) => ({
    index,
    ordinal: position + 1,
    total: indexes.length,
  }));
}

type CellEnd =
  | { readonly kind: 'replied'; readonly reply: Reply | 'silent' }
  | { readonly kind: 'fault'; readonly fault: Fault }
  | {
      readonly kind: 'stopped';
      readonly reason: StopReason | 'cell-timed-out';
      /** What the cell said to being interrupted, if it did. */
      readonly reply?: Reply;
    };

async function runCell(
  run: CellsRun,
  place: CellPlace,
): Promise<ExecutionFailure | undefined> {
  const cell = run.request.notebook.cells[place.index];
  if (cell === undefined) {
    throw new Error(`no cell ${place.index}`);
  }
  const bytes = Buffer.byteLength(JSON.stringify(cell.source));
  if (bytes > largestSourceBytes) {
    return sourceTooLarge(describeCell(place, cell, undefined), bytes);
  }
  const describe: Describe = (traceback) =>
    describeCell(place, cell, run.outputs.record(place.index), traceback);
  const allowsErrors = isTagged(cell, 'raises-exception');
  run.widgets.publish();
  const pending = run.session.send(cell.source, !allowsErrors);
  run.outputs.begin(place.index, pending.requestId);
  const end = await endOfCell(run, pending);
  pending.dispose();
  switch (end.kind) {
    case 'fault':
      return run.session.failureOf(end.fault, describe());
    case 'stopped':
      return stopFailure(run, end.reason, describe(end.reply?.traceback));
    case 'replied':
      return replyFailure(end.reply, allowsErrors, describe);
  }
}

async function endOfCell(
  run: CellsRun,
  pending: PendingCell,
): Promise<CellEnd> {
  const { session, stop } = run;
  const natural = Promise.race([
    pending.done.then((reply): CellEnd => ({ kind: 'replied', reply })),
    session.faulted.then((fault): CellEnd => ({ kind: 'fault', fault })),
  ]);
  const stopped = Promise.race([
    natural,
    stop.stopped.then((reason): CellEnd => ({ kind: 'stopped', reason })),
  ]);
  const { cellTimeoutMs } = run.request;
  const first =
    cellTimeoutMs === undefined
      ? await stopped
      : ((await within(stopped, cellTimeoutMs)) ?? {
          kind: 'stopped' as const,
          reason: 'cell-timed-out' as const,
        });
  if (first.kind !== 'stopped') {
    return first;
  }
  const end = await interrupt(run, natural, graceOf(run, first.reason));
  return end?.kind === 'replied' && end.reply !== 'silent'
    ? { ...first, reply: end.reply }
    : first;
}

function graceOf(run: CellsRun, reason: StopReason | 'cell-timed-out'): number {
  return reason === 'interrupted' ? run.grace.abortMs : run.grace.timeoutMs;
}

/** Interrupts, waits for the cell to end, and kills the kernel if it does not. */
async function interrupt(
  { session, stop }: CellsRun,
  ended: Promise<CellEnd>,
  graceMs: number,
): Promise<CellEnd | undefined> {
  // A server that does not answer is no reason to wait longer.
  session.kernel.interrupt().catch(() => undefined);
  const hurry = stop.isAborted ? [] : [stop.aborted];
  const end = await within(Promise.race([ended, ...hurry]), graceMs);
  if (end === undefined) {
    await session.kill();
  }
  return end;
}

function stopFailure(
  run: CellsRun,
  reason: StopReason | 'cell-timed-out',
  cell: FailedCell | undefined,
): ExecutionFailure {
  const { cellTimeoutMs, taskTimeoutMs } = run.request;
  switch (reason) {
    case 'interrupted':
      return interrupted(cell);
    case 'cell-timed-out':
      return timedOut(reason, cellTimeoutMs ?? 0, cell);
    case 'task-timed-out':
      return timedOut(reason, taskTimeoutMs ?? 0, cell);
  }
}

function replyFailure(
  reply: Reply | 'silent',
  allowsErrors: boolean,
  describe: Describe,
): ExecutionFailure | undefined {
  if (reply === 'silent') {
    return outputLost(
      'the kernel replied but did not say that the cell is complete',
      describe(),
    );
  }
  if (reply.status === 'ok' || (reply.status === 'error' && allowsErrors)) {
    return undefined;
  }
  if (reply.status === 'error') {
    return cellFailed(reply, describe(reply.traceback));
  }
  return outputLost(
    `the kernel did not run the cell (status ${reply.status})`,
    describe(),
  );
}
