/**
 * A product as digests: sha256 of a file, or of the sorted list of a folder's files. What changes while it is read
 * has no digest; stat before and after tells. Knows nothing of stores.
 */
import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import {
  describeIoError,
  ioErrorCode,
  unlessIoError,
} from '../files/io-error.js';
import { mapParallel } from '../files/parallel.js';
import { listProduct, type Seen } from './product-listing.js';
import { readChunks } from '../files/read-chunks.js';
import { statIdentity, type StatCache } from './stat-cache.js';
import type { Digest, FileEntry, ProductEntry } from '../store.js';

/** Why there is no digest: nothing stands at the path, or it can't be read as a product. */
export type DigestFailure =
  | { readonly status: 'missing'; readonly message: string }
  | { readonly status: 'unreadable'; readonly message: string };

/** Of one file. */
export type FileDigestOutcome =
  | {
      readonly status: 'digested';
      readonly digest: Digest;
      readonly sizeBytes: number;
      readonly executable: boolean;
    }
  | DigestFailure;

/** Of a file or folder. */
export type ProductDigestOutcome =
  { readonly status: 'digested'; readonly entry: ProductEntry } | DigestFailure;

/** What digesting may use. */
export interface DigestOptions {
  readonly statCache?: StatCache;
}

/** Files at once; more than for copying, since each needs five short system calls. */
const PARALLEL_DIGESTS = 8;

/** Digests one regular file; a symbolic link stands for its target. Never rejects for I/O. */
export async function digestFile(
  path: string,
  options: DigestOptions = {},
): Promise<FileDigestOutcome> {
  const seen = await lookAt(path);
  if ('status' in seen) return seen;
  return seen.stat.isFile()
    ? digestSeen(seen, options)
    : unreadable(path, 'is not a regular file');
}

/** Digests a product: a file, or a folder with everything below it. Never rejects for I/O. */
export async function digestProduct(
  name: string,
  path: string,
  options: DigestOptions = {},
): Promise<ProductDigestOutcome> {
  const seen = await lookAt(path);
  if ('status' in seen) return seen;
  if (seen.stat.isDirectory()) return digestFolder(name, seen, options);
  if (!seen.stat.isFile()) {
    return unreadable(path, 'is neither a file nor a folder');
  }
  const outcome = await digestSeen(seen, options);
  if (outcome.status !== 'digested') return outcome;
  const { digest, sizeBytes, executable } = outcome;
  const files = [{ path: '', digest, sizeBytes, executable }];
  const entry = { name, kind: 'file' as const, digest, sizeBytes, files };
  return { status: 'digested', entry };
}

/** The digest of a folder from its files, which have to be sorted by path. Pure. */
export function digestOfFiles(files: readonly FileEntry[]): Digest {
  const hash = createHash('sha256').update('folder 1\n');
  for (const { path, digest, sizeBytes, executable } of files) {
    hash.update(`${JSON.stringify([path, digest, sizeBytes, executable])}\n`);
  }
  return hash.digest('hex');
}

/** Whether a product stands at a path, byte for byte. Sizes are compared before anything is hashed. */
export async function isProductAt(
  entry: ProductEntry,
  path: string,
): Promise<boolean> {
  const seen = await lookAt(path);
  if ('status' in seen) return false;
  const isFolder = seen.stat.isDirectory();
  if (isFolder !== (entry.kind === 'folder')) return false;
  const listing = isFolder
    ? await listProduct(path, seen.stat)
    : { status: 'listed' as const, files: [{ ...seen, path: '' }] };
  if (listing.status !== 'listed') return false;
  const isPlausible =
    listing.files.length === entry.files.length &&
    listing.files.every((file, index) => {
      const expected = entry.files[index];
      return (
        expected?.path === file.path &&
        BigInt(expected.sizeBytes) === file.stat.size &&
        expected.executable === isExecutable(file.stat)
      );
    });
  if (!isPlausible) return false;
  const found = await digestProduct(entry.name, path);
  return found.status === 'digested' && found.entry.digest === entry.digest;
}

