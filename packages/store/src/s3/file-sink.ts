/**
 * Bytes into a new file, or into memory.
 */
import { open, type FileHandle } from 'node:fs/promises';
import type { ByteSink } from './object-reader.js';

/** A file that must not exist; `close` has to be called, and says when a disk is full only now. */
export class FileSink implements ByteSink {
  readonly #path: string;
  readonly #mode: number;
  #handle: FileHandle | undefined;
  /** Whether there is a file that we made. */
  isMade = false;

  constructor(path: string, executable: boolean) {
    this.#path = path;
    // The kernel takes the umask off these.
    this.#mode = executable ? 0o777 : 0o666;
  }

  async reset(): Promise<void> {
    if (this.#handle !== undefined) {
      await this.close();
      this.#handle = await open(this.#path, 'w', this.#mode);
      return;
    }
    this.#handle = await open(this.#path, 'wx', this.#mode);
    this.isMade = true;
  }

  async write(chunk: Buffer): Promise<void> {
    // Unlike `write`, goes on after a short write, and so meets the error of a full disk.
    await this.#handle?.writeFile(chunk);
  }

  async close(): Promise<void> {
    await this.#handle?.close();
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
