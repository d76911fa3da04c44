/** Time as the engine sees it, so that tests decide how fast it goes. Knows nothing of tasks. */
import { setTimeout as delay } from 'node:timers/promises';

/** Time for waits and durations. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after `ms`, or at once when `signal` aborts; never rejects. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
}

/** The system's clock. A pending wait keeps the process alive: a build that waits for a lock is not over. */
export const systemClock: Clock = {
  now: () => Date.now(),
  wait: async (ms, signal) => {
    await delay(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  },
};
