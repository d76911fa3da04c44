/**
 * Named entries in the configured shared store: which folders are read and written is decided by the trust scope, and
 * signatures count in what everybody reads.
 */
import { openRemoteBucket } from './remote-bucket.js';
import type { StoreScope } from './scope.js';
import { isTrustedRoot, readRoots, writeRoot } from './generations.js';
import {
  openNamedEntries,
  type NamedEntries,
  type ReadRoot,
} from './named-entries.js';
import type { RemoteOptions } from './open-remote.js';
import { problemOfSigner } from './signature.js';
import type { Trust } from './trust.js';

/** What binds a signature to this kind of entry. */
const DOMAIN = 'nx-notebook named entry 1';

/** Which entries. */
export interface RemoteEntriesOptions {
  /** Folder below the trust scopes, such as `nx/shop`. */
  readonly space: string;
  readonly access: 'read' | 'read-write';
  /** Whose signatures count, and who signs. */
  readonly trust: Trust;
  /** Who stores, for people. */
  readonly provenance: Readonly<Record<string, unknown>>;
}

/** Opens the entries of a space. Asks the store nothing before it is used. */
export function openRemoteEntries(
  remote: RemoteOptions,
  { space, access, provenance, trust }: RemoteEntriesOptions,
): NamedEntries {
  const { scope, now = Date.now } = remote;
  const { signer, verifier } = trust;
  return openNamedEntries({
    bucket: openRemoteBucket(remote),
    space,
    provenance,
    readRoots: () => foldersToRead(scope, access, now()),
    writeRoot: () =>
      access === 'read' || scope === undefined || !isBelieved(scope, trust)
        ? undefined
        : writeRoot(scope, now()),
    ...(signer === undefined
      ? {}
      : { sign: (line: string) => signer.sign(line, DOMAIN) }),
    ...(verifier === undefined
      ? {}
      : {
          isVouchedFor: (folder, line, signature) =>
            !isTrustedRoot(folder) ||
            verifier.check(line, signature, DOMAIN) === 'valid',
        }),
  });
}

/** Whether others would take what a run of this scope writes; if not, it would be written again and again. */
function isBelieved(scope: StoreScope, { signer, verifier }: Trust): boolean {
  return (
    scope.kind !== 'trusted' ||
    verifier === undefined ||
    problemOfSigner(signer, verifier) === undefined
  );
}

/** A trusted writer keeps alive what it finds in the month before. */
function foldersToRead(
  scope: StoreScope | undefined,
  access: RemoteEntriesOptions['access'],
  nowMs: number,
): readonly ReadRoot[] {
  const current =
    access === 'read-write' && scope?.kind === 'trusted'
      ? writeRoot(scope, nowMs)
      : undefined;
  return readRoots(scope, nowMs).map((folder) =>
    current === undefined || folder === current
      ? { folder }
      : { folder, promoteTo: current },
  );
}
