/**
 * Whether a remote store is still worth asking. What nobody but a person can mend switches it off at once, silence too,
 * other outages when nothing else came between them; then it stays off for the run, so that the time lost is bounded.
 */
import type { StoreTrouble } from '../store.js';

/** The reason of a store that says nothing. */
export const TIME_OUT = 'time-out';

/** The store's own retries have found nobody; a download that broke off says less. */
function isGone({ reason, operation }: StoreTrouble): boolean {
  return reason === 'unreachable' && operation !== 'restore';
}

/** One direction of a remote store: reading or writing. */
export class Breaker {
  readonly #off = new AbortController();
  readonly #failuresToOff: number;
  readonly #now: () => number;
  #failures = 0;
  #failingSinceMs = 0;
  #why: StoreTrouble | undefined;
  #lostMs = 0;

  constructor(options: {
    readonly failuresToOff: number;
    readonly now: () => number;
  }) {
    this.#failuresToOff = options.failuresToOff;
    this.#now = options.now;
  }

  /** Aborts when the store is switched off. */
  get signal(): AbortSignal {
    return this.#off.signal;
  }

  /** What switched it off. */
  get why(): StoreTrouble | undefined {
    return this.#why;
  }

  /** From the beginning of the first call that failed to the moment it was switched off. */
  get lostMs(): number {
    return this.#lostMs;
  }

  /** An answer came, whatever it was. */
  succeeded(): void {
    this.#failures = 0;
  }

  /** A call that began at `startedAtMs` met trouble. Damage of one entry is an answer. */
  failed(trouble: StoreTrouble, startedAtMs: number): void {
    if (this.#why !== undefined || trouble.kind === 'local') return;
    if (trouble.kind === 'damage') {
      this.succeeded();
      return;
    }
    if (this.#failures === 0) this.#failingSinceMs = startedAtMs;
    this.#failures += 1;
    const isOff =
      trouble.kind === 'configuration' ||
      trouble.reason === TIME_OUT ||
      isGone(trouble) ||
      this.#failures >= this.#failuresToOff;
    if (isOff) this.switchOff(trouble);
  }

  /** For good. */
  switchOff(trouble: StoreTrouble): void {
    if (this.#why !== undefined) return;
    this.#why = trouble;
    const since = this.#failures === 0 ? this.#now() : this.#failingSinceMs;
    this.#lostMs = this.#now() - since;
    this.#off.abort();
  }
}
