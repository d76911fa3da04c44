/**
 * Why a whole run should stop: somebody cancelled it, or its time is over. The first reason counts.
 */
import { Deferred } from './timing.js';

/** Who or what stops a run. */
export type StopReason = 'interrupted' | 'task-timed-out';

/** Waits for the first reason to stop. */
export class StopSignal {
  readonly #stopped = new Deferred<StopReason>();
  readonly #aborted = new Deferred<undefined>();
  readonly #signals: readonly AbortSignal[];
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #abort = (): void => {
    this.#aborted.resolve(undefined);
    this.#set('interrupted');
  };
  #reason: StopReason | undefined;

  /** Not `AbortSignal.any`: the signal that it makes may be collected as garbage before it fires. */
  constructor(signals: readonly AbortSignal[], limitMs: number | undefined) {
    this.#signals = signals;
    for (const signal of signals) {
      signal.addEventListener('abort', this.#abort);
    }
    if (limitMs !== undefined) {
      this.#timer = setTimeout(() => {
        this.#set('task-timed-out');
      }, limitMs);
    }
    if (signals.some((signal) => signal.aborted)) {
      this.#abort();
    }
  }

  get reason(): StopReason | undefined {
    return this.#reason;
  }

  get stopped(): Promise<StopReason> {
    return this.#stopped.promise;
  }

  /** Somebody cancelled, be it after the time was over. */
  get aborted(): Promise<undefined> {
    return this.#aborted.promise;
  }

  get isAborted(): boolean {
    return this.#aborted.isSettled;
  }

  dispose(): void {
    clearTimeout(this.#timer);
    for (const signal of this.#signals) {
      signal.removeEventListener('abort', this.#abort);
    }
  }

  #set(reason: StopReason): void {
    this.#reason ??= reason;
    this.#stopped.resolve(this.#reason);
  }
}
