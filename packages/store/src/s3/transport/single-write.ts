/**
 * Writing an object with one request. The bytes go as a plain stream with their sha256 in a header: the server refuses
 * others, and a client that dies half-way leaves nothing behind.
 */
import type { BucketTrouble, ByteSource, WriteCondition } from '../bucket.js';
import { failure, type Failure } from './failure.js';
import type { Given, Requests } from './requests.js';
import { openRequestBody } from './request-body.js';
import { hasOurBytes } from './whose-object.js';

/** One write. */
export interface WriteRequest extends Given {
  readonly name: string;
  readonly source: ByteSource;
  readonly condition: WriteCondition | undefined;
}

/** Writes, or says why not. */
export async function writeAtOnce(
  requests: Requests,
  request: WriteRequest,
): Promise<{ readonly status: 'written' } | BucketTrouble> {
  const { name, source, condition, signal, onBytes } = request;
  let isInDoubt = false;
  const answer = await requests.make({ signal }, async (attempt) => {
    isInDoubt = attempt.isAfterDoubt;
    const range = { start: 0, end: source.sizeBytes, onBytes };
    const body = openRequestBody(source, range, attempt);
    try {
      const { sdk, client } = attempt;
      const { ETag } = await client.send(
        new sdk.PutObjectCommand({
          Bucket: requests.bucket,
          Key: requests.keyOf(name),
          Body: body,
          ContentLength: source.sizeBytes,
          ChecksumSHA256: base64(source.sha256),
          ...conditionFields(condition),
        }),
        { abortSignal: attempt.signal },
      );
      return ETag;
    } finally {
      body.destroy();
    }
  });
  if (answer.status !== 'done')
    return afterRefusal(requests, request, { refusal: answer, isInDoubt });
  return answer.value === undefined
    ? notS3(requests.label)
    : { status: 'written' };
}

/** A conditional write that was refused may have been refused because of our own earlier try. */
export async function afterRefusal(
  requests: Requests,
  { name, source, signal }: WriteRequest,
  {
    refusal,
    isInDoubt,
  }: { readonly refusal: Failure; readonly isInDoubt: boolean },
): Promise<{ readonly status: 'written' } | BucketTrouble> {
  const mayBeOurs = refusal.reason === 'exists' && isInDoubt;
  const isInTheWay = refusal.code === 'ConditionalRequestConflict';
  if (!mayBeOurs && !isInTheWay) return refusal;
  const stands = await hasOurBytes(requests, { name, source, signal });
  if (stands === 'ours' && mayBeOurs) return { status: 'written' };
  return stands === 'missing' || refusal.reason === 'exists'
    ? refusal
    : failure('exists', `${requests.label} has another object there already.`);
}

/** The fields of a condition, for every command that writes. */
export function conditionFields(condition: WriteCondition | undefined): {
  readonly IfNoneMatch?: '*';
  readonly IfMatch?: string;
} {
  switch (condition?.when) {
    case undefined:
      return {};
    case 'absent':
      return { IfNoneMatch: '*' };
    case 'unchanged':
      return { IfMatch: condition.etag };
  }
}

/** As S3 takes a digest. */
export function base64(digest: string): string {
  return Buffer.from(digest, 'hex').toString('base64');
}

/** A success that no S3 server would give. */
export function notS3(label: string): Failure {
  return failure(
    'no-bucket',
    `${label} does not answer as S3 does: no ETag came back. Check storeEndpoint.`,
  );
}
