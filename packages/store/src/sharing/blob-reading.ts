/**
 * Reading a blob of a bucket into a file, verified while it is written. A body that breaks off is asked for once more.
 */
import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { Bucket, BucketTrouble, RequestOptions } from '../s3/bucket.js';
import { BodyFailed } from '../s3/transport/response-body.js';
import { describeIoError, ioErrorCode } from '../files/io-error.js';
import type { Digest } from '../store.js';

const READS = 2;

/** What to read and where to. */
export interface BlobRequest extends RequestOptions {
  readonly target: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
}

/** How a blob came. Only `fetched` leaves a file. */
export type BlobOutcome =
  | { readonly status: 'fetched' }
  | { readonly status: 'damaged'; readonly message: string }
  | { readonly status: 'unwritable'; readonly message: string }
  | BucketTrouble;

/** Writes a blob to a path that must not exist. */
export async function readBlobInto(
  bucket: Bucket,
  name: string,
  request: BlobRequest,
): Promise<BlobOutcome> {
  let last: BlobOutcome | undefined;
  for (let attempt = 0; attempt < READS; attempt += 1) {
    last = await readOnce(bucket, name, request);
    if (last.status === 'fetched') return last;
    await rm(request.target, { force: true });
    const mayHelp = last.status === 'trouble' && last.reason === 'unreachable';
    if (!mayHelp) return last;
  }
  return last ?? brokenOff(undefined, request.signal);
}

async function readOnce(
  bucket: Bucket,
  name: string,
  { target, digest, sizeBytes, ...request }: BlobRequest,
): Promise<BlobOutcome> {
  const opened = await bucket.read(name, request);
  if (opened.status === 'trouble')
    // The manifest names it, so whatever hides it, the entry is not whole.
    return opened.reason === 'missing' || opened.reason === 'forbidden'
      ? { status: 'damaged', message: `${name} is missing.` }
      : opened;
  if (opened.sizeBytes !== sizeBytes) {
    opened.body.destroy();
    return wrongBytes(name);
  }
  const copied = await copyInto(opened.body, target, request.signal);
  if (copied.status !== 'copied') return copied;
  return copied.digest === digest && copied.sizeBytes === sizeBytes
    ? { status: 'fetched' }
    : wrongBytes(name);
}

async function copyInto(
  body: Readable,
  target: string,
  signal: AbortSignal | undefined,
): Promise<
  | {
      readonly status: 'copied';
      readonly digest: Digest;
      readonly sizeBytes: number;
    }
  | { readonly status: 'unwritable'; readonly message: string }
  | BucketTrouble
> {
  let handle: FileHandle | undefined;
  let isWriting = true;
  const hash = createHash('sha256');
  let sizeBytes = 0;
  try {
    handle = await open(target, 'wx');
    isWriting = false;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      signal?.throwIfAborted();
      hash.update(chunk);
      isWriting = true;
      await handle.writeFile(chunk);
      isWriting = false;
      sizeBytes += chunk.length;
    }
    isWriting = true;
    await handle.close();
    return { status: 'copied', digest: hash.digest('hex'), sizeBytes };
  } catch (error) {
    if (isWriting && ioErrorCode(error) !== undefined)
      return { status: 'unwritable', message: describeIoError(error) };
    return brokenOff(error, signal);
  } finally {
    body.destroy();
    await handle?.close().catch(() => undefined);
  }
}

function wrongBytes(name: string): BlobOutcome {
  const message = `${name} has other bytes than its name says.`;
  return { status: 'damaged', message };
}

function brokenOff(
  error: unknown,
  signal: AbortSignal | undefined,
): BucketTrouble {
  if (signal?.aborted === true)
    return {
      status: 'trouble',
      reason: 'aborted',
      message: 'The download was given up.',
    };
  if (error instanceof BodyFailed) return error.trouble;
  const why = error instanceof Error ? error.message : 'it ended early';
  return {
    status: 'trouble',
    reason: 'unreachable',
    message: `The download broke off: ${why}.`,
  };
}
