/**
 * Results on their way to the shared store, in the background of a run: a few at once, small ones first, because
 * others wait for results and not for bytes. Knows neither keys nor how an upload is done.
 */
import type { FinishOptions, SaveRequest } from '../store.js';
import { TIME_OUT } from './breaker.js';
import { sizeOfProducts } from '../products/manifest.js';
import { Lanes } from './lanes.js';
import type { UploadOutcome } from './remote-calls.js';
import type { Tally } from './tally.js';

/** What uploading needs. */
export interface UploadsOptions {
  readonly save: (
    request: SaveRequest,
    signal: AbortSignal,
  ) => Promise<UploadOutcome>;
  readonly tally: Tally;
  /** Why there is no point in going on, in a few words. */
  readonly isPointless: () => string | undefined;
  /** How often the one who waits is told. */
  readonly tickMs: number;
}

const UPLOADS_AT_ONCE = 4;
/** Uploads that were told to end have this long to do so. */
const END_WITHIN_MS = 1000;

/** The uploads of one run. */
export class Uploads {
  readonly #options: UploadsOptions;
  readonly #lanes = new Lanes(UPLOADS_AT_ONCE);
  readonly #stop = new AbortController();
  readonly #open = new Map<Promise<void>, number>();
  #whyStopped: string | undefined;

  constructor(options: UploadsOptions) {
    this.#options = options;
  }

  /** Sends a result as soon as there is room, unless `isThere` says then that others have it. */
  add(request: SaveRequest, isThere?: () => Promise<boolean>): void {
    const bytes = sizeOfProducts(request.products.map(({ entry }) => entry));
    const upload = this.#lanes
      .run(async () => {
        if ((await isThere?.()) !== true) await this.#upload(request, bytes);
      }, bytes)
      .finally(() => this.#open.delete(upload));
    this.#open.set(upload, bytes);
  }

  /** Waits within bounds, then gives up what is left. */
  async finish({ signal, waitMs, onProgress }: FinishOptions): Promise<void> {
    const endsAt = performance.now() + waitMs;
    while (this.#open.size > 0 && this.#whyStopped === undefined) {
      const leftMs = endsAt - performance.now();
      if (signal.aborted) this.#giveUp('cancelled');
      else if (leftMs <= 0) this.#giveUp(TIME_OUT);
      else {
        const waitedFor = Math.min(leftMs, this.#options.tickMs);
        if ((await this.#settled(waitedFor, signal)) === 'done') return;
        onProgress?.(this.#left());
      }
    }
    await this.#settled(END_WITHIN_MS);
    const { tally } = this.#options;
    const why = this.#whyStopped ?? 'given up';
    for (let left = this.#open.size; left > 0; left -= 1)
      tally.notUploaded(why);
  }

  async #upload(request: SaveRequest, bytes: number): Promise<void> {
    const { save, tally, isPointless } = this.#options;
    const why = this.#whyStopped ?? isPointless();
    if (why !== undefined) {
      tally.notUploaded(why);
      return;
    }
    const outcome = await save(request, this.#stop.signal);
    switch (outcome.status) {
      case 'saved':
        tally.uploaded += 1;
        tally.uploadedBytes += bytes;
        return;
      case 'exists':
        tally.alreadyThere += 1;
        return;
      case 'failed':
        tally.notUploaded(this.#whyStopped ?? outcome.reason);
    }
  }

  #giveUp(why: string): void {
    this.#whyStopped = why;
    this.#stop.abort();
  }

  #left(): { readonly results: number; readonly bytes: number } {
    const sizes = [...this.#open.values()];
    const bytes = sizes.reduce((sum, each) => sum + each, 0);
    return { results: sizes.length, bytes };
  }

  /** Whether everything ended within a time. */
  async #settled(ms: number, signal?: AbortSignal): Promise<'done' | 'open'> {
    let stopWaiting: () => void = () => undefined;
    const waited = new Promise<'open'>((resolve) => {
      const timer = setTimeout(() => resolve('open'), ms);
      const onAbort = (): void => resolve('open');
      signal?.addEventListener('abort', onAbort, { once: true });
      stopWaiting = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
    });
    const done = Promise.all(this.#open.keys()).then(() => 'done' as const);
    try {
      return await Promise.race([done, waited]);
    } finally {
      stopWaiting();
    }
  }
}
