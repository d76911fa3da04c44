/**
 * What all uploads in parts begin and end with. Knows nothing of where the parts come from.
 */
import type {
  CompletedPart,
  CompleteMultipartUploadCommandInput,
  CreateMultipartUploadCommandInput,
} from '@aws-sdk/client-s3';
import type { Failure } from './failure.js';
import type { Answer, Requests } from './requests.js';
import { notS3 } from './single-write.js';

/** Giving up at the server must not cost what waiting for it has cost already. */
const GIVING_UP_MS = 5_000;

/** Gives the upload its name. */
export async function beginParts(
  requests: Requests,
  {
    name,
    signal,
  }: { readonly name: string; readonly signal: AbortSignal | undefined },
  settings: Pick<CreateMultipartUploadCommandInput, 'ChecksumAlgorithm'> = {},
): Promise<{ readonly status: 'begun'; readonly id: string } | Failure> {
  const answer = await requests.make(
    { signal },
    ({ sdk, client, ...attempt }) =>
      client.send(
        new sdk.CreateMultipartUploadCommand({
          Bucket: requests.bucket,
          Key: requests.keyOf(name),
          ...settings,
        }),
        { abortSignal: attempt.signal },
      ),
  );
  if (answer.status !== 'done') return answer;
  const { UploadId: id } = answer.value;
  return id === undefined ? notS3(requests.label) : { status: 'begun', id };
}

/** Makes the object of its parts. In doubt, an earlier try may have made it: then there is no such upload any more. */
export async function completeParts(
  requests: Requests,
  {
    name,
    id,
    parts,
    signal,
    ...condition
  }: {
    readonly name: string;
    readonly id: string;
    readonly parts: readonly CompletedPart[];
    readonly signal: AbortSignal | undefined;
  } & Pick<CompleteMultipartUploadCommandInput, 'IfMatch' | 'IfNoneMatch'>,
): Promise<{
  readonly answer: Answer<'complete'>;
  readonly isInDoubt: boolean;
}> {
  const silenceMs = requests.limits.serverWorkMs;
  let isInDoubt = false;
  const answer = await requests.make(
    { signal, silenceMs },
    async ({ sdk, client, ...attempt }) => {
      isInDoubt = attempt.isAfterDoubt;
      const { ETag } = await client.send(
        new sdk.CompleteMultipartUploadCommand({
          Bucket: requests.bucket,
          Key: requests.keyOf(name),
          UploadId: id,
          MultipartUpload: { Parts: [...parts] },
          ...condition,
        }),
        { abortSignal: attempt.signal },
      );
      return ETag;
    },
  );
  if (answer.status !== 'done') return { answer, isInDoubt };
  return answer.value === undefined
    ? { answer: notS3(requests.label), isInDoubt }
    : { answer: { status: 'done', value: 'complete' }, isInDoubt };
}

/** Lets the server forget the parts. Tried for a few seconds; the bucket's lifecycle rule does what is left. */
export async function giveUpParts(
  requests: Requests,
  { name, id }: { readonly name: string; readonly id: string },
): Promise<void> {
  const signal = AbortSignal.timeout(GIVING_UP_MS);
  await requests.make({ signal }, ({ sdk, client, ...attempt }) =>
    client.send(
      new sdk.AbortMultipartUploadCommand({
        Bucket: requests.bucket,
        Key: requests.keyOf(name),
        UploadId: id,
      }),
      { abortSignal: attempt.signal },
    ),
  );
}
