/**
 * The disk as loading sees it: regular files inside of the workspace, links followed, and a list of what was looked at.
 * Anything else is refused before it is opened: a pipe would block, a link may lead out of the workspace.
 */
import { isUtf8 } from 'node:buffer';
import {
  lstatSync,
  readFileSync,
  readdirSync,
  realpathSync,
  statSync,
  type Stats,
} from 'node:fs';
import { dirname, relative, isAbsolute, sep } from 'node:path';
import { TextFile } from './text-file.js';

/** A file's text, or the reason why it is not read. */
export type ReadOutcome =
  | { readonly ok: true; readonly file: TextFile }
  | { readonly ok: false; readonly reason: Unreadable };

/** What can be wrong with a file. `unreadable` carries the system's message. */
export type Unreadable =
  | 'missing'
  | 'folder'
  | 'not-a-file'
  | 'outside'
  | 'not-utf8'
  | { readonly unreadable: string };

/** Reads files below one folder and remembers which. */
export class WorkspaceFiles {
  readonly root: string;
  readonly #realRoot: string;
  readonly #reads = new Set<string>();
  readonly #absent = new Set<string>();
  readonly #realFolders = new Map<string, string>();
  readonly #existing = new Map<string, boolean>();

  constructor(root: string) {
    this.root = root;
    this.#realRoot = attempt(() => realpathSync.native(root)) ?? root;
  }

  /** Absolute paths that were read, sorted. */
  get reads(): readonly string[] {
    return [...this.#reads].sort();
  }

  /** Absolute paths that were looked for in vain, sorted. */
  get absent(): readonly string[] {
    return [...this.#absent].sort();
  }

  /** Whether a path, as written, lies below the workspace's folder. */
  contains(path: string): boolean {
    return isBelow(this.root, path);
  }

  /** Whether what is or will be at a path lies inside when links are followed. */
  leadsInside(path: string): boolean {
    const folder = dirname(path);
    const isLink = this.#exists(folder) && isSymbolicLink(path);
    if (!isLink) return this.#isFolderInside(folder);
    const real = attempt(() => realpathSync.native(path));
    return real !== undefined && isBelow(this.#realRoot, real);
  }

  /** Most products are in few folders, and before the first run those are not there. */
  #exists(folder: string): boolean {
    const known = this.#existing.get(folder);
    if (known !== undefined) return known;
    const exists =
      attempt(() => statSync(folder, { throwIfNoEntry: false })) !== undefined;
    this.#existing.set(folder, exists);
    return exists;
  }

  #isFolderInside(folder: string): boolean {
    return isBelow(this.#realRoot, this.#realFolder(folder));
  }

  /** The text of a file. */
  read(path: string): ReadOutcome {
    const refused = this.check(path);
    if (refused !== undefined) return { ok: false, reason: refused };
    try {
      const bytes = readFileSync(path);
      this.#reads.add(path);
      return isUtf8(bytes)
        ? { ok: true, file: new TextFile(path, bytes.toString('utf8')) }
        : { ok: false, reason: 'not-utf8' };
    } catch (error) {
      return { ok: false, reason: { unreadable: messageOf(error) } };
    }
  }

  /** Why a path is no regular file inside of the workspace, or undefined if it is one. Does not open it. */
  check(path: string): Unreadable | undefined {
    if (!this.contains(path)) return 'outside';
    try {
      const stat = this.#statInside(path);
      if (stat === 'missing') {
        this.#absent.add(path);
        return 'missing';
      }
      if (stat === 'outside') return 'outside';
      if (stat.isDirectory()) return 'folder';
      return stat.isFile() ? undefined : 'not-a-file';
    } catch (error) {
      if (!isAbsence(error)) return { unreadable: messageOf(error) };
      this.#absent.add(path);
      return 'missing';
    }
  }

  /** Only links are followed step by step: a pipeline has many plain files. */
  #statInside(path: string): Stats | 'missing' | 'outside' {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return 'missing';
    if (!stat.isSymbolicLink())
      return this.#isFolderInside(dirname(path)) ? stat : 'outside';
    const real = realpathSync.native(path);
    return isBelow(this.#realRoot, real) ? statSync(real) : 'outside';
  }

  /** Names of what is in a folder inside of the workspace, sorted; none if there is no such folder. */
  list(folder: string): readonly string[] {
    if (!this.contains(folder) || !this.#isFolderInside(folder)) return [];
    return attempt(() => readdirSync(folder).sort()) ?? [];
  }

  /** The real path of the nearest folder above that exists; the same folders are asked for again and again. */
  #realFolder(path: string): string {
    const known = this.#realFolders.get(path);
    if (known !== undefined) return known;
    const parent = dirname(path);
    const real =
      attempt(() => realpathSync.native(path)) ??
      (parent === path ? path : this.#realFolder(parent));
    this.#realFolders.set(path, real);
    return real;
  }
}

/** Whether a path is a folder or lies in it. */
function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function isSymbolicLink(path: string): boolean {
  const stat = attempt(() => lstatSync(path, { throwIfNoEntry: false }));
  return stat?.isSymbolicLink() ?? false;
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    // Only the absence of an answer matters to the callers, not its cause.
    return undefined;
  }
}

function isAbsence(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** `EACCES: permission denied` of the system's message, without the call and the absolute path. */
function messageOf(error: unknown): string {
  const { message } = error as Partial<Error>;
  return (message ?? String(error)).replace(/, \w+ '.*$/s, '');
}
