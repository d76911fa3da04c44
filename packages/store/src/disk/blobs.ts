/**
 * Blobs on disk: bytes by their digest. Written through a temporary file, trusted never: whoever reads one hashes
 * it. A damaged blob is removed when it is found, so that the next save brings it back.
 */
import { rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryName } from '../files/atomic-file.js';
import { FileCopier } from '../files/copy-file.js';
import type { DiskLayout } from './layout.js';
import {
  describeIoError,
  ioErrorCode,
  unlessIoError,
} from '../files/io-error.js';
import { renameIntoPlace } from '../files/make-folder.js';
import type { BlobSource, FetchOutcome, FileEntry } from '../store.js';

/** How a blob got into the store; rejects with the system's error when the store can't be written. */
export type PutOutcome =
  | { readonly status: 'written' | 'present' }
  | { readonly status: 'refused'; readonly message: string };

/** Blobs below one root. Safe to use from several processes. */
export class DiskBlobs implements BlobSource {
  readonly #layout: DiskLayout;
  readonly #now: () => number;
  readonly #checkpoint: (name: string) => Promise<void>;
  readonly #copier = new FileCopier();

  constructor(options: {
    readonly layout: DiskLayout;
    readonly now: () => number;
    readonly checkpoint: (name: string) => Promise<void>;
  }) {
    this.#layout = options.layout;
    this.#now = options.now;
    this.#checkpoint = options.checkpoint;
  }

  /** Whether a blob of this size is there; its bytes are checked by whoever reads them. */
  async has(file: FileEntry): Promise<boolean> {
    if (file.sizeBytes === 0) return true;
    const found = await unlessIoError(stat(this.#layout.blob(file.digest)));
    return found?.isFile() === true && found.size === file.sizeBytes;
  }

  /** Stores a file. Not read when the blob is there; else refused when its bytes are no longer those of the entry. */
  async put(file: FileEntry, source: string): Promise<PutOutcome> {
    if (file.sizeBytes === 0) return { status: 'present' };
    if (await this.#reuse(file)) return { status: 'present' };
    const temporary = join(this.#layout.temporary, temporaryName());
    const { sizeBytes } = file;
    let isPlaced = false;
    try {
      const copy = await this.#copier.copy({
        source,
        target: temporary,
        sizeBytes,
        executable: false,
      });
      if (copy.status === 'target-failed') throw copy.error;
      if (copy.status === 'source-failed') {
        const why = describeIoError(copy.error);
        return {
          status: 'refused',
          message: `${source} can't be read: ${why}`,
        };
      }
      if (copy.digest !== file.digest) {
        const message = `${source} changed after it was digested`;
        return { status: 'refused', message };
      }
      await this.#checkpoint('blob-written');
      await renameIntoPlace(temporary, this.#layout.blob(file.digest));
      isPlaced = true;
    } finally {
      if (!isPlaced) await rm(temporary, { force: true });
    }
    await this.#checkpoint('blob-placed');
    return { status: 'written' };
  }

  /** Takes a file from somewhere else, which verifies it. Nothing is fetched when the blob is there. */
  async adopt(file: FileEntry, from: BlobSource): Promise<FetchOutcome> {
    if (file.sizeBytes === 0 || (await this.#reuse(file))) {
      return { status: 'fetched' };
    }
    const temporary = join(this.#layout.temporary, temporaryName());
    let isPlaced = false;
    try {
      const plain = { ...file, executable: false };
      const fetched = await from.fetch(plain, temporary);
      if (fetched.status !== 'fetched') return fetched;
      await this.#checkpoint('blob-written');
      await renameIntoPlace(temporary, this.#layout.blob(file.digest));
      isPlaced = true;
    } finally {
      if (!isPlaced) await rm(temporary, { force: true });
    }
    await this.#checkpoint('blob-placed');
    return { status: 'fetched' };
  }

  /** Path of a blob that is there, made young so that no clean-up takes it soon; whoever reads it has to hash it. */
  async pathOf(file: FileEntry): Promise<string | undefined> {
    return file.sizeBytes > 0 && (await this.#reuse(file))
      ? this.#layout.blob(file.digest)
      : undefined;
  }

  /** Copies a blob to a path that must not exist, and verifies the copy. */
  async fetch(file: FileEntry, target: string): Promise<FetchOutcome> {
    const { digest, sizeBytes, executable } = file;
    if (sizeBytes === 0) return writeEmpty(target, executable);
    const source = this.#layout.blob(digest);
    const copy = await this.#copier.copy({ ...file, source, target });
    if (copy.status === 'target-failed') {
      return { status: 'unwritable', message: describeIoError(copy.error) };
    }
    if (copy.status === 'source-failed') {
      const why = describeIoError(copy.error);
      return { status: 'damaged', message: `blob ${digest}: ${why}` };
    }
    if (copy.digest === digest) return { status: 'fetched' };
    await unlessIoError(rm(source, { force: true }));
    const message = `blob ${digest} has other bytes than its name says`;
    return { status: 'damaged', message };
  }

  /**
   * Takes a blob that is there already and makes it young, so that a clean-up does not take it before the manifest
   * refers to it. False when there is none, or it can't be made young.
   */
  async #reuse(file: FileEntry): Promise<boolean> {
    if (!(await this.has(file))) return false;
    const time = this.#now() / 1000;
    try {
      await utimes(this.#layout.blob(file.digest), time, time);
      return true;
    } catch (error) {
      if (ioErrorCode(error) === undefined) throw error;
      return false;
    }
  }
}

async function writeEmpty(
  target: string,
  executable: boolean,
): Promise<FetchOutcome> {
  try {
    const mode = executable ? 0o777 : 0o666;
    await writeFile(target, '', { flag: 'wx', mode });
    return { status: 'fetched' };
  } catch (error) {
    return { status: 'unwritable', message: describeIoError(error) };
  }
}
