/**
 * Small texts out of a bucket, within a bound, with the etag that a replacement needs.
 */
import type { Bucket, BucketTrouble, RequestOptions } from './bucket.js';
import { troubleIn } from './trouble.js';

/** A text, or why there is none. One that is too long is cut off, so that it can't be taken for what it is not. */
export type TextOutcome =
  | { readonly status: 'text'; readonly text: string; readonly etag: string }
  | { readonly status: 'too-long'; readonly etag: string }
  | BucketTrouble;

/** Tries of a body that breaks off. */
const READS = 3;

/** The whole text of an object. */
export async function readText(
  bucket: Bucket,
  name: string,
  request: RequestOptions & { readonly maxBytes: number },
): Promise<TextOutcome> {
  let outcome = await readOnce(bucket, name, request);
  for (let reads = 1; reads < READS; reads += 1) {
    const isBrokenOff =
      outcome.status === 'trouble' && outcome.reason === 'unreachable';
    if (!isBrokenOff) break;
    outcome = await readOnce(bucket, name, request);
  }
  return outcome;
}

async function readOnce(
  bucket: Bucket,
  name: string,
  { maxBytes, ...request }: RequestOptions & { readonly maxBytes: number },
): Promise<TextOutcome> {
  const opened = await bucket.read(name, request);
  if (opened.status === 'trouble') return opened;
  const { body, etag, sizeBytes } = opened;
  if (sizeBytes > maxBytes) {
    body.destroy();
    return { status: 'too-long', etag };
  }
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > maxBytes) return { status: 'too-long', etag };
      chunks.push(chunk);
    }
  } catch (error) {
    return troubleIn(error);
  }
  return { status: 'text', text: Buffer.concat(chunks).toString('utf8'), etag };
}
