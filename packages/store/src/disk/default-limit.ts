/**
 * How large a local store may get when nobody said it: a share of its disk.
 */
import { statfs } from 'node:fs/promises';
import { unlessIoError } from '../files/io-error.js';
import { makeFolder } from '../files/make-folder.js';

const MAX_DEFAULT_BYTES = 10_000_000_000;

/** Bytes: a tenth of the disk, at most 10 GB. Makes the folder, which tells the disk. */
export async function defaultLimit(root: string): Promise<number> {
  await unlessIoError(makeFolder(root));
  const disk = await unlessIoError(statfs(root));
  return disk === undefined
    ? MAX_DEFAULT_BYTES
    : Math.min(MAX_DEFAULT_BYTES, (disk.blocks * disk.bsize) / 10);
}
