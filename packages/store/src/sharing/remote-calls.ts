/**
 * Every call that goes to the remote store of a run: bounded in number and time, watched, counted, and none any more
 * once it is switched off. What comes back is an answer or nothing, never an error and never late.
 */
import type {
  BlobSource,
  Manifest,
  RemoteStore,
  SaveRequest,
  StoreTrouble,
} from '../store.js';
import { Breaker } from './breaker.js';
import {
  CallWatch,
  inSeconds,
  type Meter,
  type Patience,
} from './call-watch.js';
import { Lanes } from './lanes.js';
import type { Tally } from './tally.js';

/** What is bounded, and how. */
export interface RemoteLimits extends Patience {
  /** Outages in a row that switch the store off. */
  readonly failuresToOff: number;
}

/** How a remote store is called. */
export interface RemoteCallsOptions {
  readonly label: string;
  /** Called for the first call. */
  readonly open: () => Promise<RemoteStore>;
  readonly limits: RemoteLimits;
  /** Ends everything at once. */
  readonly signal: AbortSignal;
  readonly tally: Tally;
  readonly now: () => number;
}

/** What a remote store has; its blobs are watched as well. */
export interface RemoteHit {
  readonly manifest: Manifest;
  readonly origin: string;
  readonly blobs: BlobSource;
}

/** How an upload ended, with a reason in a few words where it failed. */
export type UploadOutcome =
  | { readonly status: 'saved' | 'exists' }
  | { readonly status: 'failed'; readonly reason: string };

/** Manifests are small, and what waits for them is a whole task. */
const LOOKUPS_AT_ONCE = 32;

/** The calls of one run. */
export class RemoteCalls {
  readonly #options: RemoteCallsOptions;
  readonly #reading: Breaker;
  readonly #writing: Breaker;
  readonly #lookups = new Lanes(LOOKUPS_AT_ONCE);
  readonly #received: Meter = { bytes: 0 };
  readonly #sent: Meter = { bytes: 0 };
  #store: Promise<RemoteStore> | undefined;

  constructor(options: RemoteCallsOptions) {
    this.#options = options;
    const breaker = { ...options.limits, now: options.now };
    this.#reading = new Breaker(breaker);
    this.#writing = new Breaker(breaker);
    // Whom nobody hears, nobody should speak to; the other way round does not hold: many may only read.
    this.#reading.signal.addEventListener('abort', () => {
      if (this.#reading.why !== undefined)
        this.#writing.switchOff(this.#reading.why);
    });
  }

  get downloadedBytes(): number {
    return this.#received.bytes;
  }

  /** Why nothing is written any more. */
  get writingOff(): StoreTrouble | undefined {
    return this.#writing.why;
  }

  /** Aborts when nothing is written any more. */
  get writingOffSignal(): AbortSignal {
    return this.#writing.signal;
  }

  /** What was switched off and what it cost, as a sentence. */
  get switchedOff(): string | undefined {
    const isReading = this.#reading.why !== undefined;
    const breaker = isReading ? this.#reading : this.#writing;
    if (breaker.why === undefined) return undefined;
    const what = isReading ? 'was not used' : 'got no results';
    const lost =
      breaker.lostMs < 1000 ? '' : ` (${inSeconds(breaker.lostMs)} were lost)`;
    return `${this.#options.label} ${what} any more in this run${lost}: ${breaker.why.message}`;
  }

  /** Whether asking has a point. */
  get isReadable(): boolean {
    return !this.#reading.signal.aborted && !this.#options.signal.aborted;
  }

  /** What the store has for a key. */
  async find(
    key: string,
    fetchesUpToBytes: number,
  ): Promise<RemoteHit | undefined> {
    return this.#lookups.run(async () => {
      if (!this.isReadable) return undefined;
      const startedAt = this.#options.now();
      const watch = this.#watch('find', this.#reading, this.#received);
      const call = { ...watch.call, fetchesUpToBytes };
      const found = await watch.during(() =>
        this.#guarded(watch, (store) => store.find(key, call)),
      );
      this.#judge(watch, startedAt);
      if (found?.value === undefined) return undefined;
      const { manifest, origin, blobs } = found.value;
      return { manifest, origin, blobs: this.#watched(blobs, watch) };
    });
  }

  /** Gives a result to the store; `signal` gives it up. */
  async save(
    request: SaveRequest,
    signal: AbortSignal,
  ): Promise<UploadOutcome> {
    const { now } = this.#options;
    const startedAt = now();
    const watch = this.#watch('save', this.#writing, this.#sent, signal);
    const bytes = request.products.reduce(
      (sum, { entry }) => sum + entry.sizeBytes,
      0,
    );
    const ended = await watch.during(
      () => this.#guarded(watch, (store) => store.save(request, watch.call)),
      bytes,
    );
    this.#judge(watch, startedAt);
    const status = ended?.value?.status;
    if (status === 'saved' || status === 'exists') return { status };
    const trouble = watch.trouble ?? this.#writing.why;
    return { status: 'failed', reason: trouble?.reason ?? 'given up' };
  }

  #watched(blobs: BlobSource, watch: CallWatch): BlobSource {
    const { now } = this.#options;
    return {
      fetch: async (file, target) => {
        const startedAt = now();
        const before = watch.trouble;
        const fetched = await watch.during(
          () => blobs.fetch(file, target),
          file.sizeBytes,
        );
        if (watch.trouble !== before) {
          this.#judge(watch, startedAt);
        }
        const message = watch.trouble?.reason ?? 'it was given up';
        return fetched?.value ?? { status: 'damaged', message };
      },
    };
  }

  #watch(
    operation: StoreTrouble['operation'],
    breaker: Breaker,
    meter: Meter,
    signal?: AbortSignal,
  ): CallWatch {
    const { label, limits, now, tally } = this.#options;
    const signals = [this.#options.signal, breaker.signal];
    // Large results are hashed and compressed before they are sent; the end of the run bounds them.
    const patience =
      operation === 'save' ? { ...limits, minBytesPerSecond: 0 } : limits;
    return new CallWatch({
      label,
      operation,
      patience,
      meter,
      now,
      signal: AbortSignal.any(signal ? [...signals, signal] : signals),
      onTrouble: (trouble) => tally.trouble(trouble),
    });
  }

  /** After a call: what it says about the store as a whole. A look-up may write, too, to keep alive what it found. */
  #judge({ trouble, operation }: CallWatch, startedAt: number): void {
    const isWriting = (trouble?.operation ?? operation) === 'save';
    const breaker = isWriting ? this.#writing : this.#reading;
    if (trouble === undefined) breaker.succeeded();
    else breaker.failed(trouble, startedAt);
  }

  /** A store that can't be opened, or that breaks its promise not to throw, must not fail a task. */
  async #guarded<T>(
    watch: CallWatch,
    work: (store: RemoteStore) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      this.#store ??= this.#options.open();
      return await work(await this.#store);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      watch.call.onTrouble({
        operation: watch.operation,
        kind: 'configuration',
        reason: 'not usable',
        message: `${this.#options.label} can't be used: ${why}`,
      });
      return undefined;
    }
  }
}
