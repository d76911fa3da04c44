/**
 * What keys are computed with: ways to ask about files and Python. Interfaces only, so that a key needs neither a
 * Python process nor a particular store.
 */
import type { PythonFacts } from '@nx-notebook/python';
import type { ProductDigestOutcome, ProductLocation } from '@nx-notebook/store';

/** Everything that a key is made with, apart from the task itself. */
export interface KeyParts {
  /** Absolute; run records, locks and products set aside live below its `.nx/notebook`. */
  readonly workspaceRoot: string;
  /** The interpreter for a pipeline, or why there is none. Remembered by the caller. */
  readonly python: (pipelineFolder: string) => Promise<PythonLookup>;
  /** Digest of a file or folder as it stands now. May remember by stat, never by path alone. */
  readonly digest: DigestProduct;
  readonly imports: ResolveImports;
}

export type PythonLookup =
  | { readonly ok: true; readonly interpreter: PythonInterpreter }
  | { readonly ok: false; readonly message: string; readonly hint: string };

/** What the key needs to know of an interpreter. */
export interface PythonInterpreter {
  readonly path: string;
  /** `3.11` */
  readonly version: string;
  /** Absolute site-packages folders, in order. */
  readonly sitePackages: readonly string[];
}

/** Digests what stands at a path: a file or a folder. */
export type DigestProduct = (
  product: ProductLocation,
) => Promise<ProductDigestOutcome>;

/** Finds what the imports of a source reach, transitively and without running it. */
export type ResolveImports = (query: ImportQuery) => Promise<ReachedImports>;

export interface ImportQuery {
  readonly facts: PythonFacts;
  /** Absolute folder of the pipeline: the working directory of the kernel. */
  readonly folder: string;
  readonly workspaceRoot: string;
  readonly interpreter: PythonInterpreter;
}

export interface ReachedImports {
  /** Absolute paths of local modules and files. */
  readonly files: readonly string[];
  /** Dotted names that neither a local module nor an installed distribution answers; part of the key, so that their later appearance changes it. */
  readonly unresolved: readonly string[];
  /** Installed distributions: name -> version. */
  readonly distributions: Readonly<Record<string, string>>;
}
