/**
 * Packs in memory for as long as somebody takes files out of them. Each is read once for all who want it at the same
 * time; how much is held is bounded, whatever the number of entries.
 */
import type { Digest, RemoteCall } from '../store.js';
import type { Bucket } from './bucket.js';
import { MemorySink } from './byte-sinks.js';
import { MAX_PACK_BYTES } from './layout.js';
import { readObject, type ReadingOutcome } from './object-reader.js';
import { Lanes } from '../sharing/lanes.js';
import type { StoredObject } from './stored-manifest.js';
import { wire } from './trouble.js';

/** The plain bytes of a pack, or why there are none. */
export type PackOutcome =
  | { readonly status: 'read'; readonly bytes: Buffer }
  | Exclude<ReadingOutcome, { readonly status: 'read' }>;

/** What is asked for. */
export interface PackRequest {
  /** Of the object. */
  readonly name: string;
  readonly object: StoredObject;
  /** The file that will be taken out. */
  readonly digest: Digest;
  readonly call: RemoteCall;
}

interface HeldPack {
  readonly outcome: Promise<PackOutcome>;
  readonly sizeBytes: number;
  /** Files that nobody took yet; when all were taken, nobody is expected any more. */
  readonly left: Set<Digest>;
}

/** Read at the same time. */
const PARALLEL_PACKS = 4;
/** Eight of the largest: more restores at once of folders with thousands of files read some packs twice. */
const HELD_BYTES = 8 * MAX_PACK_BYTES;

/** The packs of one bucket. */
export class PackReader {
  readonly #bucket: Bucket;
  readonly #lanes = new Lanes(PARALLEL_PACKS);
  /** Least recently used first. */
  readonly #held = new Map<string, HeldPack>();
  #heldBytes = 0;

  constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }

  async read(request: PackRequest): Promise<PackOutcome> {
    for (;;) {
      const outcome = await this.#join(request);
      // Somebody else's call was given up, not ours.
      const isForeign =
        outcome.status === 'trouble' &&
        outcome.reason === 'aborted' &&
        request.call.signal?.aborted !== true;
      if (!isForeign) return outcome;
    }
  }

  async #join(request: PackRequest): Promise<PackOutcome> {
    const { name, object, digest } = request;
    const pack = this.#held.get(name) ?? this.#begin(request);
    this.#release(name);
    this.#hold(name, pack);
    const outcome = await pack.outcome;
    pack.left.delete(digest);
    const isOver = outcome.status !== 'read' || pack.left.size === 0;
    if (isOver && this.#held.get(name) === pack) this.#release(name);
    return outcome.status === 'read' &&
      outcome.bytes.length !== object.sizeBytes
      ? { status: 'damaged', message: `${name} has another size` }
      : outcome;
  }

  #begin({ name, object, call }: PackRequest): HeldPack {
    const outcome = this.#lanes.run(async (): Promise<PackOutcome> => {
      const sink = new MemorySink(object.sizeBytes);
      const read = await readObject(this.#bucket, {
        name,
        object,
        sink,
        ...wire(call),
      });
      return read.status === 'read'
        ? { status: 'read', bytes: sink.bytes }
        : read;
    });
    const left = new Set(object.files?.map(([digest]) => digest));
    return { outcome, sizeBytes: object.sizeBytes, left };
  }

  #hold(name: string, pack: HeldPack): void {
    this.#held.set(name, pack);
    this.#heldBytes += pack.sizeBytes;
    for (const oldest of this.#held.keys()) {
      if (this.#heldBytes <= HELD_BYTES || oldest === name) break;
      this.#release(oldest);
    }
  }

  #release(name: string): void {
    this.#heldBytes -= this.#held.get(name)?.sizeBytes ?? 0;
    this.#held.delete(name);
  }
}
