/**
 * Opens the configured shared store, whatever kind it is: the one place that knows all kinds.
 */
import { openS3Bucket } from '../s3/open-bucket.js';
import { openS3Store } from '../s3/s3-store.js';
import type { RemoteStore } from '../store.js';
import type { StoreAddress } from './address.js';
import { openFolderStore } from './folder-store.js';
import type { StoreScope } from './scope.js';
import { openTrust } from './trust.js';

/** What a shared store is opened with. */
export interface RemoteOptions {
  readonly address: StoreAddress;
  /** Where results go, and what is read besides `t/`. None: nothing is written. */
  readonly scope?: StoreScope;
  readonly access: 'read' | 'read-write';
  /** For `s3://`; what is absent is looked for by the SDK. */
  readonly s3: {
    readonly region?: string;
    readonly endpoint?: string;
    readonly pathStyle?: boolean;
    readonly profile?: string;
  };
  /** Public keys (PEM, or paths) whose signatures count; none: signatures are not looked at. */
  readonly publicKeys: readonly string[];
  /** Private key (PEM, or a path) that signs what is written. */
  readonly signingKey?: string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Opens the shared store, and asks nobody before it is used. Rejects with a sentence where a key is not usable. */
export async function openRemoteStore(
  options: RemoteOptions,
): Promise<RemoteStore> {
  const { address, s3, scope, access, now } = options;
  const opened = await openTrust(options);
  if (opened.status === 'invalid') throw new Error(opened.message);
  const store = {
    access,
    ...opened.trust,
    ...(scope === undefined ? {} : { scope }),
    ...(now === undefined ? {} : { now }),
  };
  if (address.kind === 'folder') {
    return openFolderStore({ ...store, path: address.path });
  }
  const { bucket, prefix } = address;
  return openS3Store({
    ...store,
    bucket: openS3Bucket({ bucket, prefix, ...s3 }),
  });
}
