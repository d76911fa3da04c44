/**
 * Puts the products of a manifest in their places. Everything is fetched into temporary files and folders beside
 * the targets and verified; only then is anything renamed. A folder is swapped as a whole, so nothing stale stays
 * in it and links inside it are not followed. Killed at any moment, a product is old, new or missing, never mixed.
 * Knows blobs as an interface only.
 */
import { lstat, mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { isTemporaryName, temporaryName } from '../files/atomic-file.js';
import { isProductAt } from './digest.js';
import {
  describeIoError,
  ioErrorCode,
  unlessIoError,
} from '../files/io-error.js';
import {
  ensureFolder,
  makeFolder,
  renameIntoPlace,
} from '../files/make-folder.js';
import { problemOfTargets } from './manifest.js';
import { mapParallel, PARALLEL_FILES } from '../files/parallel.js';
import type {
  BlobSource,
  FileEntry,
  Manifest,
  ProductEntry,
  ProductLocation,
  RestoreOutcome,
} from '../store.js';

/** What a restore needs. */
export interface RestoreRequest {
  readonly manifest: Manifest;
  readonly targets: readonly ProductLocation[];
  readonly blobs: BlobSource;
  readonly now: () => number;
  readonly checkpoint: (name: string) => Promise<void>;
}

/** A product on its way. */
interface Placement {
  readonly entry: ProductEntry;
  readonly target: string;
  /** Folder of the temporary names: beside the target, outside of every other target. */
  readonly beside: string;
  /** The complete new product. */
  readonly incoming: string;
}

type Failure = Exclude<RestoreOutcome, { readonly status: 'restored' }>;

/** No restore takes so long; what is older was left by a process that was killed. */
const LEFTOVER_MS = 24 * 3_600_000;
/** Another process that restores the same folder can come in between this often at most. */
const SWAP_ATTEMPTS = 10;

/** Restores all products or says why not. Never rejects for I/O. */
export async function restoreProducts(
  request: RestoreRequest,
): Promise<RestoreOutcome> {
  const { manifest, targets } = request;
  const problem = problemOfTargets(manifest, targets);
  if (problem !== undefined) {
    const message = `The stored entry does not fit: ${problem}.`;
    return { status: 'damaged', message };
  }
  const placements = await planPlacements(manifest, targets);
  const made: string[] = [];
  let isRestored = false;
  try {
    const failure =
      (await fetchAll(placements, request.blobs, made)) ??
      (await request.checkpoint('fetched').then(() => undefined)) ??
      (await swapAll(placements, request.checkpoint));
    if (failure === undefined) {
      isRestored = true;
      await sweep(placements, request.now());
      return { status: 'restored' };
    }
    return failure;
  } finally {
    if (!isRestored) {
      for (const { incoming } of placements) await remove(incoming);
      await removeEmpty(made);
    }
  }
}

/** The products that are not right already, the outer before the inner where one lies in another. */
async function planPlacements(
  manifest: Manifest,
  targets: readonly ProductLocation[],
): Promise<Placement[]> {
  const placements: Placement[] = [];
  const sorted = [...targets].sort((a, b) => a.path.length - b.path.length);
  for (const { name, path: target } of sorted) {
    const entry = manifest.products.find((product) => product.name === name);
    // An inner product is put again when the folder around it is, since that one replaces all.
    const outer = placements.find((each) =>
      target.startsWith(each.target + sep),
    );
    if (!entry || (!outer && (await isProductAt(entry, target)))) continue;
    const beside = outer?.beside ?? dirname(target);
    const incoming = join(beside, temporaryName());
    placements.push({ entry, target, beside, incoming });
  }
  return placements;
}

/** Fetches and verifies everything; adds the folders that it had to make around the targets to `made`. */
async function fetchAll(
  placements: readonly Placement[],
  blobs: BlobSource,
  made: string[],
): Promise<Failure | undefined> {
  const files: { file: FileEntry; path: string; target: string }[] = [];
  const folders = new Set<string>();
  for (const { entry, target, beside, incoming } of placements) {
    try {
      if (!folders.has(beside)) made.push(...(await ensureFolder(beside)));
      folders.add(beside);
      if (entry.kind === 'folder') await makeFolders(incoming, entry.files);
    } catch (error) {
      return unwritable(target, describeIoError(error));
    }
    for (const file of entry.files) {
      files.push({ file, path: join(incoming, file.path), target });
    }
  }
  let failure: Failure | undefined;
  await mapParallel(files, PARALLEL_FILES, async ({ file, path, target }) => {
    if (failure !== undefined) return;
    const outcome = await blobs.fetch(file, path);
    if (outcome.status === 'unwritable') {
      failure = unwritable(target, outcome.message);
    } else if (outcome.status === 'damaged') {
      const message = `The stored entry is damaged: ${outcome.message}.`;
      failure = { status: 'damaged', message };
    }
  });
  return failure;
}

async function makeFolders(
  incoming: string,
  files: readonly FileEntry[],
): Promise<void> {
  await mkdir(incoming);
  const folders = new Set(files.map((file) => dirname(file.path)));
  folders.delete('.');
  for (const folder of folders) {
    await makeFolder(join(incoming, folder));
  }
}

async function swapAll(
  placements: readonly Placement[],
  checkpoint: (name: string) => Promise<void>,
): Promise<Failure | undefined> {
  for (const placement of placements) {
    try {
      await swap(placement, checkpoint);
    } catch (error) {
      return unwritable(placement.target, describeIoError(error));
    }
    await checkpoint('swapped');
  }
  return undefined;
}

/**
 * Node can't exchange two names at once, so a folder that is in the way is first moved aside. Between the two
 * renames the product is missing, which is a miss for every reader.
 */
async function swap(
  { entry, target, beside, incoming }: Placement,
  checkpoint: (name: string) => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const inTheWay = await unlessMissing(lstat(target));
    const mustMove =
      inTheWay !== undefined &&
      (inTheWay.isDirectory() || entry.kind === 'folder');
    const aside = join(beside, temporaryName());
    const isMoved =
      mustMove &&
      (await unlessMissing(rename(target, aside).then(() => true))) === true;
    if (isMoved) await checkpoint('moved-aside');
    try {
      await renameIntoPlace(incoming, target);
      if (isMoved) await remove(aside);
      return;
    } catch (error) {
      // Somebody else put a folder there between our two calls.
      const code = ioErrorCode(error) ?? '';
      const isRace = ['ENOTEMPTY', 'EEXIST', 'EISDIR', 'ENOTDIR'].includes(
        code,
      );
      if (isRace && attempt < SWAP_ATTEMPTS) {
        if (isMoved) await remove(aside);
        continue;
      }
      // Bring the old product back; where that fails too, it is missing, and therefore a miss.
      if (isMoved) await unlessIoError(rename(aside, target));
      throw error;
    }
  }
}

/** Removes what killed restores left beside the targets. */
async function sweep(
  placements: readonly Placement[],
  nowMs: number,
): Promise<void> {
  for (const beside of new Set(placements.map((each) => each.beside))) {
    const names = (await unlessIoError(readdir(beside))) ?? [];
    for (const name of names.filter(isTemporaryName)) {
      const path = join(beside, name);
      const found = await unlessIoError(lstat(path));
      if (found && found.ctimeMs < nowMs - LEFTOVER_MS) await remove(path);
    }
  }
}

/** Innermost first, as long as they are empty. */
async function removeEmpty(folders: readonly string[]): Promise<void> {
  for (const folder of [...folders].reverse()) {
    await unlessIoError(rmdir(folder));
  }
}

async function remove(path: string): Promise<void> {
  await unlessIoError(rm(path, { recursive: true, force: true }));
}

async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (ioErrorCode(error) !== 'ENOENT') throw error;
    return undefined;
  }
}

function unwritable(target: string, why: string): Failure {
  return {
    status: 'unwritable',
    message: `${target} can't be written: ${why}.`,
  };
}
