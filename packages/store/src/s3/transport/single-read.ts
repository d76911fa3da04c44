/**
 * Asking for an object: what stands there, and its bytes or a range of them.
 */
import { Readable } from 'node:stream';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import type { BucketTrouble, ObjectStat } from '../bucket.js';
import { failure, type Failure } from './failure.js';
import type { Given, Requests } from './requests.js';
import { watchBody } from './response-body.js';
import { notS3 } from './single-write.js';

/** Which object, and who may give up. */
export interface ReadRequest extends Partial<Given> {
  readonly name: string;
  /** `end` exclusive. */
  readonly range?: { readonly start: number; readonly end: number } | undefined;
}

/** What stands there. A bucket that is missing as a whole can't be told from a missing object. */
export async function statObject(
  requests: Requests,
  { name, signal }: ReadRequest,
): Promise<({ readonly status: 'found' } & ObjectStat) | BucketTrouble> {
  const answer = await requests.make(
    { signal },
    ({ sdk, client, ...attempt }) =>
      client.send(
        new sdk.HeadObjectCommand({
          Bucket: requests.bucket,
          Key: requests.keyOf(name),
        }),
        { abortSignal: attempt.signal },
      ),
  );
  if (answer.status !== 'done')
    return explained(requests, { name, signal }, answer);
  const { ETag: etag, ContentLength: sizeBytes } = answer.value;
  if (etag === undefined) return notS3(requests.label);
  return sizeBytes === undefined
    ? withoutLength(requests.label)
    : { status: 'found', etag, sizeBytes };
}

/** Opens the bytes. */
export async function readObject(
  requests: Requests,
  request: ReadRequest,
): Promise<
  | ({ readonly status: 'open'; readonly body: Readable } & ObjectStat)
  | BucketTrouble
> {
  const { name, signal, range } = request;
  // No range of an object is empty for S3.
  if (range !== undefined && range.end <= range.start)
    return readNothing(requests, request);
  const answer = await requests.make(
    { signal },
    ({ sdk, client, ...attempt }) =>
      client.send(
        new sdk.GetObjectCommand({
          Bucket: requests.bucket,
          Key: requests.keyOf(name),
          ...(range === undefined
            ? {}
            : { Range: `bytes=${range.start}-${range.end - 1}` }),
        }),
        { abortSignal: attempt.signal },
      ),
  );
  if (answer.status !== 'done') return answer;
  return openBody(requests, request, answer.value);
}

async function openBody(
  requests: Requests,
  request: ReadRequest,
  output: GetObjectCommandOutput,
): Promise<
  | ({ readonly status: 'open'; readonly body: Readable } & ObjectStat)
  | BucketTrouble
> {
  const { label, limits } = requests;
  // In Node it is one; the SDK's type covers browsers too.
  const body = output.Body as Readable;
  const extent = await extentOf(requests, request, output);
  if ('reason' in extent) {
    body.on('error', () => undefined).destroy();
    return extent;
  }
  const { expectedBytes, ...stat } = extent;
  const { silenceMs } = limits;
  const { signal, onBytes } = request;
  return {
    status: 'open',
    body: watchBody(body, { label, expectedBytes, silenceMs, signal, onBytes }),
    ...stat,
  };
}

/** How many bytes have to come, and of how many. */
async function extentOf(
  requests: Requests,
  request: ReadRequest,
  { ETag: etag, ContentLength, ContentRange }: GetObjectCommandOutput,
): Promise<(ObjectStat & { readonly expectedBytes: number }) | BucketTrouble> {
  const { label } = requests;
  if (etag === undefined) return notS3(label);
  if (request.range !== undefined) {
    const [, first, last, total] =
      /^bytes (\d+)-(\d+)\/(\d+)$/.exec(ContentRange ?? '') ?? [];
    if (Number(first) !== request.range.start)
      return failure('refused', `${label} does not give ranges of objects.`);
    const expectedBytes = Number(last) - request.range.start + 1;
    return { etag, sizeBytes: Number(total), expectedBytes };
  }
  if (ContentLength !== undefined)
    return { etag, sizeBytes: ContentLength, expectedBytes: ContentLength };
  // Something on the way took the length off; without it a cut body looks complete.
  const found = await statObject(requests, request);
  if (found.status !== 'found') return found;
  return found.etag === etag
    ? { etag, sizeBytes: found.sizeBytes, expectedBytes: found.sizeBytes }
    : withoutLength(label);
}

async function readNothing(
  requests: Requests,
  request: ReadRequest,
): Promise<
  | ({ readonly status: 'open'; readonly body: Readable } & ObjectStat)
  | BucketTrouble
> {
  const found = await statObject(requests, request);
  return found.status === 'found'
    ? { ...found, status: 'open', body: Readable.from([]) }
    : found;
}

/** Answers to HEAD have no body, so the reason of a refusal is asked for by the smallest GET. */
async function explained(
  requests: Requests,
  { name, signal }: ReadRequest,
  refusal: Failure,
): Promise<BucketTrouble> {
  const { reason } = refusal;
  const isVague =
    (reason === 'forbidden' && !requests.isUsuallyForbidden) ||
    reason === 'refused' ||
    reason === 'no-bucket';
  if (!isVague) return refusal;
  const range = { start: 0, end: 1 };
  const answer = await readObject(requests, { name, signal, range });
  if (answer.status === 'open') {
    answer.body.destroy();
    return refusal;
  }
  // Without the right to list, every missing object is forbidden: not asked again each time.
  if (answer.reason === 'forbidden') requests.isUsuallyForbidden = true;
  return answer;
}

function withoutLength(label: string): Failure {
  return failure(
    'refused',
    `${label} does not say how long its objects are, so a cut one would look complete.`,
  );
}
