/**
 * What lies in a product folder. Symbolic links are followed, because a reader of the product follows them too:
 * their target's bytes belong to the product. A link to one of its own parents, a dangling link and everything
 * that is neither file nor folder is refused.
 */
import type { BigIntStats } from 'node:fs';
import { lstat, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeIoError, ioErrorCode } from '../files/io-error.js';
import { mapParallel } from '../files/parallel.js';

/** A file or folder as it was seen. */
export interface Seen {
  /** POSIX, relative to the product; empty for the product itself. */
  readonly path: string;
  readonly absolutePath: string;
  readonly stat: BigIntStats;
}

/** All files below a folder, sorted by path, and the folders that were read for it. */
export interface ProductListing {
  readonly files: readonly Seen[];
  readonly folders: readonly Seen[];
}

/** Why a folder can't be read as a product; the message begins with the path. */
export interface Unreadable {
  readonly status: 'unreadable';
  readonly message: string;
}

/** Queue of stat calls per folder. */
const PARALLEL_STATS = 16;

interface Folder extends Seen {
  /** `dev:ino` of the folder and its parents, to find loops. */
  readonly line: readonly string[];
}

/** Reads a folder and all folders below it. Rejects only for bugs. */
export async function listProduct(
  absolutePath: string,
  rootStat: BigIntStats,
): Promise<({ readonly status: 'listed' } & ProductListing) | Unreadable> {
  const files: Seen[] = [];
  const folders: Folder[] = [
    { path: '', absolutePath, stat: rootStat, line: [inode(rootStat)] },
  ];
  // The loop also visits what it appends.
  for (const folder of folders) {
    const entries = await listFolder(folder);
    if ('status' in entries) return entries;
    for (const entry of entries) {
      if (entry.stat.isFile()) {
        files.push(entry);
      } else if (!entry.stat.isDirectory()) {
        return unreadable(entry, 'is neither a file nor a folder');
      } else if (folder.line.includes(inode(entry.stat))) {
        return unreadable(entry, 'is a symbolic link to a folder around it');
      } else {
        folders.push({ ...entry, line: [...folder.line, inode(entry.stat)] });
      }
    }
  }
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { status: 'listed', files, folders };
}

async function listFolder(folder: Folder): Promise<Seen[] | Unreadable> {
  let names: string[];
  try {
    names = await readdir(folder.absolutePath);
  } catch (error) {
    return unreadable(folder, `can't be read: ${describeIoError(error)}`);
  }
  const seen = await mapParallel(names, PARALLEL_STATS, (name) =>
    look(
      folder.path === '' ? name : `${folder.path}/${name}`,
      join(folder.absolutePath, name),
    ),
  );
  const failed = seen.find((each) => 'status' in each);
  return failed ?? (seen as Seen[]);
}

async function look(
  path: string,
  absolutePath: string,
): Promise<Seen | Unreadable> {
  // Node puts U+FFFD where a name is not UTF-8; such a name can't be opened again.
  if (path.includes('\uFFFD')) {
    return unreadable({ absolutePath }, 'has a name that is not valid UTF-8');
  }
  try {
    const found = await stat(absolutePath, { bigint: true });
    return { path, absolutePath, stat: found };
  } catch (error) {
    const isDangling =
      ioErrorCode(error) === 'ENOENT' &&
      (await lstat(absolutePath).then(
        (link) => link.isSymbolicLink(),
        () => false,
      ));
    return unreadable(
      { absolutePath },
      isDangling
        ? 'is a symbolic link to something that does not exist'
        : `can't be read: ${describeIoError(error)}`,
    );
  }
}

function unreadable(
  { absolutePath }: { readonly absolutePath: string },
  what: string,
): Unreadable {
  return { status: 'unreadable', message: `${absolutePath} ${what}` };
}

function inode(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}`;
}
