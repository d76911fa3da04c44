/**
 * Bytes into an open file, or into memory.
 */
import type { FileHandle } from 'node:fs/promises';
import type { ByteSink } from './object-reader.js';

/** An empty file, open for writing; not closed here. */
export class FileSink implements ByteSink {
  readonly #handle: FileHandle;
  #position = 0;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async reset(): Promise<void> {
    this.#position = 0;
    await this.#handle.truncate();
  }

  /** A write may be short, for example where a disk gets full; the next one then has the error. */
  async write(chunk: Buffer): Promise<void> {
    for (let done = 0; done < chunk.length;) {
      const { length } = chunk;
      const { bytesWritten } = await this.#handle.write(
        chunk,
        done,
        length - done,
        this.#position,
      );
      done += bytesWritten;
      this.#position += bytesWritten;
    }
  }
}

/** A buffer of a size that is known. */
export class MemorySink implements ByteSink {
  readonly bytes: Buffer;
  #length = 0;

  constructor(sizeBytes: number) {
    this.bytes = Buffer.allocUnsafe(sizeBytes);
  }

  reset(): Promise<void> {
    this.#length = 0;
    return Promise.resolve();
  }

  write(chunk: Buffer): Promise<void> {
    this.#length += chunk.copy(this.bytes, this.#length);
    return Promise.resolve();
  }
}
