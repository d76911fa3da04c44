/**
 * Stops asking a server that does not answer, so that its outage costs a run one wait and not one per task. Pure apart
 * from the clock.
 */

/** Failures in a row that nobody takes for chance. */
const FAILURES = 3;

/** Settings of a breaker. */
export interface BreakerOptions {
  /** After so long one request tries again; Infinity for a single run. */
  readonly pauseMs: number;
  readonly now?: () => number;
}

/** Counts what failed in a row. */
export class Breaker {
  readonly #pauseMs: number;
  readonly #now: () => number;
  #failures = 0;
  #openedMs = 0;
  #reason: string | undefined;

  constructor({ pauseMs, now = Date.now }: BreakerOptions) {
    this.#pauseMs = pauseMs;
    this.#now = now;
  }

  /** Why nothing is asked now; absent when asking makes sense. */
  get openBecause(): string | undefined {
    if (this.#reason === undefined) return undefined;
    if (this.#now() - this.#openedMs < this.#pauseMs) return this.#reason;
    // One failure more, and it is open again.
    this.#reason = undefined;
    this.#failures = FAILURES - 1;
    return undefined;
  }

  /** The server answered, whatever it said. */
  answered(): void {
    this.#failures = 0;
  }

  /** The server did not answer as a server should. `isFinal`: nothing will change soon, as with wrong credentials. */
  failed(reason: string, isFinal: boolean): void {
    this.#failures += 1;
    if (this.#reason !== undefined || (!isFinal && this.#failures < FAILURES))
      return;
    this.#reason = reason;
    this.#openedMs = this.#now();
  }
}
