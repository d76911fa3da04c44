/**
 * Finds modules as Python does, but only inside of the workspace: regular packages and modules first, folder by folder,
 * then packages without `__init__.py`. What is not found here may be installed. Reads no file.
 */
import { dirname, join } from 'node:path';
import type { ImportFact } from '@nx-notebook/python';
import type { WorkspaceFiles } from '../workspace-files.js';

/** What is behind a dotted name. */
export type ModuleLookup =
  | {
      readonly status: 'found';
      /** Absolute: the file of a module, or `__init__.py`. */
      readonly file: string;
      /** Absolute folders of a package, where its modules are. */
      readonly packages: readonly string[];
    }
  /** A package without `__init__.py`. */
  | { readonly status: 'folder'; readonly packages: readonly string[] }
  /** A part of the name is a local package, in which there is no such module. */
  | {
      readonly status: 'missing';
      /** The dotted name up to the part that is not there. */
      readonly missing: string;
      /** Modules that are where it should be. */
      readonly siblings: readonly string[];
    }
  /** Nothing local has its first part; `siblings` are names that a typo may mean. */
  | { readonly status: 'elsewhere'; readonly siblings: readonly string[] };

/** Where a pipeline's modules may be. */
export interface ModulePlace {
  readonly folder: string;
  readonly root: string;
  readonly files: WorkspaceFiles;
}

/** Looks for a module from the top: the pipeline's folder, then the folders of its package. */
export function findLocalModule(
  module: string,
  { folder, root, files }: ModulePlace,
): ModuleLookup {
  const roots = folder === root ? [folder] : [folder, dirname(folder), root];
  return lookUp(module.split('.'), [...new Set(roots)], files);
}

/** Looks for what a from-import of a local module means by its module. */
export function findImportedModule(
  { module, level }: ImportFact,
  importer: string,
  place: ModulePlace,
): ModuleLookup {
  if (level === 0) return findLocalModule(module, place);
  const ups = Array<string>(level - 1).fill('..');
  const base = join(dirname(importer), ...ups);
  if (module !== '') return lookUp(module.split('.'), [base], place.files);
  const init = join(base, '__init__.py');
  return place.files.check(init) === undefined
    ? { status: 'found', file: init, packages: [base] }
    : { status: 'folder', packages: [base] };
}

function lookUp(
  parts: readonly string[],
  roots: readonly string[],
  files: WorkspaceFiles,
): ModuleLookup {
  let folders = roots;
  let found: ModuleLookup = { status: 'folder', packages: roots };
  for (const [index, part] of parts.entries()) {
    const next = findPart(part, folders, files);
    if (next === undefined)
      return index > 0 && isOurs(found, files)
        ? {
            status: 'missing',
            missing: parts.slice(0, index + 1).join('.'),
            siblings: modulesIn(folders, files),
          }
        : { status: 'elsewhere', siblings: modulesIn(roots, files) };
    found = next;
    folders = next.packages;
  }
  return found;
}

type Found = ModuleLookup & { status: 'found' | 'folder' };

function findPart(
  part: string,
  folders: readonly string[],
  files: WorkspaceFiles,
): Found | undefined {
  const portions: string[] = [];
  for (const folder of folders) {
    const inner = join(folder, part);
    const isFolder = files.check(inner) === 'folder';
    const init = join(inner, '__init__.py');
    if (isFolder && files.check(init) === undefined)
      return { status: 'found', file: init, packages: [inner] };
    const file = join(folder, `${part}.py`);
    if (files.check(file) === undefined)
      return { status: 'found', file, packages: [] };
    if (isFolder) portions.push(inner);
  }
  return portions.length === 0
    ? undefined
    : { status: 'folder', packages: portions };
}

/** A folder of data may have the name of an installed package; a folder with modules in it is meant. */
function isOurs(found: ModuleLookup, files: WorkspaceFiles): boolean {
  if (found.status === 'found') {
    const hasCompiled = found.packages.some((folder) =>
      files.list(folder).some((name) => /\.(?:so|pyd|pyc)$/.test(name)),
    );
    return !hasCompiled;
  }
  return (
    found.status === 'folder' &&
    found.packages.some((folder) =>
      files.list(folder).some((name) => name.endsWith('.py')),
    )
  );
}

/** Names that can be imported from folders. */
export function modulesIn(
  folders: readonly string[],
  files: WorkspaceFiles,
): readonly string[] {
  const names = folders.flatMap((folder) =>
    files
      .list(folder)
      .filter((name) => !name.startsWith('.') && !name.startsWith('__'))
      .flatMap((name) => {
        if (name.endsWith('.py')) return [name.slice(0, -3)];
        return name.includes('.') ? [] : [name];
      }),
  );
  return [...new Set(names)];
}
