/**
 * What bad networks and disks do to a body on its way: slow it down, change a byte. One chunk is held at most.
 */
import type { Writable } from 'node:stream';

/** Passes bytes at a pace, in slices of a twentieth of a second. */
export async function* paced(
  source: AsyncIterable<Buffer>,
  bytesPerSecond: number,
): AsyncGenerator<Buffer> {
  const slice = Math.max(1, Math.floor(bytesPerSecond / 20));
  for await (const chunk of source)
    for (let start = 0; start < chunk.length; start += slice) {
      const part = chunk.subarray(start, start + slice);
      yield part;
      await delay((part.length / bytesPerSecond) * 1000);
    }
}

/** Changes the byte at an offset. */
export async function* flipped(
  source: AsyncIterable<Buffer>,
  offset: number,
): AsyncGenerator<Buffer> {
  let seen = 0;
  for await (const chunk of source) {
    const at = offset - seen;
    seen += chunk.length;
    if (at < 0 || at >= chunk.length) {
      yield chunk;
      continue;
    }
    const changed = Buffer.from(chunk);
    changed[at] = (changed[at] ?? 0) ^ 0xff;
    yield changed;
  }
}

/** Writes a chunk and waits until the socket has it; rejects when the other side is gone. */
export function write(target: Writable, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const onClose = (): void => reject(new Error('closed'));
    target.once('close', onClose);
    target.write(chunk, (error) => {
      target.off('close', onClose);
      if (error) reject(error);
      else resolve();
    });
  });
}

/** Waits. */
export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
