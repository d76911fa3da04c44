/**
 * The typed pipeline: what a pipeline.yaml means once everything in it has been checked. Plain data; knows
 * nothing of Nx, keys or kernels. Paths named `path` are POSIX and relative to the pipeline's folder.
 */
import type {
  Diagnostic,
  Location,
  Notebook,
  NotebookFormat,
} from '@nx-notebook/notebook';
import type { PyValue, PythonFacts } from '@nx-notebook/python';

export interface Pipeline {
  /** Name of the folder. */
  readonly name: string;
  /** Absolute folder of pipeline.yaml; also the working directory of its notebooks. */
  readonly folder: string;
  /** Absolute path of pipeline.yaml. */
  readonly file: string;
  /** In the order of the file. */
  readonly tasks: readonly Task[];
  readonly warnings: readonly Diagnostic[];
  /** Absolute paths of all files that loading has read, sorted. */
  readonly reads: readonly string[];
}

export interface Task {
  readonly name: string;
  readonly source: TaskSource;
  readonly product: ProductSpec;
  /** In injection order. Includes `resources_` if the task has it. */
  readonly params: readonly Param[];
  /** Direct upstreams in injection order. */
  readonly upstream: readonly Upstream[];
  readonly resources: readonly Resource[];
  /** Where the task stands in pipeline.yaml. */
  readonly location: Location;
}

export interface TaskSource {
  readonly path: string;
  readonly absolutePath: string;
  readonly format: NotebookFormat;
  readonly language: 'python' | 'r';
  /**
   * As read, without stale injected cells, and always with a parameters cell (made in memory when the file has
   * none). This very value is what is keyed and executed.
   */
  readonly notebook: Notebook;
  /** Index of the parameters cell in `notebook.cells`. */
  readonly parametersCell: number;
  readonly kernelName: string;
  /** Only for Python sources. */
  readonly facts?: PythonFacts;
}

/** `product: path` or `product: {key: path}`; what the notebook sees as `product`. */
export type ProductSpec =
  | { readonly kind: 'single'; readonly product: Product }
  | { readonly kind: 'mapping'; readonly products: readonly Product[] };

export interface Product {
  /** Key in the mapping; `product` when it is the only one. */
  readonly key: string;
  readonly path: string;
  readonly absolutePath: string;
  /** True for the one product that the executed notebook is written to. */
  readonly isNotebook: boolean;
}

export interface Param {
  readonly name: string;
  readonly value: PyValue;
}

export interface Upstream {
  readonly task: string;
  /** Keys of the upstream's products that this task may read; the others can't influence it. */
  readonly reads: readonly string[];
}

/** An entry of `params.resources_`: a file whose content belongs to the key. */
export interface Resource {
  readonly name: string;
  readonly path: string;
  readonly absolutePath: string;
}

export type LoadResult =
  | { readonly ok: true; readonly pipeline: Pipeline }
  | {
      readonly ok: false;
      /** Errors first, in file order; warnings may follow. */
      readonly diagnostics: readonly Diagnostic[];
      readonly reads: readonly string[];
    };

/** A cache of {@link PythonFacts} by the sha256 of the code; loading parses only what it does not find here. */
export interface FactsCache {
  get(digest: string): PythonFacts | undefined;
  set(digest: string, facts: PythonFacts): void;
}

export interface LoadOptions {
  /** Absolute; products and sources outside it are refused. */
  readonly workspaceRoot: string;
  readonly facts?: FactsCache;
}
