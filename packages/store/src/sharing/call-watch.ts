/**
 * Watches over the calls that belong to one entry of a remote store: silence and slowness end them, whatever the store
 * does about it. Between calls no time runs: a hit may wait until somebody restores it.
 */
import type { RemoteCall, StoreTrouble } from '../store.js';
import { TIME_OUT } from './breaker.js';

/** How long a remote store may take. */
export interface Patience {
  /** Without a byte. */
  readonly silenceMs: number;
  /** When the rate begins to count. */
  readonly slowAfterMs: number;
  /** Of everything that comes from the store during a call: calls share the line. */
  readonly minBytesPerSecond: number;
}

/** Bytes that all calls together moved. */
export interface Meter {
  bytes: number;
}

/** What a watch needs. */
export interface WatchOptions {
  readonly label: string;
  readonly operation: StoreTrouble['operation'];
  readonly patience: Patience;
  readonly meter: Meter;
  /** Ends everything at once. */
  readonly signal: AbortSignal;
  readonly now: () => number;
  /** Told about what the store says, and about what the watch itself finds; never after `signal`. */
  readonly onTrouble: (trouble: StoreTrouble) => void;
}

/** A store that moves whole files says nothing meanwhile; a network drive is faster than this. */
const QUIET_BYTES_PER_SECOND = 5_000_000;
const LOOKS_PER_SILENCE = 10;

/** The value of a call, or nothing when it was given up; then nobody waits for it any more. */
export type Watched<T> = { readonly value: T } | undefined;

/** See the file's header. */
export class CallWatch {
  readonly #options: WatchOptions;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  #trouble: StoreTrouble | undefined;
  #lastByteAt = 0;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal]);
  }

  /** What to call the store with. */
  get call(): RemoteCall & Required<Pick<RemoteCall, 'onTrouble'>> {
    return {
      signal: this.#signal,
      onTrouble: (trouble) => this.#tell(trouble),
      onBytes: (bytes) => {
        this.#lastByteAt = this.#options.now();
        this.#options.meter.bytes += bytes;
      },
    };
  }

  get operation(): StoreTrouble['operation'] {
    return this.#options.operation;
  }

  /** The last thing that went wrong. */
  get trouble(): StoreTrouble | undefined {
    return this.#trouble;
  }

  /** Runs one call; `quietBytes` is what the store may move without saying so. */
  async during<T>(work: () => Promise<T>, quietBytes = 0): Promise<Watched<T>> {
    if (this.#signal.aborted) return undefined;
    const { patience } = this.#options;
    const stopLooking = this.#look(
      patience.silenceMs + (quietBytes / QUIET_BYTES_PER_SECOND) * 1000,
    );
    const given = withResolvers<undefined>();
    const onAbort = (): void => given.resolve(undefined);
    this.#signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([
        work().then((value) => ({ value })),
        given.promise,
      ]);
    } finally {
      stopLooking();
      this.#signal.removeEventListener('abort', onAbort);
    }
  }

  /** Looks now and then whether the call is alive; gives what ends the looking. */
  #look(silenceMs: number): () => void {
    const { now, meter, patience, label } = this.#options;
    const startedAt = now();
    const bytesBefore = meter.bytes;
    const timer = setInterval(() => {
      const silentMs = now() - Math.max(startedAt, this.#lastByteAt);
      const elapsedMs = now() - startedAt;
      const rate = ((meter.bytes - bytesBefore) / elapsedMs) * 1000;
      if (silentMs >= silenceMs) {
        const seconds = inSeconds(silentMs);
        this.#giveUp(`${label} did not answer within ${seconds}.`);
      } else if (
        bytesBefore < meter.bytes &&
        elapsedMs >= patience.slowAfterMs &&
        rate < patience.minBytesPerSecond
      ) {
        const kilobytes = Math.ceil(rate / 1000);
        this.#giveUp(
          `${label} is too slow: ${kilobytes} kB/s over ${inSeconds(elapsedMs)}.`,
        );
      }
    }, patience.silenceMs / LOOKS_PER_SILENCE);
    return () => clearInterval(timer);
  }

  #giveUp(message: string): void {
    const { operation } = this.#options;
    this.#tell({ operation, kind: 'outage', reason: TIME_OUT, message });
    this.#stop.abort();
  }

  #tell(trouble: StoreTrouble): void {
    // What is said after the end is about the end.
    if (this.#signal.aborted) return;
    this.#trouble = trouble;
    this.#options.onTrouble(trouble);
  }
}

/** Seconds as people read them. */
export function inSeconds(ms: number): string {
  return ms < 9950
    ? `${(ms / 1000).toFixed(1)} s`
    : `${Math.round(ms / 1000)} s`;
}

function withResolvers<T>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
} {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
