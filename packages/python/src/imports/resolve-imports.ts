/**
 * What a source's imports reach: local files, installed distributions, and names that nothing answers. Keys and
 * inference share this one function. It starts no process; data files beside modules are not followed.
 */
import { statSync } from 'node:fs';
import * as path from 'node:path';
import {
  distributionClosure,
  installedDistributions,
  type DistributionIndex,
} from '../environment/distributions.js';
import type { PythonInterpreter } from '../environment/interpreter.js';
import type { FactsCache, PythonFacts } from '../facts.js';
import { configurationFiles } from './configuration-files.js';
import type { ImportRoots } from './find-module.js';
import { rememberFolders, type FolderView } from './folder-listings.js';
import { localClosure, type LocalClosure } from './local-closure.js';
import { rememberModules } from './module-facts.js';
import { STDLIB_NAMES } from './stdlib-names.js';

/** One source, and where it runs. */
export interface ImportQuery {
  readonly facts: PythonFacts;
  /** The module that the facts are of, absolute, for its relative imports and `__file__`; a cell has none. */
  readonly file?: string;
  /** Absolute working directory of the kernel. */
  readonly folder: string;
  /** Further folders on `sys.path`, absolute. */
  readonly roots?: readonly string[];
  readonly workspaceRoot: string;
  /** Without one, only local modules are found and every other name is unresolved. */
  readonly interpreter?: PythonInterpreter;
}

/** What the imports of a source reach. */
export interface ReachedImports {
  /** Absolute, sorted: local modules, compiled modules, scripts that are run, files that configure what is imported. */
  readonly files: readonly string[];
  /** Absolute, sorted: paths that are not there and would be reached, in the same folders. */
  readonly absent: readonly string[];
  /** Dotted names, sorted, that nothing answers now; a key holds them so that their later appearance changes it. */
  readonly unresolved: readonly string[];
  /**
   * Installed distributions: normalised name -> version. All of them when an import is computed; `unknown` for a
   * package without metadata, under its import name.
   */
  readonly distributions: Readonly<Record<string, string>>;
}

/** Follows imports from one source; remembers what it has read, by stat, for the life of the process. */
export type ResolveImports = (query: ImportQuery) => Promise<ReachedImports>;

