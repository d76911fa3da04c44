/**
 * A bucket of S3 or of a server that speaks like it, behind {@link Bucket}. Nothing is loaded or asked before the
 * first request.
 */
import type { Bucket, BucketTrouble, RequestOptions } from './bucket.js';
import { copyObject } from './transport/copy.js';
import { DEFAULT_LIMITS, type BucketLimits } from './transport/limits.js';
import { listObjects } from './transport/list.js';
import type { S3Location } from './transport/location.js';
import { Requests, type Given } from './transport/requests.js';
import { readObject, statObject } from './transport/single-read.js';
import { writeAtOnce } from './transport/single-write.js';
import { writeInParts } from './transport/write-in-parts.js';

/** A bucket with connections of its own. */
export interface S3Bucket extends Bucket {
  /** Closes idle connections (they don't keep the process alive). The bucket can still be used. */
  close(): void;
}

/** Opens a bucket; that it can be reached shows with the first request. */
export function openS3Bucket(
  location: S3Location,
  limits: Partial<BucketLimits> = {},
): S3Bucket {
  const requests = new Requests(location, { ...DEFAULT_LIMITS, ...limits });
  return {
    label: requests.label,
    stat: async (name, options) =>
      plain(await statObject(requests, { name, ...given(options) })),
    read: async (name, options) =>
      plain(
        await readObject(requests, {
          name,
          ...given(options),
          range: options?.range,
        }),
      ),
    write: async (name, source, options) => {
      const write =
        source.sizeBytes > (await requests.singleWriteBytes())
          ? writeInParts
          : writeAtOnce;
      const condition = options?.condition;
      return plain(
        await write(requests, { name, source, condition, ...given(options) }),
      );
    },
    copy: async (from, to, { signal, sizeBytes } = {}) =>
      plain(await copyObject(requests, { from, to, signal, sizeBytes })),
    async *list(prefix, { signal } = {}) {
      for await (const page of listObjects(requests, prefix, signal))
        yield plain(page);
    },
    close: () => requests.close(),
  };
}

function given(options: RequestOptions | undefined): Given {
  return { signal: options?.signal, onBytes: options?.onBytes };
}

/** Without what only retries need to know. */
function plain<T extends { readonly status: string }>(
  outcome: T | BucketTrouble,
): T | BucketTrouble {
  if (!('reason' in outcome)) return outcome;
  const { reason, message } = outcome;
  return { status: 'trouble', reason, message };
}
