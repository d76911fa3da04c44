/**
 * Writing a file so that a reader sees the old bytes or the new ones, never a part. Own code because the usual
 * library ignores short writes: on a full disk it renames a cut file into place without an error.
 * No fsync: after a power cut a file may be empty or cut, so readers have to check what they read.
 */
import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Names of our temporary files and folders, wherever they lie. */
const TEMPORARY_NAME = /^\.nxnb-[0-9a-f]{24}$/;

/** A new name for a temporary file or folder; random, because process ids repeat across containers. */
export function temporaryName(): string {
  // Taken from a stock of random bytes, unlike other random numbers; all but four of these bits are random.
  return `.nxnb-${randomUUID().replaceAll('-', '').slice(0, 24)}`;
}

/** Whether a name (not a path) was made by {@link temporaryName}. */
export function isTemporaryName(name: string): boolean {
  return TEMPORARY_NAME.test(name);
}

/** Writes through a temporary file beside the target. The folder has to exist; rejects with the system's error. */
export async function writeFileAtomically(
  path: string,
  data: string | Uint8Array,
): Promise<void> {
  const temporary = join(dirname(path), temporaryName());
  try {
    await writeFile(temporary, data, { flag: 'wx' });
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
