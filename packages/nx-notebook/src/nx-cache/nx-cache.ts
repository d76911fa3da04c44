/**
 * Entries of Nx's cache for one workspace: looked up in the shared store within a bound of time, given to it in the
 * background. Whatever goes wrong is a miss or a count. Knows no HTTP.
 *
 * Nx aborts a run over any surprise of its cache server and waits for ever, so a whole verified file is on this disk
 * before anybody hears of a hit.
 */
import type { Readable } from 'node:stream';
import {
  Lanes,
  type BucketTrouble,
  type EntryFile,
  type FoundEntry,
  type NamedEntries,
} from '@nx-notebook/store';
import { Breaker } from './breaker.js';
import { drain } from './drain.js';
import type { Spool, TakenBody } from './spool.js';
import { REASON_WORDS, type NxCacheSummary } from './summary.js';
import { Tally } from './tally.js';

/** What a cache needs. */
export interface NxCacheOptions {
  /** For messages: `s3://bucket/prefix`. */
  readonly label: string;
  readonly entries: NamedEntries;
  readonly spool: Spool;
  readonly isReadOnly: boolean;
  readonly limits?: Partial<NxCacheLimits>;
}

/** Bounds in milliseconds, and how much happens at once. */
export interface NxCacheLimits {
  /** For the small manifest, also when nobody answers. */
  readonly lookUpMs: number;
  /** For the bytes; slower ones are computed sooner than they arrive. */
  readonly downloadMs: number;
  /** How long an outage is remembered. */
  readonly outageMs: number;
  readonly lookUps: number;
  readonly downloads: number;
  readonly uploads: number;
}

const DEFAULT_LIMITS: NxCacheLimits = {
  lookUpMs: 10_000,
  downloadMs: 120_000,
  outageMs: Infinity,
  // Nx asks for fifty at once.
  lookUps: 32,
  downloads: 8,
  uploads: 4,
};

/** What becomes of an entry that Nx hands over. */
export type PutOutcome =
  /** It is safe here and on its way. */
  | 'taken'
  | 'exists'
  /** Not wanted, or this disk is full. */
  | 'refused';

/** Troubles that no repetition ends soon: the bucket has tried again already where that makes sense. */
const FINAL: readonly BucketTrouble['reason'][] = [
  'unauthorised',
  'no-bucket',
  'unreachable',
  'time-out',
];

/** Troubles that say something of one entry and nothing of the server. */
const OF_ONE_ENTRY: readonly BucketTrouble['reason'][] = [
  'missing',
  'forbidden',
  'exists',
  'refused',
  'source-changed',
];

/** What was not taken, where somebody has to know. */
const UNTAKEN_WORDS: Readonly<
  Record<Exclude<TakenBody['status'], 'taken'>, string | undefined>
> = {
  unwritable: "the local disk can't be written",
  full: 'too large, with all that waits for its upload, for this disk',
  'no-entry': 'not an entry of Nx',
  'broken-off': undefined,
};

/** The cache of one workspace. Safe to call concurrently; never throws for network or disk. */
export class NxCache {
  readonly #options: NxCacheOptions;
  readonly #limits: NxCacheLimits;
  readonly #breaker: Breaker;
  readonly #tally = new Tally();
  readonly #lookUps: Lanes;
  readonly #downloads: Lanes;
  readonly #uploads: Lanes;
  readonly #giveUp = new AbortController();
  /** Downloads under way by digest. */
  readonly #fetching = new Map<string, Promise<string | undefined>>();
  /** Hashes that are in the store, as far as this process knows. */
  readonly #known = new Set<string>();
  readonly #damaged = new Set<string>();
  readonly #pending = new Set<Promise<void>>();

  constructor(options: NxCacheOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#breaker = new Breaker({ pauseMs: this.#limits.outageMs });
    this.#lookUps = new Lanes(this.#limits.lookUps);
    this.#downloads = new Lanes(this.#limits.downloads);
    this.#uploads = new Lanes(this.#limits.uploads);
  }

