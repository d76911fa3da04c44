/**
 * Copying a file and knowing the digest of what was copied. Clones where the file system can share blocks, else
 * one pass that reads, hashes and writes at the same time. Never a hard link: products are written in place by
 * their users, and the store's copy would change with them.
 */
import { createHash } from 'node:crypto';
import { constants, copyFile, open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { ioErrorCode } from './io-error.js';
import { readChunks } from './read-chunks.js';
import type { Digest } from '../store.js';

/** How a copy ended; a failure says which side it was. */
export type CopyOutcome =
  | {
      readonly status: 'copied';
      readonly digest: Digest;
      readonly sizeBytes: number;
    }
  | { readonly status: 'source-failed'; readonly error: unknown }
  | { readonly status: 'target-failed'; readonly error: unknown };

/** What to copy. `sizeBytes` is what is expected; a longer source is read to its end. */
export interface CopyRequest {
  readonly source: string;
  /** Must not exist. */
  readonly target: string;
  readonly sizeBytes: number;
  readonly executable: boolean;
}

/** Below, the extra system calls of a clone cost more than the copy. */
const CLONE_FROM_BYTES = 1 << 20;

/** Copies files; remembers that a file system can't clone. */
export class FileCopier {
  #canClone = true;

  /** The target is left behind, complete or not, whatever the outcome. Rejects only for bugs. */
  async copy(request: CopyRequest): Promise<CopyOutcome> {
    const { source, target, sizeBytes } = request;
    if (this.#canClone && sizeBytes >= CLONE_FROM_BYTES) {
      this.#canClone = await clone(source, target);
      if (this.#canClone) return digestClone(request);
    }
    const from = await attempt(open(source));
    if ('error' in from) return { status: 'source-failed', error: from.error };
    // The kernel takes the umask off these.
    const mode = request.executable ? 0o777 : 0o666;
    const to = await attempt(open(target, 'wx', mode));
    if ('error' in to) {
      await from.value.close();
      return { status: 'target-failed', error: to.error };
    }
    return copyThrough(from.value, to.value, sizeBytes);
  }
}

async function copyThrough(
  from: FileHandle,
  to: FileHandle,
  expectedBytes: number,
): Promise<CopyOutcome> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  let side: 'source-failed' | 'target-failed' = 'source-failed';
  try {
    for await (const chunk of readChunks(from, expectedBytes)) {
      side = 'target-failed';
      const written = writeFully(to, chunk);
      hash.update(chunk);
      sizeBytes += chunk.length;
      await written;
      side = 'source-failed';
    }
    side = 'target-failed';
    // Some network file systems report a full disk only now.
    await to.close();
    return { status: 'copied', digest: hash.digest('hex'), sizeBytes };
  } catch (error) {
    if (ioErrorCode(error) === undefined) throw error;
    return { status: side, error };
  } finally {
    await attempt(to.close());
    await attempt(from.close());
  }
}

/** A write may be short, for example where a disk gets full; the next one then has the error. */
async function writeFully(to: FileHandle, chunk: Buffer): Promise<void> {
  for (let done = 0; done < chunk.length;) {
    const { bytesWritten } = await to.write(chunk, done);
    done += bytesWritten;
  }
}

/** Whether the target is now a clone of the source. Whatever stopped it, the ordinary copy tries again and reports. */
async function clone(source: string, target: string): Promise<boolean> {
  const { COPYFILE_EXCL, COPYFILE_FICLONE_FORCE } = constants;
  const flags = COPYFILE_EXCL | COPYFILE_FICLONE_FORCE;
  const outcome = await attempt(copyFile(source, target, flags));
  if (!('error' in outcome)) return true;
  if (ioErrorCode(outcome.error) !== 'EEXIST')
    await rm(target, { force: true });
  return false;
}

/** Hashes the clone, not the source, so that what was verified is what gets its name. */
async function digestClone(request: CopyRequest): Promise<CopyOutcome> {
  try {
    const handle = await open(request.target);
    try {
      const { mode } = await handle.stat();
      const plain = mode & 0o666;
      await handle.chmod(
        request.executable ? plain | ((mode & 0o444) >> 2) : plain,
      );
      const hash = createHash('sha256');
      let sizeBytes = 0;
      for await (const chunk of readChunks(handle, request.sizeBytes)) {
        hash.update(chunk);
        sizeBytes += chunk.length;
      }
      return { status: 'copied', digest: hash.digest('hex'), sizeBytes };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (ioErrorCode(error) === undefined) throw error;
    return { status: 'target-failed', error };
  }
}

async function attempt<T>(
  call: Promise<T>,
): Promise<{ readonly value: T } | { readonly error: unknown }> {
  try {
    return { value: await call };
  } catch (error) {
    return { error };
  }
}
