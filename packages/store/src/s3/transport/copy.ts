/**
 * Copying inside of a bucket without moving bytes here: at once, or in parts where S3 copies no more at once.
 */
import { mapParallel } from '../../files/parallel.js';
import type { BucketTrouble } from '../bucket.js';
import { failure } from './failure.js';
import { cutIntoParts } from './limits.js';
import { beginParts, completeParts, giveUpParts } from './multipart.js';
import type { Answer, Requests } from './requests.js';
import { statObject } from './single-read.js';
import { notS3 } from './single-write.js';

/** S3 copies a gigabyte within seconds; more parts are more requests. */
const COPIED_PART_BYTES = 1024 ** 3;

/** One copy. */
export interface CopyRequest {
  readonly from: string;
  readonly to: string;
  readonly signal: AbortSignal | undefined;
  /** Asked for when absent. */
  readonly sizeBytes: number | undefined;
}

/** Copies, or says why not. */
export async function copyObject(
  requests: Requests,
  request: CopyRequest,
): Promise<{ readonly status: 'copied' } | BucketTrouble> {
  const { from, signal } = request;
  const found =
    request.sizeBytes === undefined
      ? await statObject(requests, { name: from, signal })
      : { status: 'found' as const, sizeBytes: request.sizeBytes };
  if (found.status !== 'found') return found;
  return found.sizeBytes > requests.limits.singleCopyBytes
    ? copyInParts(requests, { ...request, sizeBytes: found.sizeBytes })
    : copyAtOnce(requests, request);
}

async function copyAtOnce(
  requests: Requests,
  { from, to, signal }: CopyRequest,
): Promise<{ readonly status: 'copied' } | BucketTrouble> {
  const silenceMs = requests.limits.serverWorkMs;
  const answer = await requests.make(
    { signal, silenceMs },
    ({ sdk, client, ...attempt }) =>
      client.send(
        new sdk.CopyObjectCommand({
          Bucket: requests.bucket,
          Key: requests.keyOf(to),
          CopySource: sourceOf(requests, from),
        }),
        { abortSignal: attempt.signal },
      ),
  );
  if (answer.status !== 'done') return answer;
  return answer.value.CopyObjectResult?.ETag === undefined
    ? notS3(requests.label)
    : { status: 'copied' };
}

async function copyInParts(
  requests: Requests,
  { from, to, signal, sizeBytes }: CopyRequest & { readonly sizeBytes: number },
): Promise<{ readonly status: 'copied' } | BucketTrouble> {
  const {
    parallelParts,
    serverWorkMs: silenceMs,
    singleCopyBytes,
  } = requests.limits;
  const begun = await beginParts(requests, { name: to, signal });
  if (begun.status !== 'begun') return begun;
  const { id } = begun;
  let trouble: BucketTrouble | undefined;
  const pieces = cutIntoParts(
    sizeBytes,
    Math.min(singleCopyBytes, COPIED_PART_BYTES),
  );
  const parts = await mapParallel(pieces, parallelParts, async (piece) => {
    const PartNumber = piece.number;
    if (trouble !== undefined) return {};
    const answer: Answer<string | undefined> = await requests.make(
      { signal, silenceMs },
      async ({ sdk, client, ...attempt }) => {
        const { CopyPartResult } = await client.send(
          new sdk.UploadPartCopyCommand({
            Bucket: requests.bucket,
            Key: requests.keyOf(to),
            UploadId: id,
            PartNumber,
            CopySource: sourceOf(requests, from),
            CopySourceRange: `bytes=${piece.start}-${piece.end - 1}`,
          }),
          { abortSignal: attempt.signal },
        );
        return CopyPartResult?.ETag;
      },
    );
    if (answer.status !== 'done') trouble ??= answer;
    else if (answer.value === undefined)
      trouble ??= failure('refused', `${requests.label} copied no part.`);
    else return { PartNumber, ETag: answer.value };
    return {};
  });
  trouble ??= await finish(requests, { name: to, id, parts, signal });
  if (trouble === undefined) return { status: 'copied' };
  await giveUpParts(requests, { name: to, id });
  return trouble;
}

async function finish(
  requests: Requests,
  upload: Parameters<typeof completeParts>[1],
): Promise<BucketTrouble | undefined> {
  const { answer } = await completeParts(requests, upload);
  return answer.status === 'done' ? undefined : answer;
}

function sourceOf(requests: Requests, name: string): string {
  const path = `${requests.bucket}/${requests.keyOf(name)}`;
  return path.split('/').map(encodeURIComponent).join('/');
}
