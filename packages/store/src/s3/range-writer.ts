/**
 * Bytes in order to one place of a file, gathered so that few system calls are made; a write runs while the next bytes
 * come in.
 */
import type { FileHandle } from 'node:fs/promises';

/** More at once writes no faster. */
const BATCH_BYTES = 1 << 20;

/** Writes from a position on. Not safe to call concurrently; several writers may share a file. */
export class RangeWriter {
  readonly #handle: FileHandle;
  #at: number;
  #batch: Buffer[] = [];
  #batchBytes = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(handle: FileHandle, start: number) {
    this.#handle = handle;
    this.#at = start;
  }

  /** Where the next bytes go. */
  get position(): number {
    return this.#at + this.#batchBytes;
  }

  /** Takes bytes; waits only while two batches are on their way. Rejects with the system's error. */
  async write(chunk: Buffer): Promise<void> {
    this.#batch.push(chunk);
    this.#batchBytes += chunk.length;
    if (this.#batchBytes >= BATCH_BYTES) await this.#begin();
  }

  /** Waits until everything is written. Rejects with the system's error. */
  async flush(): Promise<void> {
    await this.#begin();
    await this.#running;
  }

  /** Waits for a running write, whatever becomes of it: the next call reports it. */
  async settle(): Promise<void> {
    await Promise.allSettled([this.#running]);
  }

  async #begin(): Promise<void> {
    await this.#running;
    const batch = this.#batch;
    const at = this.#at;
    this.#at += this.#batchBytes;
    this.#batch = [];
    this.#batchBytes = 0;
    this.#running = writeAll(this.#handle, batch, at);
    // Reported by whoever awaits it next.
    this.#running.catch(() => undefined);
  }
}

/** A write may be short, for example where a disk gets full; the next one then has the error. */
async function writeAll(
  handle: FileHandle,
  batch: readonly Buffer[],
  at: number,
): Promise<void> {
  let left = batch;
  let position = at;
  while (left.length > 0) {
    const { bytesWritten } = await handle.writev(left, position);
    position += bytesWritten;
    left = without(left, bytesWritten);
  }
}

function without(batch: readonly Buffer[], bytes: number): readonly Buffer[] {
  let skip = bytes;
  return batch.flatMap((chunk) => {
    const rest = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - rest.length;
    return rest.length === 0 ? [] : [rest];
  });
}
