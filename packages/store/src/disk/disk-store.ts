/**
 * The store on local disk: blobs first, manifest last. Safe to use by several processes at once. Nothing is
 * synced: after a power cut blobs and manifests may be empty or cut, and since every byte is hashed before it is
 * used, that is a miss. Puts blobs, manifests, restoring and cleaning up together, and turns trouble into outcomes.
 */
import { readFile, statfs } from 'node:fs/promises';
import { writeFileAtomically } from '../files/atomic-file.js';
import { DiskBlobs } from './blobs.js';
import { cleanUp } from './cleanup.js';
import { diskLayout, FORMAT, type DiskLayout } from './layout.js';
import { DiskManifests } from './manifests.js';
import { addUsage, isCleanUpDue, resetUsage } from './usage.js';
import {
  describeIoError,
  ioErrorCode,
  unlessIoError,
} from '../files/io-error.js';
import { makeFolder } from '../files/make-folder.js';
import {
  isSha256,
  parseManifest,
  problemOfProducts,
} from '../products/manifest.js';
import { mapParallel, PARALLEL_FILES } from '../files/parallel.js';
import { restoreProducts } from '../products/restore.js';
import type {
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
   * most 10 GB, as for Nx's own cache.
   */
  readonly maxSizeBytes?: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Told once for each different trouble that made a look-up a miss. */
  readonly onWarning?: (message: string) => void;
  /** For tests: awaited after each change on disk, named after it. */
  readonly checkpoint?: (name: string) => Promise<void>;
}

/** The store on local disk. Touches nothing until it is used. */
export function openDiskStore(options: DiskStoreOptions): Store {
  return new DiskStore(options);
}

const MAX_DEFAULT_BYTES = 10_000_000_000;

class DiskStore implements Store {
  readonly #layout: DiskLayout;
  readonly #now: () => number;
  readonly #checkpoint: (name: string) => Promise<void>;
  readonly #blobs: DiskBlobs;
  readonly #manifests: DiskManifests;
  readonly #onWarning: (message: string) => void;
  readonly #warned = new Set<string>();
  #maxSizeBytes: number | undefined;

  constructor(options: DiskStoreOptions) {
    this.#layout = diskLayout(options.root);
    this.#now = options.now ?? Date.now;
    this.#checkpoint = options.checkpoint ?? (() => Promise.resolve());
    this.#onWarning = options.onWarning ?? (() => undefined);
    this.#maxSizeBytes = options.maxSizeBytes;
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
      const format = await this.#readFormat();
      if (format === undefined) return undefined;
      if (format !== FORMAT) {
        this.#warn(`${this.#foreignFormat()}.`);
        return undefined;
      }
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
      const put = await this.#blobs.put(file, source);
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
      origin: 'disk',
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

  /** Makes the store when there is none; says why it can't be used. */
  async #prepare(): Promise<string | undefined> {
    const { meta, temporary, format, usage } = this.#layout;
    const found = await this.#readFormat();
    if (found !== undefined && found !== FORMAT) return this.#foreignFormat();
    await makeFolder(temporary);
    if (found === undefined) {
      await makeFolder(meta);
      await resetUsage(usage, 0, this.#now());
      await writeFileAtomically(format, FORMAT);
    }
    return undefined;
  }

  #foreignFormat(): string {
    return `${this.#layout.root} was made by another version of nx-notebook, or is damaged; move it away or choose another folder`;
  }

  async #account(bytes: number, limit: number): Promise<void> {
    const estimate = await addUsage(this.#layout.usage, bytes);
    if (!isCleanUpDue(estimate, limit, this.#now())) return;
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

async function defaultLimit(root: string): Promise<number> {
  await unlessIoError(makeFolder(root));
  const disk = await unlessIoError(statfs(root));
  return disk === undefined
    ? MAX_DEFAULT_BYTES
    : Math.min(MAX_DEFAULT_BYTES, (disk.blocks * disk.bsize) / 10);
}

function problemOfRequest(
  { key, products }: SaveRequest,
  limit: number,
): string | undefined {
  if (!isSha256(key)) return `\`${key}\` is not a sha256 key`;
  for (const { name, entry } of products) {
    if (name !== entry.name) return `product \`${name}\` has another's entry`;
  }
  const bytes = products.reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
  if (bytes > limit) {
    return `its products have ${inMegabytes(bytes)}, and the whole local store is limited to ${inMegabytes(limit)}; raise the limit`;
  }
  return problemOfProducts(products.map((product) => product.entry));
}

function inMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function failed(message: string): SaveOutcome {
  return { status: 'failed', message };
}
