/**
 * Looking through a whole shared store: how much lies in it, and whether every entry that a run could read is what it
 * claims. Needs the right to list, which no run needs. One manifest and a few objects are in memory at a time.
 */
import { createHash, type Hash } from 'node:crypto';
import { mapParallel } from '../files/parallel.js';
import { readRoots } from '../sharing/generations.js';
import type { StoreScope } from '../sharing/scope.js';
import type { Verifier } from '../sharing/signature.js';
import type { Bucket, BucketTrouble } from './bucket.js';
import { objectName } from './layout.js';
import { readObject, type ByteSink } from './object-reader.js';
import { RemoteManifests } from './remote-manifests.js';
import type { StoredObject } from './stored-manifest.js';

/** What is looked at. */
export interface InventoryOptions {
  readonly bucket: Bucket;
  /** Whose readable folders: `t/` in its two generations, and the scope's own. */
  readonly scope?: StoreScope;
  readonly signal?: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** What lies in one folder. */
export interface S3FolderStat {
  /** Such as `t/g2026-11`. */
  readonly folder: string;
  readonly manifests: number;
  readonly blobs: number;
  readonly sizeBytes: number;
}

/** Contents by folder, or why they can't be listed. */
export type S3StoreStat =
  | { readonly status: 'listed'; readonly folders: readonly S3FolderStat[] }
  | BucketTrouble;

/** What was read so far. */
export interface VerificationProgress {
  readonly manifests: number;
  readonly blobs: number;
  /** Of plain bytes. */
  readonly bytes: number;
}

/** An entry that does not count, or an object that makes it so. */
export interface DamagedEntry {
  readonly name: string;
  readonly message: string;
}

/** What a verification found. */
export type S3StoreVerification =
  | (VerificationProgress & {
      readonly status: 'verified';
      /** The first thousand. */
      readonly damaged: readonly DamagedEntry[];
      readonly damagedCount: number;
    })
  | BucketTrouble;

/** Names kept, so that shared objects are read once; beyond, some are read again. */
const MAX_NAMES = 200_000;
const MAX_DAMAGED = 1000;
/** Objects of one entry that are read at the same time. */
const PARALLEL_READS = 4;
const MANIFEST = /\/ac\/[0-9a-f]{2}\/([0-9a-f]{64})\.json$/;

/** Counts what lies in the readable folders. Never rejects for the network. */
export async function statS3Store({
  bucket,
  scope,
  signal,
  now = Date.now,
}: InventoryOptions): Promise<S3StoreStat> {
  const folders: S3FolderStat[] = [];
  for (const folder of readRoots(scope, now())) {
    let [manifests, blobs, sizeBytes] = [0, 0, 0];
    for await (const page of bucket.list(`${folder}/`, signal && { signal })) {
      if (page.status === 'trouble') return page;
      for (const object of page.objects) {
        const isBlob = object.name.startsWith(`${folder}/cas/`);
        if (isBlob) blobs += 1;
        else if (MANIFEST.test(object.name)) manifests += 1;
        sizeBytes += object.sizeBytes;
      }
    }
    folders.push({ folder, manifests, blobs, sizeBytes });
  }
  return { status: 'listed', folders };
}

/** Reads and hashes everything that entries in the readable folders lead to. Never rejects for the network. */
export async function verifyS3Store(
  options: InventoryOptions & {
    /** As for the runs: what it refuses counts as damaged. */
    readonly verifier?: Verifier;
    /** Told after each entry. */
    readonly onProgress?: (progress: VerificationProgress) => void;
  },
): Promise<S3StoreVerification> {
  const { bucket, scope, signal, verifier, now = Date.now } = options;
  const verification = new Verification(bucket, verifier, signal);
  for (const folder of readRoots(scope, now())) {
    const pages = bucket.list(`${folder}/ac/`, signal && { signal });
    for await (const page of pages) {
      if (page.status === 'trouble') return page;
      for (const { name } of page.objects) {
        const key = MANIFEST.exec(name)?.[1];
        if (key === undefined) continue;
        const trouble = await verification.verify(folder, name, key);
        if (trouble !== undefined) return trouble;
        options.onProgress?.(verification.progress());
      }
    }
  }
  return verification.result();
}

class Verification {
  readonly #bucket: Bucket;
  readonly #signal: AbortSignal | undefined;
  readonly #manifests: RemoteManifests;
  /** Objects that were read, as single files or as these packs. */
  readonly #sound = new Set<string>();
  readonly #damaged: DamagedEntry[] = [];
  #damagedCount = 0;
  #manifestCount = 0;
  #blobs = 0;
  #bytes = 0;

