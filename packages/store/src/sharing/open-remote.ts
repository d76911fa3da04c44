/**
 * Opens the configured shared store, whatever kind it is: the one place that knows all kinds.
 */
import type { RemoteStore } from '../store.js';
import type { StoreAddress } from './address.js';
import { openFolderStore } from './folder-store.js';
import type { StoreScope } from './scope.js';

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

/** Opens the shared store. Asks nobody before it is used. */
export function openRemoteStore(options: RemoteOptions): Promise<RemoteStore> {
  const { address, scope, now } = options;
  if (address.kind === 's3') {
    return Promise.reject(new Error('stores in S3 are not there yet'));
  }
  return Promise.resolve(
    openFolderStore({
      path: address.path,
      ...(scope === undefined ? {} : { scope }),
      ...(now === undefined ? {} : { now }),
    }),
  );
}
