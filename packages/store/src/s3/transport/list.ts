/**
 * Names below a prefix, page by page.
 */
import type { Bucket } from '../bucket.js';
import type { Requests } from './requests.js';

/** As {@link Bucket.list}; names are relative to the prefix of the bucket. */
export async function* listObjects(
  requests: Requests,
  prefix: string,
  signal: AbortSignal | undefined,
): ReturnType<Bucket['list']> {
  const isBelow = requests.keyOf('').length;
  let next: string | undefined;
  do {
    const ContinuationToken = next;
    const answer = await requests.make(
      { signal },
      ({ sdk, client, ...attempt }) =>
        client.send(
          new sdk.ListObjectsV2Command({
            Bucket: requests.bucket,
            Prefix: requests.keyOf(prefix),
            ContinuationToken,
          }),
          { abortSignal: attempt.signal },
        ),
    );
    if (answer.status !== 'done') {
      yield answer;
      return;
    }
    const { Contents = [], IsTruncated, NextContinuationToken } = answer.value;
    yield {
      status: 'listed',
      objects: Contents.map(({ Key = '', Size = 0, LastModified }) => ({
        name: Key.slice(isBelow),
        sizeBytes: Size,
        modifiedMs: LastModified?.getTime() ?? 0,
      })),
    };
    next = IsTruncated === true ? NextContinuationToken : undefined;
  } while (next !== undefined);
}
