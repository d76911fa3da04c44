/** Stub. */
import type { FactsCache, PythonFacts } from '../facts.js';
import type { PythonInterpreter } from '../environment/interpreter.js';

/** One source, and where it runs. */
export interface ImportQuery {
  readonly facts: PythonFacts;
  /** Absolute working directory of the kernel (the pipeline's folder). */
  readonly folder: string;
  /** Absolute; where scans of a whole tree stop going up. */
  readonly workspaceRoot: string;
  /** Without one, only local modules are found and every other name is unresolved. */
  readonly interpreter?: PythonInterpreter;
}

/** What the imports of a source reach. */
export interface ReachedImports {
  /** Absolute, sorted: local modules, extension modules and scripts that are run. */
  readonly files: readonly string[];
  /** Dotted names, sorted, that nothing answers now; a key holds them so that their later appearance changes it. */
  readonly unresolved: readonly string[];
  /** Installed distributions: normalised name -> version. */
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
  throw new Error(`not written yet: ${Object.keys(options).length}`);
}
