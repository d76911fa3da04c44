/**
 * Making a folder and the folders around it, first or when they are missed. Node's own recursive call hides the reason: on a read-only file system
 * it says that something does not exist.
 */
import { mkdir, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ioErrorCode, unlessIoError } from './io-error.js';

/** The same as {@link makeFolder}, and cheaper for a folder that is mostly there. */
export async function ensureFolder(path: string): Promise<string[]> {
  return (await isFolder(path)) ? [] : makeFolder(path);
}

/** Gives the folders that it made, the outermost first; others may make them at the same time. */
export async function makeFolder(path: string): Promise<string[]> {
  try {
    await mkdir(path);
    return [path];
  } catch (error) {
    const code = ioErrorCode(error);
    if (code === 'EEXIST' && (await isFolder(path))) return [];
    if (code !== 'ENOENT' || dirname(path) === path) throw error;
    const made = await makeFolder(dirname(path));
    return [...made, ...(await makeInside(path, error))];
  }
}

/** Renames, making the folder when it is missing; folders are many and made once. */
export async function renameIntoPlace(
  temporary: string,
  path: string,
): Promise<void> {
  try {
    await rename(temporary, path);
  } catch (error) {
    if (ioErrorCode(error) !== 'ENOENT') throw error;
    await makeFolder(dirname(path));
    await rename(temporary, path);
  }
}

/**
 * The same for a folder whose parent is there. Some file systems, /proc and automounters, go on to say that something
 * does not exist; asking on would never end.
 */
async function makeInside(path: string, first: unknown): Promise<string[]> {
  try {
    await mkdir(path);
    return [path];
  } catch (error) {
    const code = ioErrorCode(error);
    if (code === 'EEXIST' && (await isFolder(path))) return [];
    throw code === 'ENOENT' ? first : error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await unlessIoError(stat(path)))?.isDirectory() === true;
}
