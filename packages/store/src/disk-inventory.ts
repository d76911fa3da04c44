/** stub */
/** How full a store on disk is. */
export interface DiskStoreStat {
  readonly manifests: number;
  readonly blobs: number;
  readonly sizeBytes: number;
}

/** Something in a store that is not what its name says. */
export interface DamagedObject {
  /** Absolute path. */
  readonly path: string;
  /** One sentence. */
  readonly message: string;
}

/** What re-hashing everything found. */
export interface DiskStoreVerification {
  readonly manifests: number;
  readonly blobs: number;
  readonly damaged: readonly DamagedObject[];
}

/** Counts a store. Walks all of it. */
export function statDiskStore(_root: string): Promise<DiskStoreStat> {
  throw new Error('not built yet');
}

/** Re-hashes every blob and checks every manifest. Changes nothing. */
export function verifyDiskStore(_root: string): Promise<DiskStoreVerification> {
  throw new Error('not built yet');
}
