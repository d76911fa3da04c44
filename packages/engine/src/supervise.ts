/** Watches over one call of a runner: turns its progress into events and its silence after a cancellation into an end. */
import type { Clock } from './clock.js';
import type { BuildEvent } from './event.js';
import { internalError } from './run-outcome.js';
import type {
  RunObserver,
  RunOutcome,
  TaskRef,
  TaskRunner,
} from './task-runner.js';

/** A runner ends within 4 s of being told to; Nx kills the whole process after 5 s. */
const stopWithinMs = 4300;

/** What a run gave, and when. */
export interface Timed<T> {
  readonly outcome: T;
  readonly startedAt: number;
  readonly durationMs: number;
}

/** A call of a runner and what may end it early. */
export interface SupervisedRun {
  readonly ref: TaskRef;
  readonly runner: TaskRunner;
  readonly key: string;
  readonly injected: string;
  readonly stop: AbortSignal;
  readonly clock: Clock;
  readonly emit: (event: BuildEvent) => void;
}

/** Runs a task; `stuck` when the runner did not return in time after `stop`. Never rejects. */
export async function superviseRun(
  options: SupervisedRun,
): Promise<Timed<RunOutcome | 'stuck'>> {
  const { ref, runner, key, injected, stop, clock } = options;
  const startedAt = clock.now();
  const ended = new AbortController();
  const run = async (): Promise<RunOutcome> => {
    try {
      const request = { ...ref, key, injected };
      return await runner.run(request, observe(ref, options.emit), stop);
    } catch (error) {
      const failure = internalError(ref, error);
      return { status: 'failed', failure, cells: [] };
    } finally {
      ended.abort();
    }
  };
  const outcome = await Promise.race([
    run(),
    silence(stop, ended.signal, clock),
  ]);
  return { outcome, startedAt, durationMs: clock.now() - startedAt };
}

/** Resolves when a runner that was told to stop has had its time; never when it ended. */
async function silence(
  stop: AbortSignal,
  ended: AbortSignal,
  clock: Clock,
): Promise<'stuck'> {
  await aborted(AbortSignal.any([stop, ended]));
  if (!ended.aborted) await clock.wait(stopWithinMs, ended);
  return ended.aborted ? new Promise(() => undefined) : 'stuck';
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function observe(ref: TaskRef, emit: (event: BuildEvent) => void): RunObserver {
  return {
    cellStarted: (cell) => emit({ type: 'cell-started', ref, ...cell }),
    streamed: (text) => emit({ type: 'streamed', ref, ...text }),
    cellFinished: (cell) => emit({ type: 'cell-finished', ref, ...cell }),
  };
}
