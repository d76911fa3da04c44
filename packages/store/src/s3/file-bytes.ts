/**
 * The bytes of a file that is to be stored: from a copy that nobody writes to if there is one, else from the product.
 * Only the bytes of its entry count.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { describeIoError, ioErrorCode } from '../files/io-error.js';
import type { FileEntry, SaveRequest } from '../store.js';

/** A file and where its bytes may be read, the best place first. */
export interface FileSource {
  readonly file: FileEntry;
  readonly paths: readonly string[];
}

/** The bytes, or what to say about the last place. */
export type FileBytes =
  | { readonly status: 'read'; readonly bytes: Buffer }
  | { readonly status: 'changed'; readonly message: string };

/** Gives the places of each file of a request. */
export class FileSources {
  readonly #paths = new Map<string, string>();
  readonly #copyOf: SaveRequest['copyOf'];

  constructor({ products, copyOf }: SaveRequest) {
    this.#copyOf = copyOf;
    for (const { path, entry } of products) {
      for (const file of entry.files) {
        const place = file.path === '' ? path : `${path}/${file.path}`;
        // Equal bytes are stored once; any of their files will do.
        if (!this.#paths.has(file.digest)) this.#paths.set(file.digest, place);
      }
    }
  }

  async of(file: FileEntry): Promise<FileSource> {
    const copy = await this.#copyOf?.(file);
    const place = this.#paths.get(file.digest);
    const paths = [copy, place].filter((path) => path !== undefined);
    return { file, paths };
  }
}

/** Reads a small file whole. */
export async function readBytes({
  file,
  paths,
}: FileSource): Promise<FileBytes> {
  let outcome = changed(file.path);
  for (const path of paths) {
    try {
      const bytes = await readExactly(path, file.sizeBytes);
      if (bytes !== undefined && sha256(bytes) === file.digest) {
        return { status: 'read', bytes };
      }
      outcome = changed(path);
    } catch (error) {
      outcome = unreadable(path, error);
    }
  }
  return outcome;
}

/** What is wrong with a file that does not have the bytes of its entry. */
export function changed(
  path: string,
): Extract<FileBytes, { readonly status: 'changed' }> {
  const message = `${path} changed after it was digested`;
  return { status: 'changed', message };
}

/** What is wrong with a file that can't be read. Throws what is no error of the file system. */
export function unreadable(
  path: string,
  error: unknown,
): Extract<FileBytes, { readonly status: 'changed' }> {
  if (ioErrorCode(error) === undefined) throw error;
  const message = `${path} can't be read: ${describeIoError(error)}`;
  return { status: 'changed', message };
}

/** Nothing when the file has another size: it may have become far larger than memory. */
async function readExactly(
  path: string,
  sizeBytes: number,
): Promise<Buffer | undefined> {
  const handle = await open(path);
  try {
    if ((await handle.stat()).size !== sizeBytes) return undefined;
    const bytes = Buffer.allocUnsafe(sizeBytes);
    for (let done = 0; done < sizeBytes;) {
      const { bytesRead } = await handle.read(bytes, done, sizeBytes - done);
      if (bytesRead === 0) return undefined;
      done += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
