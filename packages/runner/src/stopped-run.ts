/**
 * Tells a run that was stopped from one that broke. Nx may end every process below it at once, in its terminal
 * interface after Ctrl-C for example: then the kernel is gone before this process has its own signal.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ExecutionFailure, NotebookOutcome } from '@nx-notebook/kernel';

/** The signals come shortly after each other; a loaded machine takes its time to deliver them. */
const graceMs = 1500;

const stopSignals = new Set(['SIGINT', 'SIGTERM', 'SIGHUP']);

/** The outcome, as `interrupted` if the processes went because the run was stopped. */
export async function settleStopped(
  outcome: NotebookOutcome,
  signal: AbortSignal,
): Promise<NotebookOutcome> {
  if (outcome.status !== 'failed' || !looksStopped(outcome.failure)) {
    return outcome;
  }
  // Rejects when the run is stopped, which is what it waits for.
  await delay(graceMs, undefined, { signal }).catch(() => undefined);
  return signal.aborted
    ? { ...outcome, failure: interrupted(outcome.failure) }
    : outcome;
}

function looksStopped(failure: ExecutionFailure): boolean {
  return failure.reason === 'kernel-died'
    ? stopSignals.has(failure.signal ?? '')
    : failure.reason === 'server-failed' || failure.reason === 'output-lost';
}

function interrupted(failure: ExecutionFailure): ExecutionFailure {
  const cell = 'cell' in failure ? failure.cell : undefined;
  const where =
    cell === undefined ? '' : ` in cell ${cell.ordinal} of ${cell.total}`;
  return {
    reason: 'interrupted',
    message: `The run was interrupted${where}.`,
    ...(cell === undefined ? {} : { cell }),
  };
}
