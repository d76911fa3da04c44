/**
 * Looking over a whole store on disk: counting it, re-hashing it, making room. Meant for a command line.
 */
import { digestFile } from '../products/digest.js';
import { cleanUp, type CleanUpOutcome } from './cleanup.js';
import { defaultLimit } from './default-limit.js';
import { diskLayout } from './layout.js';
import { listBlobs, listManifests } from './walk.js';
import { mapParallel, PARALLEL_FILES } from '../files/parallel.js';

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

/** Counts a store. Walks all of it; a store that does not exist is empty. */
export async function statDiskStore(root: string): Promise<DiskStoreStat> {
  const layout = diskLayout(root);
  const blobs = await listBlobs(layout);
  const manifests = await listManifests(layout);
  const sizeBytes = [...blobs, ...manifests].reduce(
    (sum, file) => sum + file.sizeBytes,
    0,
  );
  return { manifests: manifests.length, blobs: blobs.length, sizeBytes };
}

/** Re-hashes every blob and checks every manifest. Damage found here is a miss for a run, never a wrong product. */
export async function verifyDiskStore(
  root: string,
): Promise<DiskStoreVerification> {
  const layout = diskLayout(root);
  const damaged: DamagedObject[] = [];
  const sound = new Map<string, number>();
  const blobs = await listBlobs(layout);
  await mapParallel(blobs, PARALLEL_FILES, async ({ path, digest }) => {
    const found = await digestFile(path);
    if (found.status === 'missing') return;
    if (found.status === 'unreadable') {
      damaged.push({ path, message: `${found.message}.` });
    } else if (found.digest !== digest) {
      const message = 'The blob has other bytes than its name says.';
      damaged.push({ path, message });
    } else {
      sound.set(digest, found.sizeBytes);
    }
  });
  const manifests = await listManifests(layout);
  for (const { path, manifest } of manifests) {
    if (manifest === undefined) {
      damaged.push({ path, message: 'The manifest is not valid.' });
      continue;
    }
    const files = manifest.products.flatMap((product) => product.files);
    const missing = files.filter(
      ({ digest, sizeBytes }) =>
        sizeBytes > 0 && sound.get(digest) !== sizeBytes,
    ).length;
    if (missing > 0) {
      const message = `The manifest names ${missing} of ${files.length} blobs that are missing or damaged.`;
      damaged.push({ path, message });
    }
  }
  damaged.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { manifests: manifests.length, blobs: blobs.length, damaged };
}

/**
 * Drops what was used least recently until a store is below a limit (bytes; its default without one). Gives nothing while
 * another process is doing it. Rejects with the system's error when the folder can't be written.
 */
export async function shrinkDiskStore(
  root: string,
  maxSizeBytes?: number,
): Promise<(CleanUpOutcome & { readonly limitBytes: number }) | undefined> {
  const limitBytes = maxSizeBytes ?? (await defaultLimit(root));
  const outcome = await cleanUp({
    layout: diskLayout(root),
    maxSizeBytes: limitBytes,
    now: Date.now,
    checkpoint: () => Promise.resolve(),
  });
  return outcome === undefined ? undefined : { ...outcome, limitBytes };
}
