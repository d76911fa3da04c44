/**
 * Buckets for transport tests: quick limits, credentials that belong to nobody, sources that count.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Bucket, BucketTrouble, ByteSource } from '../../src/s3/bucket.js';
import { openS3Bucket, type S3Bucket } from '../../src/s3/open-bucket.js';
import type { BucketLimits } from '../../src/s3/transport/limits.js';

/** Tries fast; silence is for the tests that mean it. */
export const QUICK: Partial<BucketLimits> = {
  backoffMs: 1,
  longestBackoffMs: 2,
  silenceMs: 10_000,
  serverWorkMs: 10_000,
};

/** What the SDK finds when it looks for credentials: these, and nothing of the machine. */
export function useCredentials(
  accessKeyId: string,
  secretAccessKey: string,
): void {
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_CONFIG_FILE: '/nowhere/config',
    AWS_SHARED_CREDENTIALS_FILE: '/nowhere/credentials',
    AWS_EC2_METADATA_DISABLED: 'true',
  });
  for (const name of [
    'AWS_PROFILE',
    'AWS_REGION',
    'AWS_DEFAULT_REGION',
    'AWS_SESSION_TOKEN',
    'AWS_ENDPOINT_URL',
    'AWS_ENDPOINT_URL_S3',
  ])
    Reflect.deleteProperty(process.env, name);
}

/** A bucket `b` with the prefix `p`. */
export function bucketAt(
  { endpoint }: { readonly endpoint: string },
  limits: Partial<BucketLimits> = {},
): S3Bucket {
  const location = { bucket: 'b', prefix: 'p', endpoint };
  return openS3Bucket(location, { ...QUICK, ...limits });
}

/** Bytes from memory; `opened` tells which ranges were asked for. */
export function sourceOf(
  text: string,
): ByteSource & { readonly opened: string[] } {
  const bytes = Buffer.from(text);
  const opened: string[] = [];
  return {
    opened,
    sizeBytes: bytes.length,
    sha256: digestOf(text),
    open: (start, end) => {
      opened.push(`${start}-${end}`);
      return Readable.from([bytes.subarray(start, end)]);
    },
  };
}

/** sha256 in hexadecimal digits. */
export function digestOf(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The bytes of an object, or the trouble that opening or reading it met. */
export async function contentOf(
  bucket: Bucket,
  name: string,
): Promise<string | BucketTrouble> {
  const opened = await bucket.read(name);
  return opened.status === 'open' ? textOf(opened.body) : opened;
}

/** The bytes of a body, or the trouble that it broke off with. */
export async function textOf(body: Readable): Promise<string | BucketTrouble> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of body) chunks.push(chunk as Buffer);
  } catch (error) {
    if (error instanceof Error && 'trouble' in error)
      return error.trouble as BucketTrouble;
    throw error;
  }
  return Buffer.concat(chunks).toString();
}

/** As outcomes have it. */
export function trouble(
  reason: BucketTrouble['reason'],
  message: string,
): BucketTrouble {
  return { status: 'trouble', reason, message };
}
