/**
 * Reading an open file in chunks while the last chunk is still being worked on: hashing and reading overlap, and
 * memory stays at two chunks whatever the size.
 */
import type { FileHandle } from 'node:fs/promises';

/** Larger chunks hash no faster. */
const CHUNK_BYTES = 1 << 20;

/**
 * The bytes of a file from the handle's position to its end. A chunk is valid until the next one is asked for.
 * `expectedBytes` is the size as last seen; it saves the read that would only find the end.
 */
export async function* readChunks(
  handle: FileHandle,
  expectedBytes: number,
): AsyncGenerator<Buffer, void, undefined> {
  // One byte more than expected, so that a file that has grown is seen to be longer.
  const length = Math.min(CHUNK_BYTES, expectedBytes + 1);
  let chunk: Buffer = Buffer.allocUnsafe(length);
  let total = 0;
  let { bytesRead } = await handle.read(chunk, 0, length, null);
  if (bytesRead === 0) return;
  let spare: Buffer | undefined;
  for (;;) {
    total += bytesRead;
    if (bytesRead < length && total >= expectedBytes) {
      yield chunk.subarray(0, bytesRead);
      return;
    }
    spare ??= Buffer.allocUnsafe(length);
    const next = handle.read(spare, 0, length, null);
    try {
      yield chunk.subarray(0, bytesRead);
    } finally {
      // Also when the consumer gave up: the handle must not be closed under a running read.
      await Promise.allSettled([next]);
    }
    ({ bytesRead } = await next);
    if (bytesRead === 0) return;
    [chunk, spare] = [spare, chunk];
  }
}
