/**
 * Bytes to put into a bucket: from memory or from a file.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { Digest } from '../store.js';
import type { ByteSource } from './bucket.js';

/** Of bytes that nobody changes. */
export function sourceOfBytes(bytes: Buffer): ByteSource {
  return {
    sizeBytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    open: (start, end) => Readable.from([bytes.subarray(start, end)]),
  };
}

/** Of a file whose digest is known. */
export function sourceOfFile(
  path: string,
  {
    digest,
    sizeBytes,
  }: { readonly digest: Digest; readonly sizeBytes: number },
): ByteSource {
  return {
    sizeBytes,
    sha256: digest,
    open: (start, end) =>
      createReadStream(path, {
        start,
        end: end - 1,
        highWaterMark: READ_BYTES,
      }),
  };
}

/** Fewer system calls than with the default of 64 KiB; still small against a part. */
const READ_BYTES = 1 << 20;
