/**
 * Reading an object's plain bytes so that only the right ones count: bounded by what was announced, decoded on the way,
 * hashed to the end. A body that breaks off is asked for again from its start. Knows nothing of files and manifests.
 */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { types } from 'node:util';
import { createBrotliDecompress } from 'node:zlib';
import { describeIoError } from '../files/io-error.js';
import type { Bucket, BucketTrouble, RequestOptions } from './bucket.js';
import type { StoredObject } from './stored-manifest.js';
import { isAbsence, troubleIn } from './trouble.js';

/** Where plain bytes go. Errors of the file system end the reading as `unwritable`. */
export interface ByteSink {
  /** Before the first byte, and again before each new try. */
  reset(): Promise<void>;
  write(chunk: Buffer): Promise<void>;
}

/** What to read and where to. */
export interface ObjectReading extends RequestOptions {
  readonly name: string;
  readonly object: StoredObject;
  readonly sink: ByteSink;
}

/** How it ended; messages are the rest of a sentence, except for trouble. */
export type ReadingOutcome =
  | { readonly status: 'read' }
  /** It is missing or not what it should be. */
  | { readonly status: 'damaged'; readonly message: string }
  | { readonly status: 'unwritable'; readonly message: string }
  | BucketTrouble;

/** Tries of a body that breaks off; opening it is tried again by the bucket. */
const READS = 3;

/** Reads a whole object into a sink. Never rejects for network or disk. */
export async function readObject(
  bucket: Bucket,
  reading: ObjectReading,
): Promise<ReadingOutcome> {
  let outcome = await readOnce(bucket, reading);
  for (let reads = 1; reads < READS && isBrokenOff(outcome); reads += 1) {
    outcome = await readOnce(bucket, reading);
  }
  return outcome;
}

/** Silence is no reason to try again: it has cost a whole time-out. */
function isBrokenOff(outcome: ReadingOutcome): boolean {
  return outcome.status === 'trouble' && outcome.reason === 'unreachable';
}

async function readOnce(
  bucket: Bucket,
  reading: ObjectReading,
): Promise<ReadingOutcome> {
  const { name, object } = reading;
  const opened = await bucket.read(name, reading);
  if (opened.status === 'trouble') {
    return isAbsence(opened) ? damaged(`${name} is missing`) : opened;
  }
  if (!isPlausibleSize(object, opened.sizeBytes)) {
    opened.body.destroy();
    return damaged(`${name} has ${opened.sizeBytes} bytes`);
  }
  return drain(opened.body, reading);
}

/** Compressed objects are smaller than their plain bytes, else they would not have been compressed. */
export function isPlausibleSize(
  { encoding, sizeBytes }: StoredObject,
  storedBytes: number,
): boolean {
  return encoding === 'raw'
    ? storedBytes === sizeBytes
    : storedBytes > 0 && storedBytes < sizeBytes;
}

async function drain(
  body: Readable,
  { name, object, sink, signal }: ObjectReading,
): Promise<ReadingOutcome> {
  const hash = createHash('sha256');
  let receivedBytes = 0;
  let plainBytes = 0;
  const consume = async (plain: AsyncIterable<Buffer>): Promise<void> => {
    for await (const chunk of plain) {
      plainBytes += chunk.length;
      if (plainBytes > object.sizeBytes) throw new TooLong();
      hash.update(chunk);
      await into(sink.write(chunk));
    }
  };
  try {
    await into(sink.reset());
    if (object.encoding === 'raw') {
      await pipeline(body, consume, { signal });
    } else {
      const decoder = createBrotliDecompress({ chunkSize: CHUNK_BYTES });
      body.on('data', (chunk: Buffer) => (receivedBytes += chunk.length));
      await pipeline(body, decoder, consume, { signal });
      // The decoder ignores what follows the end of its stream.
      if (decoder.bytesWritten < receivedBytes) {
        return damaged(`${name} has bytes behind its end`);
      }
    }
  } catch (error) {
    return failedReading(error, { name, signal });
  } finally {
    body.destroy();
  }
  return plainBytes === object.sizeBytes && hash.digest('hex') === object.digest
    ? { status: 'read' }
    : damaged(`${name} has other bytes than its name says`);
}

const CHUNK_BYTES = 256 << 10;

class TooLong extends Error {}

/** Tells errors of the sink from those of the body. */
class SinkFailed extends Error {}

async function into(call: Promise<void>): Promise<void> {
  try {
    await call;
  } catch (cause) {
    throw new SinkFailed('the sink failed', { cause });
  }
}

function failedReading(
  error: unknown,
  { name, signal }: { name: string; signal: AbortSignal | undefined },
): ReadingOutcome {
  if (error instanceof SinkFailed) {
    return { status: 'unwritable', message: describeIoError(error.cause) };
  }
  if (signal?.aborted === true) {
    const message = 'The download was given up.';
    return { status: 'trouble', reason: 'aborted', message };
  }
  if (error instanceof TooLong) return damaged(`${name} is too long`);
  if (isOfDecoder(error)) return damaged(`${name} can't be decompressed`);
  return troubleIn(error);
}

function isOfDecoder(error: unknown): boolean {
  return (
    // Not `instanceof`: errors of Node's own modules may come from another realm.
    types.isNativeError(error) &&
    'code' in error &&
    /^(Z_|ERR__ERROR|ERR_BROTLI)/.test(String(error.code))
  );
}

function damaged(message: string): ReadingOutcome {
  return { status: 'damaged', message };
}
