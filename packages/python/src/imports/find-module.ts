/**
 * From a dotted name to the local files that importing it runs: `__init__.py` of each package on the way, then the
 * module. Compiled modules count by their file; `.pyi` files never run.
 */
import * as path from 'node:path';
import type { FolderView } from './folder-listings.js';

/** Where modules may be: folders, and single modules under a name of their own. */
export interface ImportRoots {
  readonly folders: readonly string[];
  readonly modules: Readonly<Record<string, string>>;
}

/** What was found for a name. */
export interface FoundModule {
  /** True when at least its first part exists, as a package (with or without `__init__.py`) or module. */
  readonly isFound: boolean;
  /** Absolute. */
  readonly files: readonly string[];
  /** Absolute folders of the innermost package, where its submodules are. */
  readonly packages: readonly string[];
}

/** Files found in all roots together, since their order depends on the kernel. */
export function findModule(
  name: string,
  roots: ImportRoots,
  view: FolderView,
): FoundModule {
  const parts = name.split('.').filter(Boolean);
  const found = roots.folders.map((folder) => walk(folder, parts, view));
  const mapped = mappedModule(parts, roots.modules, view);
  return merge(mapped === undefined ? found : [...found, mapped]);
}

/**
 * Paths that are not there and would answer a name otherwise once they are: modules, packages, and `__init__.py` of
 * packages that have none. For those who can't look again whenever a file appears.
 */
export function absentModules(
  name: string,
  folders: readonly string[],
  view: FolderView,
): readonly string[] {
  const parts = name.split('.').filter(Boolean);
  return folders.flatMap((folder) => absentBelow(folder, parts, view));
}

function absentBelow(
  folder: string,
  [part, ...rest]: readonly string[],
  view: FolderView,
): readonly string[] {
  if (part === undefined) return [];
  const inner = path.join(folder, part);
  const isThere = view(folder).files.has(`${part}.py`);
  const hasInit = view(inner).files.has('__init__.py');
  return [
    ...(isThere ? [] : [`${inner}.py`]),
    ...(hasInit ? [] : [path.join(inner, '__init__.py')]),
    ...absentBelow(inner, rest, view),
  ];
}

/** The submodule `name` of packages that were found. */
export function findSubmodule(
  name: string,
  packages: readonly string[],
  view: FolderView,
): readonly string[] {
  return packages.flatMap((folder) => walk(folder, [name], view).files);
}

/** What `from package import *` may import: all of its direct modules. */
export function allSubmodules(
  packages: readonly string[],
  view: FolderView,
): readonly string[] {
  return packages.flatMap((folder) => {
    const { files, folders, compiled } = view(folder);
    const modules = [...files].filter((name) => name.endsWith('.py'));
    const inner = [...folders]
      .filter((name) => view(path.join(folder, name)).files.has('__init__.py'))
      .map((name) => path.join(name, '__init__.py'));
    return [...modules, ...inner, ...[...compiled.values()].flat()].map(
      (name) => path.join(folder, name),
    );
  });
}

function merge(found: readonly FoundModule[]): FoundModule {
  return {
    isFound: found.some(({ isFound }) => isFound),
    files: found.flatMap(({ files }) => files),
    packages: found.flatMap(({ packages }) => packages),
  };
}

function walk(
  root: string,
  parts: readonly string[],
  view: FolderView,
): FoundModule {
  const files: string[] = [];
  let folder = root;
  let isFound = false;
  for (const part of parts) {
    const here = view(folder);
    const modules = modulesNamed(part, folder, view);
    if (modules.length > 0) {
      files.push(...modules);
      isFound = true;
    }
    if (!here.folders.has(part)) return { isFound, files, packages: [] };
    folder = path.join(folder, part);
    const hasPython = isPackageLike(folder, view);
    if (!hasPython && modules.length === 0)
      return { isFound, files, packages: [] };
    isFound = true;
    if (view(folder).files.has('__init__.py'))
      files.push(path.join(folder, '__init__.py'));
    files.push(
      ...(view(folder).compiled.get('__init__') ?? []).map((name) =>
        path.join(folder, name),
      ),
    );
  }
  return { isFound, files, packages: [folder] };
}

function modulesNamed(
  name: string,
  folder: string,
  view: FolderView,
): readonly string[] {
  const { files, compiled } = view(folder);
  return [
    ...(files.has(`${name}.py`) ? [`${name}.py`] : []),
    ...(compiled.get(name) ?? []),
  ].map((file) => path.join(folder, file));
}

/** A folder that holds modules or folders; a folder of data files alone is not worth the name of a package. */
function isPackageLike(folder: string, view: FolderView): boolean {
  const { files, folders, compiled } = view(folder);
  return (
    folders.size > 0 ||
    compiled.size > 0 ||
    [...files].some((name) => name.endsWith('.py'))
  );
}

/** A module that an editable installation maps to a folder or file; the longest mapped name counts. */
function mappedModule(
  parts: readonly string[],
  modules: Readonly<Record<string, string>>,
  view: FolderView,
): FoundModule | undefined {
  for (let length = parts.length; length > 0; length -= 1) {
    const name = parts.slice(0, length).join('.');
    const target = Object.hasOwn(modules, name) ? modules[name] : undefined;
    if (target === undefined) continue;
    const folder = path.dirname(target);
    const last = path.basename(target).replace(/\.py$/, '');
    return walk(folder, [last, ...parts.slice(length)], view);
  }
  return undefined;
}
