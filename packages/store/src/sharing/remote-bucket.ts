/**
 * The bucket or folder of the configured shared store, and a look over all of it for people.
 */
import type { Bucket } from '../s3/bucket.js';
import {
  statS3Store,
  verifyS3Store,
  type S3StoreStat,
  type S3StoreVerification,
  type VerificationProgress,
} from '../s3/inventory.js';
import { openS3Bucket } from '../s3/open-bucket.js';
import { openFolderBucket } from './folder-bucket.js';
import type { RemoteOptions } from './open-remote.js';
import type { Trust } from './trust.js';

/** Opens it; asks nobody yet. */
export function openRemoteBucket({
  address,
  s3,
}: Pick<RemoteOptions, 'address' | 's3'>): Bucket {
  if (address.kind === 'folder') return openFolderBucket(address.path);
  const { bucket, prefix } = address;
  return openS3Bucket({ bucket, prefix, ...s3 });
}

/** Counts what a run of this configuration could read. Never rejects for the network. */
export function statRemoteStore(remote: RemoteOptions): Promise<S3StoreStat> {
  return statS3Store({ bucket: openRemoteBucket(remote), ...scopeOf(remote) });
}

/** Reads and hashes what a run of this configuration could read. Never rejects for the network. */
export function verifyRemoteStore(
  remote: RemoteOptions,
  {
    trust: { verifier },
    onProgress,
  }: {
    readonly trust: Trust;
    readonly onProgress: (progress: VerificationProgress) => void;
  },
): Promise<S3StoreVerification> {
  return verifyS3Store({
    bucket: openRemoteBucket(remote),
    onProgress,
    ...scopeOf(remote),
    ...(verifier === undefined ? {} : { verifier }),
  });
}

function scopeOf({ scope, now }: RemoteOptions): Partial<RemoteOptions> {
  return {
    ...(scope === undefined ? {} : { scope }),
    ...(now === undefined ? {} : { now }),
  };
}