async function digestFolder(
  name: string,
  root: Seen,
  options: DigestOptions,
): Promise<ProductDigestOutcome> {
  const listing = await listProduct(root.absolutePath, root.stat);
  if (listing.status === 'unreadable') return listing;
  let failure: DigestFailure | undefined;
  const files = await mapParallel(
    listing.files,
    PARALLEL_DIGESTS,
    async (file): Promise<FileEntry | undefined> => {
      if (failure !== undefined) return undefined;
      const outcome = await digestSeen(file, options);
      if (outcome.status !== 'digested') {
        failure = unreadable(file.absolutePath, 'changed while it was read');
        if (outcome.status === 'unreadable') failure = outcome;
        return undefined;
      }
      const { digest, sizeBytes, executable } = outcome;
      return { path: file.path, digest, sizeBytes, executable };
    },
  );
  failure ??= await findChangedFolder(listing.folders);
  if (failure !== undefined) return failure;
  const complete = files.filter((file) => file !== undefined);
  const entry: ProductEntry = {
    name,
    kind: 'folder',
    digest: digestOfFiles(complete),
    sizeBytes: complete.reduce((sum, file) => sum + file.sizeBytes, 0),
    files: complete,
  };
  return { status: 'digested', entry };
}

/** A folder's timestamps change when something is added to it or removed from it. */
async function findChangedFolder(
  folders: readonly Seen[],
): Promise<DigestFailure | undefined> {
  for (const folder of folders) {
    const now = await unlessIoError(
      stat(folder.absolutePath, { bigint: true }),
    );
    if (now === undefined || statIdentity(now) !== statIdentity(folder.stat)) {
      return unreadable(folder.absolutePath, 'changed while it was read');
    }
  }
  return undefined;
}

async function lookAt(path: string): Promise<Seen | DigestFailure> {
  try {
    const found = await stat(path, { bigint: true });
    return { path: '', absolutePath: path, stat: found };
  } catch (error) {
    const code = ioErrorCode(error);
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? { status: 'missing', message: `${path} does not exist` }
      : unreadable(path, `can't be read: ${describeIoError(error)}`);
  }
}

async function digestSeen(
  { absolutePath, stat: before }: Seen,
  { statCache }: DigestOptions,
): Promise<FileDigestOutcome> {
  const facts = {
    status: 'digested' as const,
    sizeBytes: Number(before.size),
    executable: isExecutable(before),
  };
  const known = await statCache?.lookup(before);
  if (known !== undefined) return { ...facts, digest: known };
  const hashedAtMs = Date.now();
  try {
    const digest = await hashUnchanged(absolutePath, before);
    if (digest === undefined) {
      return unreadable(absolutePath, 'changed while it was read');
    }
    statCache?.remember(before, digest, hashedAtMs);
    return { ...facts, digest };
  } catch (error) {
    return unreadable(absolutePath, `can't be read: ${describeIoError(error)}`);
  }
}

/** Nothing when the file is not, or no longer, the one that was seen. */
async function hashUnchanged(
  path: string,
  before: BigIntStats,
): Promise<Digest | undefined> {
  const handle = await open(path);
  try {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    for await (const chunk of readChunks(handle, Number(before.size))) {
      hash.update(chunk);
      sizeBytes += chunk.length;
    }
    const after = await handle.stat({ bigint: true });
    const isUnchanged =
      statIdentity(after) === statIdentity(before) &&
      BigInt(sizeBytes) === before.size;
    return isUnchanged ? hash.digest('hex') : undefined;
  } finally {
    await handle.close();
  }
}

/** As git does: the owner's bit alone counts. */
function isExecutable(stats: BigIntStats): boolean {
  return (stats.mode & 0o100n) !== 0n;
}

function unreadable(path: string, what: string): DigestFailure {
  return { status: 'unreadable', message: `${path} ${what}` };
}
