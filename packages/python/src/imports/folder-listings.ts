/**
 * Which modules a folder holds, remembered for the life of the process as long as the folder's own times do not
 * change. One {@link FolderView} is one moment: it looks at each folder once.
 */
import { readdirSync, statSync } from 'node:fs';
import * as path from 'node:path';

/** The names in one folder that imports can find. */
export interface FolderListing {
  /** Names of files. */
  readonly files: ReadonlySet<string>;
  /** Names of folders. */
  readonly folders: ReadonlySet<string>;
  /** Module name -> files of compiled modules. */
  readonly compiled: ReadonlyMap<string, readonly string[]>;
}

/** Folder -> listing at one moment. */
export type FolderView = (folder: string) => FolderListing;

interface Remembered {
  readonly stamp: string;
  readonly listing: FolderListing;
}

/** A folder changed within this time may change again without a new timestamp. */
const SETTLED_MS = 2000;

const EMPTY: FolderListing = {
  files: new Set(),
  folders: new Set(),
  compiled: new Map(),
};

const COMPILED = /^([\p{L}_][\p{L}\p{N}_]*)(?:\.[^.]+)*\.(?:so|pyd|pyc)$/u;

/** Remembers listings; each call gives a view of the present moment. */
export function rememberFolders(): () => FolderView {
  const remembered = new Map<string, Remembered>();
  return () => {
    const seen = new Map<string, FolderListing>();
    return (folder) => {
      const known = seen.get(folder) ?? look(folder, remembered);
      seen.set(folder, known);
      return known;
    };
  };
}

function look(
  folder: string,
  remembered: Map<string, Remembered>,
): FolderListing {
  const stat = statSync(folder, { bigint: true, throwIfNoEntry: false });
  if (stat?.isDirectory() !== true) return EMPTY;
  const stamp = `${stat.dev} ${stat.ino} ${stat.mtimeNs} ${stat.ctimeNs}`;
  const known = remembered.get(folder);
  if (known?.stamp === stamp) return known.listing;
  const isSettled = Date.now() - Number(stat.ctimeMs) > SETTLED_MS;
  const listing = list(folder);
  if (isSettled) remembered.set(folder, { stamp, listing });
  else remembered.delete(folder);
  return listing;
}

function list(folder: string): FolderListing {
  const files = new Set<string>();
  const folders = new Set<string>();
  const compiled = new Map<string, string[]>();
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const { name } = entry;
    const stat = entry.isSymbolicLink()
      ? statSync(path.join(folder, name), { throwIfNoEntry: false })
      : entry;
    if (stat?.isDirectory() === true) folders.add(name);
    if (stat?.isFile() !== true) continue;
    files.add(name);
    const module = COMPILED.exec(name)?.[1];
    if (module !== undefined)
      compiled.set(module, [...(compiled.get(module) ?? []), name]);
  }
  return { files, folders, compiled };
}
