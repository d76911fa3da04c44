/**
 * Cache entries on this disk, under the sha256 of their bytes: what came from the store, so that it comes once, and what
 * waits for its upload. Limited in size; several processes may share one folder.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  utimes,
} from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { digestFile, type EntryFile } from '@nx-notebook/store';

/** A file of another process that is younger may still wait for its upload. */
const GRACE_MS = 600_000;
/** Some room, so that the next entry does not clean up again. */
const FILL_TO = 0.8;

/** Settings of a spool. */
export interface SpoolOptions {
  /** Absolute; made when it is missing. */
  readonly folder: string;
  readonly maxSizeBytes: number;
  readonly now?: () => number;
}

/** How a body was taken. */
export type TakenBody =
  | { readonly status: 'taken'; readonly file: EntryFile }
  /** This disk is at fault. */
  | { readonly status: 'unwritable' }
  /** With all that waits for its upload it is more than may lie here. */
  | { readonly status: 'full' }
  | { readonly status: 'no-entry' }
  /** The sender gave up. */
  | { readonly status: 'broken-off' };

/** What gzip files begin with, and so every entry of Nx. */
const GZIP = Buffer.from([0x1f, 0x8b]);

/** The folder. Never throws for the disk. */
export class Spool {
  readonly #options: SpoolOptions;
  readonly #now: () => number;
  readonly #pinned = new Map<string, number>();
  /** Of files that wait for their upload, each as often as it was taken, and of bodies that are coming in. */
  #waitingBytes = 0;
  /** Since the last clean-up. */
  #newBytes = 0;

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** A path for a new file that is not in the cache yet. */
  async temporary(): Promise<string> {
    await mkdir(this.#options.folder, { recursive: true }).catch(
      () => undefined, // Whoever writes into it says why that fails.
    );
    const name = `.${randomBytes(12).toString('hex')}.new`;
    return join(this.#options.folder, name);
  }

  /** The file with these bytes, re-hashed; nothing when it is not here. */
  async find(file: {
    readonly digest: string;
    readonly sizeBytes: number;
  }): Promise<string | undefined> {
    const path = this.#path(file.digest);
    const found = await stat(path).catch(() => undefined);
    if (found?.size !== file.sizeBytes) return undefined;
    const digested = await digestFile(path);
    if (digested.status === 'digested' && digested.digest === file.digest) {
      const time = this.#now() / 1000;
      await utimes(path, time, time).catch(() => undefined);
      return path;
    }
    await rm(path, { force: true }).catch(() => undefined);
    return undefined;
  }

  /** Gives a verified temporary file its name; the temporary path when that fails. */
  async keep(
    temporary: string,
    {
      digest,
      sizeBytes,
    }: { readonly digest: string; readonly sizeBytes: number },
  ): Promise<string> {
    const path = this.#path(digest);
    const isKept = await succeeds(rename(temporary, path));
    this.#newBytes += sizeBytes;
    // A server may live for months.
    if (this.#newBytes > this.#options.maxSizeBytes * (1 - FILL_TO)) {
      this.#newBytes = 0;
      await this.trim();
    }
    // Usable all the same; the next clean-up takes it away.
    return isKept ? path : temporary;
  }

  /** Reads a body to its end, whatever happens: a client that still sends can't take an answer. */
  async take(body: Readable): Promise<TakenBody> {
    const temporary = await this.temporary();
    const hash = createHash('sha256');
    let sizeBytes = 0;
    let begin = Buffer.alloc(0);
    const handle = await open(temporary, 'wx').catch(() => undefined);
    let isWritten = handle !== undefined;
    let isFull = false;
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        if (begin.length < GZIP.length)
          begin = Buffer.concat([begin, chunk.subarray(0, GZIP.length)]);
        hash.update(chunk);
        sizeBytes += chunk.length;
        this.#waitingBytes += chunk.length;
        isFull ||= this.#waitingBytes > this.#options.maxSizeBytes;
        // What was written of it makes room at once: it may go on for ever.
        if (isFull) await handle?.truncate().catch(() => undefined);
        else if (isWritten)
          isWritten = await succeeds(handle?.writeFile(chunk));
      }
    } catch {
      this.#waitingBytes -= sizeBytes;
      await handle?.close().catch(() => undefined);
      await rm(temporary, { force: true }).catch(() => undefined);
      return { status: 'broken-off' };
    }
    isWritten = (await succeeds(handle?.close())) && isWritten;
    const isEntry = begin.subarray(0, GZIP.length).equals(GZIP);
    if (!isWritten || !isEntry || isFull) {
      this.#waitingBytes -= sizeBytes;
      await rm(temporary, { force: true }).catch(() => undefined);
      if (isFull) return { status: 'full' };
      return { status: isWritten ? 'no-entry' : 'unwritable' };
    }
    const digest = hash.digest('hex');
    this.#pinned.set(digest, (this.#pinned.get(digest) ?? 0) + 1);
    const path = await this.keep(temporary, { digest, sizeBytes });
    return { status: 'taken', file: { path, sizeBytes, sha256: digest } };
  }

  /** A file that was taken waits for nothing any more: it may be cleaned up. Once for each time that it was taken. */
  unpin({
    sha256: digest,
    sizeBytes,
  }: Pick<EntryFile, 'sha256' | 'sizeBytes'>): void {
    this.#waitingBytes -= sizeBytes;
    const left = (this.#pinned.get(digest) ?? 0) - 1;
    if (left > 0) this.#pinned.set(digest, left);
    else this.#pinned.delete(digest);
  }

  /** Drops what was used least recently, until the limit is kept. */
  async trim(): Promise<void> {
    const files = await this.#list();
    let total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const { maxSizeBytes } = this.#options;
    const oldest = this.#now() - GRACE_MS;
    const goal = total > maxSizeBytes ? maxSizeBytes * FILL_TO : total;
    for (const { name, path, sizeBytes, mtimeMs } of files) {
      const isLeftover = name.endsWith('.new');
      if (mtimeMs > oldest || this.#pinned.has(name)) continue;
      if (total <= goal && !isLeftover) continue;
      await rm(path, { force: true }).catch(() => undefined);
      total -= sizeBytes;
    }
  }

  async #list(): Promise<
    readonly {
      readonly name: string;
      readonly path: string;
      readonly sizeBytes: number;
      readonly mtimeMs: number;
    }[]
  > {
    const { folder } = this.#options;
    const names = await readdir(folder).catch(() => []);
    const files = await Promise.all(
      names.map(async (name) => {
        const path = join(folder, name);
        const found = await stat(path).catch(() => undefined);
        return found?.isFile() === true
          ? [{ name, path, sizeBytes: found.size, mtimeMs: found.mtimeMs }]
          : [];
      }),
    );
    return files.flat().sort((a, b) => a.mtimeMs - b.mtimeMs);
  }

  #path(digest: string): string {
    return join(this.#options.folder, digest);
  }
}

async function succeeds(call: Promise<void> | undefined): Promise<boolean> {
  try {
    await call;
    return true;
  } catch {
    return false; // The caller drops the file.
  }
}
