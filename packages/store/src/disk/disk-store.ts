/**
 * The store on local disk: blobs first, manifest last. Safe to use by several processes at once. Nothing is
 * synced: after a power cut blobs and manifests may be empty or cut, and since every byte is hashed before it is
 * used, that is a miss. Puts blobs, manifests, restoring and cleaning up together, and turns trouble into outcomes.
 */
import { readFile } from 'node:fs/promises';
import { writeFileAtomically } from '../files/atomic-file.js';
import { DiskBlobs } from './blobs.js';
import { cleanUp } from './cleanup.js';
import { defaultLimit } from './default-limit.js';
import { diskLayout, FORMAT, type DiskLayout } from './layout.js';
import { DiskManifests } from './manifests.js';
import { problemOfRequest } from './request-problem.js';
import {
  addUsage,
  appendUsage,
  isCleanUpDue,
  resetUsage,
  roomIn,
} from './usage.js';
import {
  describeIoError,
  ioErrorCode,
  unlessIoError,
} from '../files/io-error.js';
import { ensureFolder, makeFolder } from '../files/make-folder.js';
import { isSha256, parseManifest } from '../products/manifest.js';
import { mapParallel, PARALLEL_FILES } from '../files/parallel.js';
import { restoreProducts } from '../products/restore.js';
import type {
  BlobSource,
  FetchOutcome,
  FileEntry,
  Hit,
  Manifest,
  SaveOutcome,
  SaveRequest,
  Store,
} from '../store.js';

/** Settings of the store on local disk. */
export interface DiskStoreOptions {
  /** Absolute path; created by the first save. */
  readonly root: string;
  /**
   * Above it, a save is followed by a clean-up of what was used least recently. Default: a tenth of the disk, at
   * most 10 GB, as for Nx's own cache. Infinity: nobody cleans up here.
   */
  readonly maxSizeBytes?: number;
  /** What hits say they come from. Default: `disk`. */
  readonly origin?: string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Told once for each different trouble that made a look-up a miss. */
  readonly onWarning?: (message: string) => void;
  /** For tests: awaited after each change on disk, named after it. */
  readonly checkpoint?: (name: string) => Promise<void>;
}

/** The store on local disk, as the one in front of a shared store. */
export interface DiskStore extends Store {
  /** Keeps what another store has: fetches the blobs that are missing here, then publishes the manifest. Never rejects for I/O. */
  adopt(manifest: Manifest, blobs: BlobSource): Promise<AdoptOutcome>;
  /** A copy of a file's bytes that nobody writes to, for a while; nothing when there is none. */
  copyOf(file: FileEntry): Promise<string | undefined>;
}

/** Whether another store's entry is here now. */
export type AdoptOutcome =
  /** Or somebody else's entry of this key, which came first. */
  | { readonly status: 'adopted'; readonly hit: Hit }
  /** The other store does not have what its manifest says. */
  | { readonly status: 'damaged'; readonly message: string }
  | { readonly status: 'unwritable'; readonly message: string };

/** The store on local disk. Touches nothing until it is used. */
export function openDiskStore(options: DiskStoreOptions): DiskStore {
  return new FolderOfBlobs(options);
}

/** Half of the time for which a clean-up leaves a blob alone that no manifest names yet. */
const SLOW_ADOPTION_MS = 300_000;

class FolderOfBlobs implements DiskStore {
  readonly #layout: DiskLayout;
  readonly #now: () => number;
  readonly #checkpoint: (name: string) => Promise<void>;
  readonly #blobs: DiskBlobs;
  readonly #manifests: DiskManifests;
  readonly #onWarning: (message: string) => void;
  readonly #warned = new Set<string>();
  readonly #origin: string;
  #maxSizeBytes: number | undefined;
  /** The store was there and of this version when we looked. */
  #isReady = false;
  /** May be added before the size of the store is looked at again. */
  #roomBytes = 0;

  constructor(options: DiskStoreOptions) {
    this.#layout = diskLayout(options.root);
    this.#now = options.now ?? Date.now;
    this.#checkpoint = options.checkpoint ?? (() => Promise.resolve());
    this.#onWarning = options.onWarning ?? (() => undefined);
    this.#maxSizeBytes = options.maxSizeBytes;
    this.#origin = options.origin ?? 'disk';
    const parts = {
      layout: this.#layout,
      now: this.#now,
      checkpoint: this.#checkpoint,
    };
    this.#blobs = new DiskBlobs(parts);
    this.#manifests = new DiskManifests(this.#layout, this.#checkpoint);
  }

