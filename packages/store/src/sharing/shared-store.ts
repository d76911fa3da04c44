/**
 * The store on this disk with the team's store behind it. Reading: the disk first, then the remote store, whose small
 * entries are kept on disk before they are restored. Writing: the disk at once, the remote store in the background. Any
 * trouble with the remote store is a miss or a result that stays here, counted and told at the end.
 */
import type { DiskStore } from '../disk/disk-store.js';
import { sizeOfProducts } from '../products/manifest.js';
import { restoreProducts } from '../products/restore.js';
import type {
  FinishOptions,
  Hit,
  Manifest,
  ProductLocation,
  RemoteStore,
  RestoreOutcome,
  SaveOutcome,
  SaveRequest,
  SharedStore,
  SharingSummary,
} from '../store.js';
import { Lanes } from './lanes.js';
import { ReadAheadBudget } from './read-ahead-budget.js';
import {
  RemoteCalls,
  type RemoteHit,
  type RemoteLimits,
} from './remote-calls.js';
import { Tally } from './tally.js';
import { Uploads } from './uploads.js';

/** What a shared store is made of. */
export interface SharedStoreOptions {
  readonly local: DiskStore;
  /** For people: `s3://bucket/prefix`, `/mnt/share`. */
  readonly label: string;
  /** Opens the remote store, when something is first asked of it. */
  readonly openRemote: () => Promise<RemoteStore>;
  readonly access: 'read' | 'read-write';
  /** Aborts when the run is cancelled: nothing is read or written any more. */
  readonly signal: AbortSignal;
  /** A sentence for those who only read because nobody decided about it. */
  readonly howToShare?: string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Other bounds than the usual ones, for tests. */
  readonly limits?: Partial<RemoteLimits> & { readonly tickMs?: number };
}

/** Silence for this long ends a look-up, and the use of the remote store. */
const LIMITS: RemoteLimits = {
  silenceMs: 10_000,
  slowAfterMs: 30_000,
  minBytesPerSecond: 50_000,
  failuresToOff: 3,
};
const TICK_MS = 1000;
/** Up to here, an entry is worth the second copy before it is restored: it comes while others run. */
const SMALL_ENTRY_BYTES = 16_000_000;
const FETCHES_AT_ONCE = 16;

/** Opens the store; nothing is asked before it is used. */
export function openSharedStore(options: SharedStoreOptions): SharedStore {
  return new DiskBeforeRemote(options);
}

/** One entry on its way here. */
interface Flight {
  readonly manifest: Promise<Manifest | undefined>;
  /** Brings the entry; the same promise for everybody. */
  readonly hit: () => Promise<Hit | undefined>;
}

class DiskBeforeRemote implements SharedStore {
  readonly #options: SharedStoreOptions;
  readonly #tally = new Tally();
  readonly #reading = new AbortController();
  readonly #calls: RemoteCalls;
  readonly #uploads: Uploads;
  readonly #fetches = new Lanes(FETCHES_AT_ONCE);
  readonly #ahead = new ReadAheadBudget();
  readonly #flights = new Map<string, Flight>();
  readonly #absent = new Set<string>();
  /** Keys that the remote store has for sure. */
  readonly #there = new Set<string>();
  /** Where entries came from that were brought ahead and not asked for yet. */
  readonly #origins = new Map<string, string>();
  readonly #keeping = new Set<Promise<unknown>>();