/** What a resolver may keep between processes. */
export interface ImportResolverOptions {
  /** Facts by the sha256 of the text. */
  readonly facts?: FactsCache;
  /** Folder (absolute) for the index of installed distributions; nothing is kept without it. */
  readonly cacheFolder?: string;
  /** PYTHONPATH is read from it. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Makes the one function that keys and inference share. */
export function createImportResolver(
  options: ImportResolverOptions,
): ResolveImports {
  const read = rememberModules(options.facts);
  const viewNow = rememberFolders();
  const indexOf = rememberDistributions(options.cacheFolder);
  return async ({ facts, file, folder, workspaceRoot, ...query }) => {
    const { interpreter, roots: given = [] } = query;
    const view = viewNow();
    const sites = interpreter?.sitePackages ?? [];
    const installed = indexOf(sites);
    const { index } = installed;
    const pythonPath = (options.env['PYTHONPATH'] ?? '')
      .split(path.delimiter)
      .filter(Boolean)
      .map((entry) => path.resolve(folder, entry));
    const roots: ImportRoots = {
      folders: [...given, ...pythonPath, ...index.editable.roots],
      modules: index.editable.modules,
    };
    const scanned = [
      folder,
      ...given,
      ...pythonPath,
      ...editableFolders(index, workspaceRoot),
    ];
    const reached = await localClosure(facts, {
      ...(file === undefined ? {} : { file }),
      folder,
      roots,
      scanned,
      view,
      read,
    });
    const found = answer(reached, installed, { sites, view });
    const configuration = configurationFiles(found.distributions, {
      folder,
      workspaceRoot,
    });
    return {
      ...found,
      files: [...found.files, ...configuration.filter(isFile)].sort(),
      absent: [
        ...reached.absent,
        ...configuration.filter((file) => !isFile(file)),
      ].sort(),
    };
  };
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

/**
 * Editable code that a computed import may mean. A root that holds the workspace is no package folder: the whole
 * workspace would be an input of every such task.
 */
function editableFolders(
  index: DistributionIndex,
  workspaceRoot: string,
): readonly string[] {
  const { roots, modules } = index.editable;
  const isWider = (folder: string): boolean =>
    `${workspaceRoot}${path.sep}`.startsWith(`${folder}${path.sep}`);
  return [...roots, ...Object.values(modules)].filter(
    (folder) => !isWider(folder),
  );
}

function answer(
  reached: LocalClosure,
  { index, versionsOf }: Installed,
  { sites, view }: { sites: readonly string[]; view: FolderView },
): Omit<ReachedImports, 'absent'> {
  const names = [...reached.topLevel].filter((name) => name !== '');
  const owners = names.flatMap((name) => index.owners.get(name) ?? []);
  const editable = [...index.byName.values()]
    .filter(({ editable: { roots } }) =>
      roots.some((root) => hasFileBelow(reached.files, root)),
    )
    .map(({ name }) => name);
  const wanted = reached.importsAnything
    ? index.byName.keys()
    : [...owners, ...editable];
  const notLocal = new Set(
    [...reached.notLocal].map((name) => name.split('.', 1)[0]),
  );
  const unowned = names.filter(
    (name) =>
      notLocal.has(name) &&
      !index.owners.has(name) &&
      !STDLIB_NAMES.has(name) &&
      isInSite(name, sites, view),
  );
  const isKnown = (top: string): boolean =>
    STDLIB_NAMES.has(top) || index.owners.has(top) || unowned.includes(top);
  return {
    files: [...reached.files].sort(),
    unresolved: [...reached.notLocal]
      .filter((name) => !isKnown(name.split('.', 1)[0] ?? ''))
      .sort(),
    distributions: {
      ...kernelVersions(index),
      ...Object.fromEntries(unowned.map((name) => [name, 'unknown'])),
      ...versionsOf([...wanted]),
    },
  };
}

/** What runs the cells and shows their values; the rest of what a kernel needs has no part in a result. */
const KERNEL = ['ipykernel', 'ipython', 'matplotlib-inline'] as const;

function kernelVersions({
  byName,
}: DistributionIndex): Readonly<Record<string, string>> {
  return Object.fromEntries(
    KERNEL.flatMap((name) => {
      const version = byName.get(name)?.version;
      return version === undefined ? [] : [[name, version] as const];
    }),
  );
}

function hasFileBelow(files: ReadonlySet<string>, root: string): boolean {
  for (const file of files) if (file.startsWith(root + path.sep)) return true;
  return false;
}

function isInSite(
  name: string,
  sites: readonly string[],
  view: FolderView,
): boolean {
  return sites.some((site) => {
    const { files, folders, compiled } = view(site);
    return folders.has(name) || files.has(`${name}.py`) || compiled.has(name);
  });
}

/** An index, and the closures that have been asked of it. */
interface Installed {
  readonly index: DistributionIndex;
  readonly versionsOf: (
    names: readonly string[],
  ) => Readonly<Record<string, string>>;
}

/** The index of the same folders, as long as none of them has changed. */
function rememberDistributions(
  cacheFolder: string | undefined,
): (sites: readonly string[]) => Installed {
  const remembered = new Map<string, Installed & { stamp: string }>();
  return (sites) => {
    const key = sites.join('\n');
    const { stamp, isSettled } = stampOf(sites);
    const known = remembered.get(key);
    if (known?.stamp === stamp) return known;
    const installed = withClosures(installedDistributions(sites, cacheFolder));
    if (isSettled) remembered.set(key, { ...installed, stamp });
    return installed;
  };
}

function withClosures(index: DistributionIndex): Installed {
  const closures = new Map<string, Readonly<Record<string, string>>>();
  const versionsOf: Installed['versionsOf'] = (names) => {
    const key = names.join();
    const known = closures.get(key) ?? distributionClosure(names, index);
    closures.set(key, known);
    return known;
  };
  return { index, versionsOf };
}

/** A folder changed within this time may still be written to by an installation. */
const SETTLED_MS = 2000;

function stampOf(sites: readonly string[]): {
  stamp: string;
  isSettled: boolean;
} {
  const stats = sites.map((folder) =>
    statSync(folder, { bigint: true, throwIfNoEntry: false }),
  );
  const latest = Math.max(
    0,
    ...stats.map((stat) => Number(stat?.ctimeMs ?? 0)),
  );
  return {
    stamp: stats.map((stat) => `${stat?.mtimeNs} ${stat?.ctimeNs}`).join('\n'),
    isSettled: Date.now() - latest > SETTLED_MS,
  };
}
