/**
 * Listing what lies in a store on disk. Only names of the right form are seen; what vanishes meanwhile is left out.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskLayout } from './layout.js';
import { unlessIoError } from '../files/io-error.js';
import { isSha256, parseManifest } from '../products/manifest.js';
import { mapParallel, PARALLEL_FILES } from '../files/parallel.js';
import type { Manifest } from '../store.js';

/** A file of the store. */
export interface StoredFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** For a manifest: its last use. For a blob: when it was last written or referred to. */
  readonly mtimeMs: number;
}

/** A blob under the digest in its name. */
export interface StoredBlob extends StoredFile {
  readonly digest: string;
}

/** A manifest under the key in its name; without content when it breaks a rule. */
export interface StoredManifest extends StoredFile {
  readonly key: string;
  readonly manifest: Manifest | undefined;
}

/** All blobs, in no order. */
export async function listBlobs(layout: DiskLayout): Promise<StoredBlob[]> {
  const found = await listShards(layout.blobs);
  return found
    .map((file) => ({ ...file, digest: file.name }))
    .filter((blob) => isSha256(blob.digest));
}

/** All manifests, in no order. */
export async function listManifests(
  layout: DiskLayout,
): Promise<StoredManifest[]> {
  const found = await listShards(layout.manifests);
  const named = found.map((file) => ({
    ...file,
    key: file.name.replace(/\.json$/, ''),
  }));
  const valid = named.filter(({ key, name }) => isSha256(key) && name !== key);
  return mapParallel(valid, PARALLEL_FILES, async (file) => {
    const text = await unlessIoError(readFile(file.path, 'utf8'));
    const manifest =
      text === undefined ? undefined : parseManifest(text, file.key);
    return { ...file, manifest };
  });
}

/** The files directly in a folder. */
export async function listFolder(
  folder: string,
): Promise<(StoredFile & { readonly name: string })[]> {
  const names = (await unlessIoError(readdir(folder))) ?? [];
  const files = await mapParallel(names, PARALLEL_FILES, async (name) => {
    const path = join(folder, name);
    const found = await unlessIoError(stat(path));
    if (found === undefined) return undefined;
    return { name, path, sizeBytes: found.size, mtimeMs: found.mtimeMs };
  });
  return files.filter((file) => file !== undefined);
}

async function listShards(
  folder: string,
): Promise<(StoredFile & { readonly name: string })[]> {
  const shards = (await unlessIoError(readdir(folder))) ?? [];
  const lists = await mapParallel(shards, PARALLEL_FILES, (shard) =>
    listFolder(join(folder, shard)),
  );
  return lists.flat();
}