  constructor(options: SharedStoreOptions) {
    this.#options = options;
    const { label, openRemote, limits, now = Date.now } = options;
    this.#calls = new RemoteCalls({
      label,
      open: openRemote,
      limits: { ...LIMITS, ...limits },
      signal: AbortSignal.any([options.signal, this.#reading.signal]),
      tally: this.#tally,
      now,
    });
    this.#uploads = new Uploads({
      save: (request, signal) => this.#calls.save(request, signal),
      tally: this.#tally,
      isPointless: () => this.#calls.writingOff?.reason,
      tickMs: limits?.tickMs ?? TICK_MS,
    });
  }

  async find(key: string): Promise<Hit | undefined> {
    this.#ahead.used(key);
    const running = this.#flights.get(key);
    const local =
      running === undefined ? await this.#options.local.find(key) : undefined;
    const found = local ?? (await (running ?? this.#flight(key))?.hit());
    const origin = this.#origins.get(key) ?? found?.origin;
    this.#origins.delete(key);
    if (found === undefined || origin === undefined) return undefined;
    const hit = { ...found, origin };
    return local === undefined ? hit : this.#sharing(hit);
  }

  async expect(key: string): Promise<Manifest | undefined> {
    const running = this.#flights.get(key);
    if (running !== undefined) return running.manifest;
    const local = await this.#options.local.find(key);
    if (local !== undefined) return local.manifest;
    const flight = this.#flight(key);
    const manifest = await flight?.manifest;
    if (flight === undefined || manifest === undefined) return undefined;
    const bytes = sizeOfProducts(manifest.products);
    if (bytes <= SMALL_ENTRY_BYTES) this.#ahead.bring(key, bytes, flight.hit);
    return manifest;
  }

  async save(request: SaveRequest): Promise<SaveOutcome> {
    const { local, access } = this.#options;
    const outcome = await local.save(request);
    this.#absent.delete(request.key);
    if (access === 'read') {
      this.#tally.keptHere += 1;
      return outcome;
    }
    this.#there.add(request.key);
    // Somebody else's result counts where it came first.
    this.#uploads.add(
      outcome.status === 'failed'
        ? request
        : this.#fromDisk(outcome.manifest, request.products),
    );
    return outcome;
  }

  async finish(options: FinishOptions): Promise<SharingSummary> {
    // What was read ahead and not used is of no use any more.
    this.#ahead.stop();
    const signal = AbortSignal.any([options.signal, this.#options.signal]);
    await this.#uploads.finish({ ...options, signal });
    await Promise.race([Promise.all(this.#keeping), aborted(signal)]);
    this.#reading.abort();
    const { switchedOff, downloadedBytes } = this.#calls;
    const { label, howToShare } = this.#options;
    return this.#tally.summary({
      label,
      downloadedBytes,
      ...(switchedOff === undefined ? {} : { switchedOff }),
      ...(howToShare === undefined ? {} : { howToShare }),
    });
  }

  /**
   * A hit of this disk. The others may lack it: it was made before there was a shared store, or its upload failed.
   * Whoever restores it gives it to them.
   */
  #sharing(hit: Hit): Hit {
    if (this.#options.access === 'read') return hit;
    const { manifest } = hit;
    return {
      ...hit,
      restore: async (targets) => {
        const outcome = await hit.restore(targets);
        if (outcome.status === 'restored' && !this.#there.has(manifest.key)) {
          this.#there.add(manifest.key);
          const request = this.#fromDisk(manifest, targets);
          this.#uploads.add(request, async () => {
            const found = await this.#calls.find(manifest.key, Infinity);
            return found !== undefined;
          });
        }
        return outcome;
      },
    };
  }

  #fromDisk(
    { key, products, provenance }: Manifest,
    places: readonly ProductLocation[],
  ): SaveRequest {
    return {
      key,
      provenance,
      products: withPlaces(products, places),
      copyOf: (file) => this.#options.local.copyOf(file),
    };
  }

  /** Asks the remote store, once at a time; nothing when it said no before, or is not asked any more. */
  #flight(key: string): Flight | undefined {
    const running = this.#flights.get(key);
    if (running !== undefined) return running;
    if (this.#absent.has(key) || !this.#calls.isReadable) return undefined;
    this.#tally.asked += 1;
    const found = this.#calls.find(key, SMALL_ENTRY_BYTES).then((hit) => {
      if (hit === undefined) this.#forget(key);
      else {
        this.#tally.hits += 1;
        this.#there.add(key);
      }
      return hit;
    });
    let hit: Promise<Hit | undefined> | undefined;
    const flight: Flight = {
      manifest: found.then((remote) => remote?.manifest),
      hit: () => {
        hit ??= found
          .then((remote) => remote && this.#bring(remote))
          .finally(() => this.#flights.delete(key));
        return hit;
      },
    };
    this.#flights.set(key, flight);
    return flight;
  }

  #forget(key: string): void {
    this.#flights.delete(key);
    this.#absent.add(key);
    this.#there.delete(key);
  }

  /** Small entries come over the disk, large ones go straight to where they are restored. */
  async #bring(remote: RemoteHit): Promise<Hit | undefined> {
    const { manifest, origin } = remote;
    if (sizeOfProducts(manifest.products) > SMALL_ENTRY_BYTES)
      return this.#direct(remote, true);
    const { local } = this.#options;
    const adopted = await this.#fetches.run(() =>
      local.adopt(manifest, remote.blobs),
    );
    switch (adopted.status) {
      case 'adopted':
        this.#origins.set(manifest.key, origin);
        return { ...adopted.hit, origin };
      case 'unwritable':
        this.#tally.trouble({
          operation: 'restore',
          kind: 'local',
          reason: 'local store not writable',
          message: `The local store could not take results: ${adopted.message}.`,
        });
        return this.#direct(remote, false);
      case 'damaged':
        this.#forget(manifest.key);
        return undefined;
    }
  }

  #direct({ manifest, origin, blobs }: RemoteHit, keeps: boolean): Hit {
    return {
      manifest,
      origin,
      blobs,
      restore: async (targets): Promise<RestoreOutcome> => {
        const outcome = await restoreProducts({
          manifest,
          targets,
          blobs,
          now: this.#options.now ?? Date.now,
          checkpoint: () => Promise.resolve(),
        });
        if (outcome.status === 'restored' && keeps) {
          this.#keep(manifest, targets);
        }
        return outcome;
      },
    };
  }

  /** Copies what was just restored into the local store, in the background and without reading it twice. */
  #keep(manifest: Manifest, targets: readonly ProductLocation[]): void {
    // Where it has no room, the next run asks the remote store again.
    const kept = this.#options.local
      .save({ ...manifest, products: withPlaces(manifest.products, targets) })
      .finally(() => this.#keeping.delete(kept));
    this.#keeping.add(kept);
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function withPlaces(
  entries: Manifest['products'],
  places: readonly ProductLocation[],
): SaveRequest['products'] {
  return places.flatMap(({ name, path }) =>
    entries
      .filter((entry) => entry.name === name)
      .map((entry) => ({ name, path, entry })),
  );
}
