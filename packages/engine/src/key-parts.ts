/**
 * What keys are computed with: ways to ask about files and Python. Interfaces only, so that a key needs neither a
 * Python process nor a particular store.
 */
import type {
  KernelQuery,
  PythonLookup,
  ResolveImports,
} from '@nx-notebook/python';
import type {
  Digest,
  ProductDigestOutcome,
  ProductLocation,
} from '@nx-notebook/store';
import type { AskRelation } from './relation.js';

/** Everything that a key is made with, apart from the task itself. */
export interface KeyParts {
  /** Absolute; run records, locks and products set aside live below its `.nx/notebook`. */
  readonly workspaceRoot: string;
  /** The interpreter for a pipeline, or why there is none. Remembered by the caller. */
  readonly python: (pipelineFolder: string) => Promise<PythonLookup>;
  /** Digest of a file or folder as it stands now. May remember by stat, never by path alone. */
  readonly digest: DigestProduct;
  /** What the imports of a source reach, transitively and without running it. */
  readonly imports: ResolveImports;
  /** What changes the kernel beside its interpreter and packages: name -> digest. Nothing when absent. */
  readonly kernelSetup?: (
    kernel: Omit<KernelQuery, 'env'>,
  ) => Readonly<Record<string, Digest>>;
  /** Asks databases; without it no relation is taken for what it should be. */
  readonly relation?: AskRelation;
  /**
   * Stands in keys for what can't be named, such as a relation without a stamp: another text for each build, so that what
   * was made of it is made again by the next.
   */
  readonly once?: string;
}

/** Digests what stands at a path: a file or a folder. */
export type DigestProduct = (
  product: ProductLocation,
) => Promise<ProductDigestOutcome>;
