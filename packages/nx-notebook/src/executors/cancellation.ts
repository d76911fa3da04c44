/**
 * Turns the ways in which Nx ends a run into one abort signal: SIGINT, SIGTERM, and the loss of Nx itself. The
 * engine then stops taking tasks and ends kernels, which takes less than the 5 s that Nx waits before it kills.
 */
import { setTimeout as delay } from 'node:timers/promises';

/** The events of a process that matter here. */
export interface SignalSource {
  on(event: 'SIGINT' | 'SIGTERM' | 'disconnect', listener: () => void): unknown;
  off(
    event: 'SIGINT' | 'SIGTERM' | 'disconnect',
    listener: () => void,
  ): unknown;
}

/** A run that can be cancelled. */
export interface Cancellation extends Disposable {
  readonly signal: AbortSignal;
}

/** Nx follows a Ctrl-C with a SIGTERM at once, so only the same signal again counts as impatience. */
const watched = ['SIGINT', 'SIGTERM', 'disconnect'] as const;

/**
 * Listens until disposed. The same signal a second time calls `stopNow`, which should end the process within the
 * bound of {@link hardStopMs}.
 */
export function watchCancellation(
  source: SignalSource,
  stopNow: () => void,
): Cancellation {
  const controller = new AbortController();
  const seen = new Set<string>();
  const listeners = watched.map((event) => {
    const listener = (): void => {
      if (seen.has(event)) stopNow();
      seen.add(event);
      controller.abort();
    };
    source.on(event, listener);
    return [event, listener] as const;
  });
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => {
      for (const [event, listener] of listeners) source.off(event, listener);
    },
  };
}

/** Kernels that were not disposed of by then die with this process: their server ends when its input does. */
export const hardStopMs = 1000;

/** Waits for `end`, but never longer than {@link hardStopMs}. */
export async function atMostHardStop(end: Promise<unknown>): Promise<void> {
  const timeout = new AbortController();
  await Promise.race([
    end,
    delay(hardStopMs, undefined, { signal: timeout.signal }).catch(
      () => undefined,
    ),
  ]);
  timeout.abort();
}