  async find(key: string): Promise<Hit | undefined> {
    if (!isSha256(key)) return undefined;
    try {
      if (!(await this.#isReadable())) return undefined;
      const manifest = await this.#findComplete(key);
      if (manifest === undefined) return undefined;
      await this.#manifests.touch(key, this.#now());
      return this.#hit(manifest);
    } catch (error) {
      const why = describeIoError(error);
      this.#warn(`${this.#layout.root} can't be read: ${why}.`);
      return undefined;
    }
  }

  async save(request: SaveRequest): Promise<SaveOutcome> {
    const limit = await this.#limit();
    const problem = problemOfRequest(request, limit);
    if (problem !== undefined) return failed(`Not stored: ${problem}.`);
    try {
      const refusal = await this.#prepare();
      if (refusal !== undefined) return failed(`Not stored: ${refusal}.`);
      return await this.#saveBlobsThenManifest(request, limit);
    } catch (error) {
      const why = describeIoError(error);
      const { root } = this.#layout;
      return failed(`Not stored: ${root} can't be written: ${why}.`);
    }
  }

  async adopt(manifest: Manifest, blobs: BlobSource): Promise<AdoptOutcome> {
    const { key, products } = manifest;
    const limit = await this.#limit();
    const problem = problemOfRequest(
      { key, products: products.map((entry) => ({ entry, name: entry.name })) },
      limit,
    );
    if (problem !== undefined) return unwritable(problem);
    try {
      const refusal = await this.#prepare();
      if (refusal !== undefined) return unwritable(refusal);
      return await this.#adoptBlobsThenManifest(manifest, blobs, limit);
    } catch (error) {
      const why = describeIoError(error);
      return unwritable(`${this.#layout.root} can't be written: ${why}`);
    }
  }

  async copyOf(file: FileEntry): Promise<string | undefined> {
    return unlessIoError(this.#blobs.pathOf(file));
  }

  async #adoptBlobsThenManifest(
    { key, products, provenance }: Manifest,
    blobs: BlobSource,
    limit: number,
  ): Promise<AdoptOutcome> {
    const files = products.flatMap((product) => product.files);
    const failure = await this.#adoptBlobs(files, blobs);
    if (failure !== undefined) return failure;
    const text = `${JSON.stringify({ version: 1, key, products, provenance })}\n`;
    const isOurs = await this.#manifests.publish(key, text, () =>
      this.#isHit(key),
    );
    const bytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    await this.#account(bytes + text.length, limit);
    const kept = isOurs
      ? parseManifest(text, key)
      : await this.#findComplete(key);
    return kept === undefined
      ? unwritable('another process is busy with the same entry')
      : { status: 'adopted', hit: this.#hit(kept) };
  }

  async #adoptBlobs(
    files: readonly FileEntry[],
    blobs: BlobSource,
  ): Promise<Exclude<FetchOutcome, { status: 'fetched' }> | undefined> {
    const startedAt = this.#now();
    let failure: Exclude<FetchOutcome, { status: 'fetched' }> | undefined;
    const adopt = async (file: FileEntry): Promise<void> => {
      if (failure !== undefined) return;
      const outcome = await this.#blobs.adopt(file, blobs);
      if (outcome.status !== 'fetched') failure = outcome;
    };
    await mapParallel(files, PARALLEL_FILES, adopt);
    // A clean-up may have taken the first ones by now; the others are made young again.
    if (failure === undefined && this.#now() - startedAt > SLOW_ADOPTION_MS) {
      await mapParallel(files, PARALLEL_FILES, adopt);
    }
    return failure;
  }

  async #saveBlobsThenManifest(
    request: SaveRequest,
    limit: number,
  ): Promise<SaveOutcome> {
    const { key, provenance } = request;
    const before = await this.#findComplete(key);
    if (before !== undefined) return { status: 'exists', manifest: before };

    const products = request.products.map((product) => product.entry);
    const text = `${JSON.stringify({ version: 1, key, products, provenance })}\n`;
    const written = await this.#putBlobs(request);
    if ('problem' in written) return failed(`Not stored: ${written.problem}.`);

    const isOurs = await this.#manifests.publish(key, text, () =>
      this.#isHit(key),
    );
    await this.#account(written.bytes + text.length, limit);
    const manifest = isOurs
      ? parseManifest(text, key)
      : await this.#findComplete(key);
    if (manifest === undefined) {
      return failed('Not stored: another process is busy with the same entry.');
    }
    return { status: isOurs ? 'saved' : 'exists', manifest };
  }

  async #putBlobs(
    request: SaveRequest,
  ): Promise<{ readonly bytes: number } | { readonly problem: string }> {
    const files = request.products.flatMap(({ path, entry }) =>
      entry.files.map((file) => ({
        file,
        source: file.path === '' ? path : `${path}/${file.path}`,
      })),
    );
    let bytes = 0;
    const problems: string[] = [];
    await mapParallel(files, PARALLEL_FILES, async ({ file, source }) => {
      if (problems.length > 0) return;
      const copy = await request.copyOf?.(file);
      const put = await this.#blobs.put(file, copy ?? source);
      if (put.status === 'refused') problems.push(put.message);
      if (put.status === 'written') bytes += file.sizeBytes;
    });
    const [problem] = problems;
    return problem === undefined ? { bytes } : { problem };
  }

  /** Nothing unless every blob is there. */
  async #findComplete(key: string): Promise<Manifest | undefined> {
    const manifest = await this.#manifests.read(key);
    if (manifest === undefined) return undefined;
    const files = manifest.products.flatMap((product) => product.files);
    const present = await mapParallel(files, PARALLEL_FILES, (file) =>
      this.#blobs.has(file),
    );
    return present.every(Boolean) ? manifest : undefined;
  }

  async #isHit(key: string): Promise<boolean> {
    return (await this.#findComplete(key)) !== undefined;
  }

  #hit(manifest: Manifest): Hit {
    return {
      manifest,
      origin: this.#origin,
      blobs: this.#blobs,
      restore: (targets) =>
        restoreProducts({
          manifest,
          targets,
          blobs: this.#blobs,
          now: this.#now,
          checkpoint: this.#checkpoint,
        }),
    };
  }

  /** Nothing when there is no store yet, or its maker was cut off while it wrote this file. */
  async #readFormat(): Promise<string | undefined> {
    try {
      const text = await readFile(this.#layout.format, 'utf8');
      const isCut = text !== FORMAT && FORMAT.startsWith(text);
      return isCut ? undefined : text;
    } catch (error) {
      if (ioErrorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  async #isReadable(): Promise<boolean> {
    if (this.#isReady) return true;
    const format = await this.#readFormat();
    if (format !== undefined && format !== FORMAT) {
      this.#warn(`${this.#foreignFormat()}.`);
    }
    return format === FORMAT;
  }

  /** Makes the store when there is none; says why it can't be used. */
  async #prepare(): Promise<string | undefined> {
    const { meta, temporary, format, usage } = this.#layout;
    // Whoever removes the store removes this folder too.
    const isThere =
      this.#isReady && (await ensureFolder(temporary)).length === 0;
    if (isThere) return undefined;
    const found = await this.#readFormat();
    if (found !== undefined && found !== FORMAT) return this.#foreignFormat();
    await makeFolder(temporary);
    if (found === undefined) {
      await makeFolder(meta);
      await resetUsage(usage, 0, this.#now());
      await writeFileAtomically(format, FORMAT);
    }
    this.#isReady = true;
    return undefined;
  }

  #foreignFormat(): string {
    return `${this.#layout.root} was made by another version of nx-notebook, or is damaged; move it away or choose another folder`;
  }

  async #account(bytes: number, limit: number): Promise<void> {
    if (limit === Infinity) return;
    const { usage } = this.#layout;
    if (this.#roomBytes >= bytes) {
      this.#roomBytes -= bytes;
      return appendUsage(usage, bytes);
    }
    const estimate = await addUsage(usage, bytes);
    if (!isCleanUpDue(estimate, limit, this.#now())) {
      this.#roomBytes = roomIn(estimate, limit);
      return;
    }
    await unlessIoError(
      cleanUp({
        layout: this.#layout,
        maxSizeBytes: limit,
        now: this.#now,
        checkpoint: this.#checkpoint,
      }),
    );
  }

  async #limit(): Promise<number> {
    this.#maxSizeBytes ??= await defaultLimit(this.#layout.root);
    return this.#maxSizeBytes;
  }

  #warn(message: string): void {
    if (!this.#warned.has(message)) this.#onWarning(message);
    this.#warned.add(message);
  }
}

function unwritable(message: string): AdoptOutcome {
  return { status: 'unwritable', message };
}

function failed(message: string): SaveOutcome {
  return { status: 'failed', message };
}
