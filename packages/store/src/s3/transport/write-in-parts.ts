/**
 * Writing a large object in parts, several at once, each hashed before it is sent. A part that failed is sent again
 * alone. What can't be finished is given up at the server too; a killed process leaves that to the lifecycle rule.
 */
import { createHash, type Hash } from 'node:crypto';
import type { CompletedPart } from '@aws-sdk/client-s3';
import { mapParallel } from '../../files/parallel.js';
import type { BucketTrouble } from '../bucket.js';
import { failure, type Failure } from './failure.js';
import { cutIntoParts, MAX_OBJECT_BYTES, type Part } from './limits.js';
import { beginParts, completeParts, giveUpParts } from './multipart.js';
import { changed, openRequestBody, sourceFailure } from './request-body.js';
import type { Answer, Requests } from './requests.js';
import { statObject } from './single-read.js';
import {
  afterRefusal,
  conditionFields,
  type WriteRequest,
} from './single-write.js';
import { Lanes } from '../../sharing/lanes.js';
import { compositeEtag } from './whose-object.js';

/** An upload that has begun. */
interface Upload {
  readonly requests: Requests;
  readonly request: WriteRequest;
  readonly id: string;
}

/** Writes, or says why not. */
export async function writeInParts(
  requests: Requests,
  request: WriteRequest,
): Promise<{ readonly status: 'written' } | BucketTrouble> {
  const { label } = requests;
  if (request.source.sizeBytes > MAX_OBJECT_BYTES)
    return failure('refused', `${label}: S3 takes no object above 5 TiB.`);
  const begun = await beginParts(requests, request, {
    ChecksumAlgorithm: 'SHA256',
  });
  if (begun.status !== 'begun') return begun;
  const upload = { requests, request, id: begun.id };
  const sent = await sendParts(upload);
  const outcome = 'reason' in sent ? sent : await complete(upload, sent);
  if (outcome.status !== 'written')
    await giveUpParts(requests, { name: request.name, id: begun.id });
  return outcome;
}

/** Hashes the parts one after the other, the whole on the way, and sends several at once. */
async function sendParts(upload: Upload): Promise<CompletedPart[] | Failure> {
  const { requests, request } = upload;
  const { source, signal } = request;
  const { partBytes, parallelParts } = requests.limits;
  const parts = cutIntoParts(source.sizeBytes, partBytes);
  const whole = createHash('sha256');
  // Served in order, so that the whole is hashed in order.
  const hashing = new Lanes(1);
  const broken = new AbortController();
  let trouble: Failure | undefined;
  const stop = (): void => broken.abort();
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted === true) stop();
  const sent = await mapParallel(parts, parallelParts, async (part) => {
    const digest = await hashing.run(() => hashPart(upload, part, whole));
    if (trouble !== undefined) return {};
    const answer =
      typeof digest === 'string'
        ? await sendPart(upload, { ...part, digest }, broken.signal)
        : digest;
    if (answer.status === 'done') return answer.value;
    // What the first failure stops is aborted, which says nothing.
    trouble ??= answer;
    broken.abort();
    return {};
  });
  signal?.removeEventListener('abort', stop);
  if (trouble !== undefined) return trouble;
  return whole.digest('hex') === source.sha256
    ? sent
    : changed('its digest is another');
}

/** Base64, as S3 takes it. */
async function hashPart(
  { request: { source } }: Upload,
  { start, end }: Part,
  whole: Hash,
): Promise<string | Failure> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of source.open(start, end)) {
      const data = chunk as Buffer;
      bytes += data.length;
      hash.update(data);
      whole.update(data);
    }
  } catch (error) {
    return sourceFailure(error);
  }
  return bytes === end - start
    ? hash.digest('base64')
    : changed('its size is another');
}

function sendPart(
  { requests, request: { name, source, onBytes }, id }: Upload,
  part: Part & { readonly digest: string },
  signal: AbortSignal,
): Promise<Answer<CompletedPart>> {
  return requests.make({ signal }, async (attempt) => {
    const { sdk, client } = attempt;
    const body = openRequestBody(source, { ...part, onBytes }, attempt);
    const PartNumber = part.number;
    const ChecksumSHA256 = part.digest;
    try {
      const { ETag } = await client.send(
        new sdk.UploadPartCommand({
          Bucket: requests.bucket,
          Key: requests.keyOf(name),
          UploadId: id,
          PartNumber,
          Body: body,
          ContentLength: part.end - part.start,
          ChecksumSHA256,
        }),
        { abortSignal: attempt.signal },
      );
      return { PartNumber, ChecksumSHA256, ETag };
    } finally {
      body.destroy();
    }
  });
}

async function complete(
  upload: Upload,
  parts: readonly CompletedPart[],
): Promise<{ readonly status: 'written' } | BucketTrouble> {
  const { requests, request, id } = upload;
  const { name, signal, condition } = request;
  const { answer, isInDoubt } = await completeParts(requests, {
    name,
    id,
    parts,
    signal,
    ...conditionFields(condition),
  });
  if (answer.status === 'done') return { status: 'written' };
  // An earlier try has finished the upload, so that there is none any more.
  if (isInDoubt && (await isComplete(upload, parts)))
    return { status: 'written' };
  return afterRefusal(requests, request, { refusal: answer, isInDoubt });
}

async function isComplete(
  { requests, request: { name, signal, source } }: Upload,
  parts: readonly CompletedPart[],
): Promise<boolean> {
  const found = await statObject(requests, { name, signal });
  return (
    found.status === 'found' &&
    found.sizeBytes === source.sizeBytes &&
    found.etag === compositeEtag(parts.map(({ ETag }) => ETag ?? ''))
  );
}
