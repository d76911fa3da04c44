/**
 * What a task's result depends on, as one plain JSON value. The key is its hash, and the explanation of a re-run
 * is its structural difference, so the two can't disagree. Holds no absolute path: a key is the same on every
 * machine.
 */
import type { CallRole, TaskSource } from '@nx-notebook/pipeline';
import type { Digest } from '@nx-notebook/store';

/**
 * Bumped when the meaning of a key changes, or when what we ourselves run around a task changes its result.
 *
 * 1: first version; notebooks only.
 * 2: all kinds of tasks: what is called around them, templates, options, formats of products, relations.
 */
export const KEY_VERSION = 2;

/** See the file's header. */
export interface KeyData {
  readonly version: typeof KEY_VERSION;
  readonly kind: TaskSource['kind'];
  /**
   * Digest of the cells' types and sources (and tags that steer execution; not of ids, outputs, counts or file format),
   * of the text of a template, or of a function with all of its module that it reaches.
   */
  readonly source: Digest;
  readonly language: string;
  /** In injection order; values as the task is given them. */
  readonly params: readonly { readonly name: string; readonly value: string }[];
  /** Digest of all that the task is given: also the order of names, how values are written, and paths. */
  readonly injected: Digest;
  /** Own products by their key. */
  readonly products: Readonly<Record<string, KeyedProduct>>;
  /** Upstream task -> product key -> path, and the digest where this task may read it. */
  readonly upstream: Readonly<
    Record<string, Readonly<Record<string, UpstreamProduct>>>
  >;
  /** The user's functions that are called, by what for. */
  readonly calls: Readonly<Partial<Record<CallRole, KeyedCall>>>;
  /** Local module or file -> digest; paths relative to the pipeline's folder. `import name` -> `unresolved` for a name that nothing answers. */
  readonly imports: Readonly<Record<string, Digest>>;
  /** Template that the source includes -> digest. */
  readonly templates: Readonly<Record<string, Digest>>;
  /** Declared file -> digest. */
  readonly resources: Readonly<Record<string, Digest>>;
  /** How the task is executed, where that is not as for most: `working folder`, `chunk size`, `export option x`. */
  readonly options: Readonly<Record<string, string>>;
  readonly environment: {
    /** `3.11`; absent where no Python runs. */
    readonly python?: string;
    readonly kernel: string;
    /** What is not as in a plain installation: the kernelspec, IPython's own files; name -> digest. Absent when all is. */
    readonly setup?: Readonly<Record<string, Digest>>;
    /** Installed distributions that the imports reach: name -> version. */
    readonly distributions: Readonly<Record<string, string>>;
  };
}

/** A product that the task writes. */
export interface KeyedProduct {
  /** Relative to the pipeline's folder; the name of a relation. */
  readonly path: string;
  /** `notebook` for what the executed notebook is written to as it is, else its exporter; `table` or `view`. */
  readonly format?: string;
}

/** A product of an upstream as a task sees it. */
export interface UpstreamProduct {
  readonly path: string;
  /** Of a relation: the stamp of the execution that made it. */
  readonly digest?: Digest;
}

/** A function of the user that is called around a task. */
export interface KeyedCall {
  /** Dotted path. */
  readonly function: string;
  /** Of the function with all of its module that it reaches. */
  readonly digest: Digest;
  /** From pipeline.yaml. */
  readonly arguments: Readonly<Record<string, string>>;
}