  /** The verified file of a hash, or nothing; within the bounds whatever the store does. */
  async get(hash: string): Promise<EntryFile | undefined> {
    this.#tally.asked += 1;
    const { lookUpMs, downloadMs } = this.#limits;
    const found = await within(this.#find(hash), lookUpMs);
    if (found === undefined) {
      this.#missed(timedOut);
      return;
    }
    if (found.status === 'absent') return undefined;
    if (found.status !== 'found') {
      this.#missed(found, hash);
      return;
    }
    const path = await within(this.#bring(hash, found), downloadMs);
    if (path === undefined) return undefined;
    this.#tally.hits += 1;
    this.#known.add(hash);
    const { sizeBytes, digest: sha256 } = found.entry;
    return { path, sizeBytes, sha256 };
  }

  /** Takes a body, always to its end, and uploads it in the background. */
  async put(hash: string, body: Readable): Promise<PutOutcome> {
    const refusal = this.#refusal(hash);
    if (refusal !== undefined) {
      await drain(body);
      return refusal;
    }
    const taken = await this.#options.spool.take(body);
    if (taken.status !== 'taken') {
      const reason = UNTAKEN_WORDS[taken.status];
      if (reason !== undefined) this.#tally.notUploaded(reason);
      return 'refused';
    }
    this.#known.add(hash);
    const upload = this.#uploads
      .run(() => this.#upload(hash, taken.file))
      .finally(() => this.#pending.delete(upload));
    this.#pending.add(upload);
    return 'taken';
  }

  /** For messages. */
  get label(): string {
    return this.#options.label;
  }

  /** Whether it takes nothing. */
  get isReadOnly(): boolean {
    return this.#options.isReadOnly;
  }

  /** Uploads that are not done. */
  get pending(): number {
    return this.#pending.size;
  }

  /** Counts as of now. */
  get summary(): NxCacheSummary {
    return this.#tally.summary(this.#options.label, this.#breaker.openBecause);
  }

  /** Waits for uploads, at most so long; what is left goes on. */
  async settle(waitMs: number): Promise<void> {
    await within(Promise.all(this.#pending), waitMs);
  }

  /** Waits for uploads, at most so long; then gives up what is left. */
  async finish(waitMs: number): Promise<NxCacheSummary> {
    await this.settle(waitMs);
    this.#giveUp.abort();
    // What ignores its signal must not hold anybody; a second is plenty for what does not.
    await this.settle(1000);
    await this.#options.spool.trim();
    const { pending } = this;
    for (let left = 0; left < pending; left += 1)
      this.#tally.notUploaded(REASON_WORDS['time-out']);
    return this.summary;
  }

  #refusal(hash: string): PutOutcome | undefined {
    if (this.isReadOnly) return 'refused';
    return this.#known.has(hash) && !this.#damaged.has(hash)
      ? 'exists'
      : undefined;
  }

  /** Those that had to wait for their turn may find that there is nobody to ask any more. */
  #find(hash: string): Promise<FoundEntry> {
    const signal = AbortSignal.timeout(this.#limits.lookUpMs);
    return this.#lookUps.run(async () => {
      if (this.#breaker.openBecause !== undefined) return switchedOff;
      const found = await this.#options.entries.find(hash, { signal });
      if (found.status !== 'trouble') this.#breaker.answered();
      return found;
    });
  }

  /** One download for all that ask for the same bytes. */
  #bring(
    hash: string,
    found: FoundEntry & { readonly status: 'found' },
  ): Promise<string | undefined> {
    const { digest } = found.entry;
    const download =
      this.#fetching.get(digest) ??
      this.#downloads
        .run(() => this.#download(hash, found))
        .finally(() => this.#fetching.delete(digest));
    this.#fetching.set(digest, download);
    return download;
  }

  async #download(
    hash: string,
    found: FoundEntry & { readonly status: 'found' },
  ): Promise<string | undefined> {
    const { spool } = this.#options;
    const here = await spool.find(found.entry);
    if (here !== undefined) return here;
    const temporary = await spool.temporary();
    const signal = AbortSignal.timeout(this.#limits.downloadMs);
    const outcome = await found.fetch(temporary, { signal });
    if (outcome.status !== 'fetched') {
      this.#missed(outcome, hash);
      return;
    }
    this.#tally.downloadedBytes += found.entry.sizeBytes;
    return spool.keep(temporary, found.entry);
  }

  async #upload(hash: string, file: EntryFile): Promise<void> {
    const { spool } = this.#options;
    try {
      const because = this.#breaker.openBecause;
      if (because !== undefined) {
        this.#tally.notUploaded(because);
        return;
      }
      const outcome = await this.#options.entries.publish(hash, file, {
        signal: this.#giveUp.signal,
        repairs: this.#damaged.has(hash),
      });
      if (outcome.status === 'trouble') {
        this.#judge(outcome);
        this.#tally.notUploaded(REASON_WORDS[outcome.reason]);
        return;
      }
      this.#breaker.answered();
      this.#damaged.delete(hash);
      if (outcome.status === 'exists') this.#tally.alreadyThere += 1;
      else {
        this.#tally.uploaded += 1;
        this.#tally.uploadedBytes += file.sizeBytes;
      }
    } finally {
      spool.unpin(file);
    }
  }

  #missed(
    outcome:
      | Exclude<FoundEntry, { readonly status: 'found' | 'absent' }>
      | { readonly status: 'unwritable'; readonly message: string },
    hash?: string,
  ): undefined {
    switch (outcome.status) {
      case 'damaged':
        if (hash !== undefined) this.#damaged.add(hash);
        this.#tally.notFetched('damaged in the store');
        break;
      case 'unwritable':
        this.#tally.notFetched(`this disk: ${outcome.message}`);
        break;
      case 'trouble':
        if (outcome !== switchedOff) this.#judge(outcome);
        this.#tally.notFetched(
          outcome === switchedOff
            ? 'the store was given up'
            : REASON_WORDS[outcome.reason],
        );
    }
    return undefined;
  }

  #judge({ reason }: BucketTrouble): void {
    if (OF_ONE_ENTRY.includes(reason)) this.#breaker.answered();
    else this.#breaker.failed(REASON_WORDS[reason], FINAL.includes(reason));
  }
}

const timedOut: BucketTrouble = {
  status: 'trouble',
  reason: 'time-out',
  message: 'The store did not answer in time.',
};

const switchedOff: BucketTrouble = {
  status: 'trouble',
  reason: 'unreachable',
  message: 'The store was given up.',
};

/** The value, or nothing when it does not come in time. The work goes on. */
async function within<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
