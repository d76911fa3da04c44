/**
 * Making room: the manifests that were used least recently go first, then the blobs that no manifest names any
 * more. Other processes may find, restore and save meanwhile: a reader that loses a blob has a miss, and a blob
 * that a writer has just written or reused is young and stays.
 */
import { link, rename, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryName } from '../files/atomic-file.js';
import type { DiskLayout } from './layout.js';
import { withLock } from './lock.js';
import { resetUsage } from './usage.js';
import {
  listBlobs,
  listFolder,
  listManifests,
  type StoredBlob,
  type StoredFile,
  type StoredManifest,
} from './walk.js';
import { unlessIoError } from '../files/io-error.js';
import type { Manifest } from '../store.js';

/** A save writes its blobs before its manifest; what is younger may belong to one that is not done. */
const BLOB_GRACE_MS = 600_000;
/** A writer that has not written for so long is dead. */
const LEFTOVER_MS = 3_600_000;
/** Some room, so that the next save does not clean up again. */
const FILL_TO = 0.8;

/** What a clean-up needs. */
export interface CleanUpRequest {
  readonly layout: DiskLayout;
  readonly maxSizeBytes: number;
  readonly now: () => number;
  readonly checkpoint: (name: string) => Promise<void>;
}

/** What a clean-up removed. */
export interface CleanUpOutcome {
  readonly manifests: number;
  readonly blobs: number;
  readonly freedBytes: number;
  /** What is in the store now. */
  readonly leftBytes: number;
}

/** Brings a store below its limit, as far as that is possible; gives nothing when another process is doing it. */
export async function cleanUp(
  request: CleanUpRequest,
): Promise<CleanUpOutcome | undefined> {
  return withLock(request.layout.lock('clean-up'), 'no-wait', () =>
    cleanUpAlone(request),
  );
}

async function cleanUpAlone(request: CleanUpRequest): Promise<CleanUpOutcome> {
  const { layout, maxSizeBytes, now, checkpoint } = request;
  await removeLeftovers(layout, now());
  const manifests = await listManifests(layout);
  const blobs = await listBlobs(layout);
  const total = [...manifests, ...blobs].reduce(
    (sum, file) => sum + file.sizeBytes,
    0,
  );
  if (total <= maxSizeBytes) {
    await resetUsage(layout.usage, total, now());
    return { manifests: 0, blobs: 0, freedBytes: 0, leftBytes: total };
  }

  const dropped = chooseManifests(manifests, maxSizeBytes * FILL_TO);
  await checkpoint('clean-up-chosen');
  const removed: StoredFile[] = [];
  for (const manifest of dropped) {
    if (await removeUnlessUsed(manifest)) removed.push(manifest);
  }
  const manifestCount = removed.length;
  // Listed again: others may have been published or used since.
  const named = new Set(
    (await listManifests(layout)).flatMap(({ manifest }) =>
      manifest === undefined ? [] : digestsOf(manifest),
    ),
  );
  const youngestToGo = now() - BLOB_GRACE_MS;
  for (const blob of blobs) {
    if (named.has(blob.digest) || blob.mtimeMs > youngestToGo) continue;
    if (await removeUnlessYoung(layout, blob, youngestToGo)) removed.push(blob);
  }
  const freedBytes = removed.reduce((sum, file) => sum + file.sizeBytes, 0);
  const leftBytes = total - freedBytes;
  await resetUsage(layout.usage, leftBytes, now());
  const blobCount = removed.length - manifestCount;
  return { manifests: manifestCount, blobs: blobCount, freedBytes, leftBytes };
}

/** The manifests to drop: all but the most recently used that fit, and never the very last one. Pure. */
export function chooseManifests(
  manifests: readonly StoredManifest[],
  targetBytes: number,
): StoredManifest[] {
  const byUse = [...manifests].sort((a, b) => b.mtimeMs - a.mtimeMs);
  const counted = new Set<string>();
  let bytes = 0;
  const full = byUse.findIndex((each, index) => {
    bytes += each.sizeBytes;
    const files = each.manifest?.products.flatMap(({ files }) => files) ?? [];
    for (const { digest, sizeBytes } of files) {
      if (!counted.has(digest)) bytes += sizeBytes;
      counted.add(digest);
    }
    return bytes > targetBytes && index > 0;
  });
  return full === -1 ? [] : byUse.slice(full);
}

async function removeUnlessUsed(manifest: StoredManifest): Promise<boolean> {
  const now = await unlessIoError(stat(manifest.path));
  if (now !== undefined && now.mtimeMs !== manifest.mtimeMs) return false;
  await unlessIoError(rm(manifest.path, { force: true }));
  return true;
}

/**
 * First takes the blob away and then looks at its age again: a writer that reuses it either made it young before,
 * then it is brought back, or does not find it any more, and writes it anew.
 */
async function removeUnlessYoung(
  layout: DiskLayout,
  blob: StoredBlob,
  youngestToGo: number,
): Promise<boolean> {
  const aside = join(layout.temporary, temporaryName());
  await unlessIoError(rename(blob.path, aside));
  const found = await unlessIoError(stat(aside));
  if (found === undefined) return false;
  const isYoung = found.mtimeMs > youngestToGo;
  if (isYoung) {
    // A hard link never replaces what came meanwhile; where there are none, the same bytes replace each other.
    const isBack = await unlessIoError(link(aside, blob.path).then(() => true));
    if (isBack !== true) await unlessIoError(rename(aside, blob.path));
  }
  await unlessIoError(rm(aside, { force: true }));
  return !isYoung;
}

async function removeLeftovers(
  layout: DiskLayout,
  nowMs: number,
): Promise<void> {
  const isOld = ({ mtimeMs }: { readonly mtimeMs: number }): boolean =>
    mtimeMs < nowMs - LEFTOVER_MS;
  for (const { path } of (await listFolder(layout.temporary)).filter(isOld)) {
    await unlessIoError(rm(path, { force: true }));
  }
  for (const { path } of (await listFolder(layout.locks)).filter(isOld)) {
    await unlessIoError(rmdir(path));
  }
}

function digestsOf(manifest: Manifest): string[] {
  return manifest.products.flatMap(({ files }) =>
    files.map((file) => file.digest),
  );
}