  constructor(
    bucket: Bucket,
    verifier: Verifier | undefined,
    signal: AbortSignal | undefined,
  ) {
    this.#bucket = bucket;
    this.#signal = signal;
    const damaged = new Set<string>();
    this.#manifests = new RemoteManifests({ bucket, verifier, damaged });
  }

  progress(): VerificationProgress {
    return {
      manifests: this.#manifestCount,
      blobs: this.#blobs,
      bytes: this.#bytes,
    };
  }

  result(): S3StoreVerification {
    return {
      status: 'verified',
      ...this.progress(),
      damaged: this.#damaged,
      damagedCount: this.#damagedCount,
    };
  }

  /** One entry; only trouble with the server ends the whole. */
  async verify(
    root: string,
    name: string,
    key: string,
  ): Promise<BucketTrouble | undefined> {
    const call = this.#signal === undefined ? {} : { signal: this.#signal };
    const read = await this.#manifests.read({ root, key, call });
    if (read.status === 'trouble') return read;
    // Deleted since it was listed.
    if (read.status === 'absent') return undefined;
    this.#manifestCount += 1;
    if (read.status === 'refused') {
      this.#add(name, read.message);
      return undefined;
    }
    const troubles: BucketTrouble[] = [];
    const { objects } = read.stored;
    await mapParallel(objects, PARALLEL_READS, async (object) => {
      if (troubles.length > 0) return;
      const trouble = await this.#verifyObject(root, object, name);
      if (trouble !== undefined) troubles.push(trouble);
    });
    return troubles[0];
  }

  async #verifyObject(
    root: string,
    object: StoredObject,
    manifest: string,
  ): Promise<BucketTrouble | undefined> {
    const name = objectName(root, object);
    const sink = new HashingSink(object);
    const identity = `${name} ${sink.expected}`;
    if (this.#sound.has(identity)) return undefined;
    const outcome = await readObject(this.#bucket, {
      name,
      object,
      sink,
      ...(this.#signal && { signal: this.#signal }),
    });
    if (outcome.status === 'trouble') return outcome;
    if (outcome.status !== 'read') this.#add(manifest, outcome.message);
    else if (!sink.isRight()) {
      this.#add(manifest, `${name} has other files than its entry says`);
    } else {
      if (this.#sound.size < MAX_NAMES) this.#sound.add(identity);
      this.#blobs += 1;
      this.#bytes += object.sizeBytes;
    }
    return undefined;
  }

  #add(name: string, message: string): void {
    this.#damagedCount += 1;
    if (this.#damaged.length < MAX_DAMAGED) {
      this.#damaged.push({ name, message });
    }
  }
}

/** Hashes the files of a pack one after the other; of a single file the reader does. Keeps no bytes. */
class HashingSink implements ByteSink {
  readonly #files: readonly (readonly [string, number])[];
  /** Over all files: what a manifest says of them. */
  readonly expected: string;
  #hash: Hash = createHash('sha256');
  #index = 0;
  #left = 0;
  #isRight = true;

  constructor({ files = [] }: StoredObject) {
    this.#files = files;
    this.expected = createHash('sha256')
      .update(JSON.stringify(files))
      .digest('hex');
  }

  reset(): Promise<void> {
    this.#index = -1;
    this.#isRight = true;
    this.#next();
    return Promise.resolve();
  }

  write(chunk: Buffer): Promise<void> {
    let rest = chunk;
    while (rest.length > 0 && this.#index < this.#files.length) {
      const part = rest.subarray(0, this.#left);
      this.#hash.update(part);
      this.#left -= part.length;
      rest = rest.subarray(part.length);
      if (this.#left === 0) {
        const [digest] = this.#files[this.#index] ?? [];
        if (this.#hash.digest('hex') !== digest) this.#isRight = false;
        this.#next();
      }
    }
    return Promise.resolve();
  }

  isRight(): boolean {
    return this.#isRight;
  }

  #next(): void {
    this.#index += 1;
    this.#left = this.#files[this.#index]?.[1] ?? 0;
    this.#hash = createHash('sha256');
  }
}
