/**
 * What a task's result depends on, as one plain JSON value. The key is its hash, and the explanation of a re-run
 * is its structural difference, so the two can't disagree. Holds no absolute path: a key is the same on every
 * machine.
 */
import type { Digest } from '@nx-notebook/store';

/**
 * Bumped when the meaning of a key changes.
 *
 * 1: first version.
 */
export const KEY_VERSION = 1;

/** See the file's header. */
export interface KeyData {
  readonly version: typeof KEY_VERSION;
  /** Digest of the cells' types and sources (and tags that steer execution); not of ids, outputs, counts or file format. */
  readonly source: Digest;
  readonly language: string;
  /** In injection order; values as they stand in the injected cell. */
  readonly params: readonly { readonly name: string; readonly value: string }[];
  /** Digest of the whole injected cell: also the order of names and how values are written. */
  readonly injected: Digest;
  /** Own products: key -> path relative to the pipeline's folder. */
  readonly products: Readonly<Record<string, string>>;
  /** Upstream task -> product key -> path, and the digest where this task may read it. */
  readonly upstream: Readonly<
    Record<string, Readonly<Record<string, UpstreamProduct>>>
  >;
  /** Local module or file -> digest; paths relative to the pipeline's folder. `import name` -> `unresolved` for a name that nothing answers. */
  readonly imports: Readonly<Record<string, Digest>>;
  /** Declared file -> digest. */
  readonly resources: Readonly<Record<string, Digest>>;
  readonly environment: {
    /** `3.11`; absent for kernels of other languages. */
    readonly python?: string;
    readonly kernel: string;
    /** What is not as in a plain installation: the kernelspec, IPython's own files; name -> digest. Absent when all is. */
    readonly setup?: Readonly<Record<string, Digest>>;
    /** Installed distributions that the imports reach: name -> version. */
    readonly distributions: Readonly<Record<string, string>>;
  };
}

/** A product of an upstream as a task sees it. */
export interface UpstreamProduct {
  readonly path: string;
  readonly digest?: Digest;
}
