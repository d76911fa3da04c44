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
import type { FactsCache, PyValue, PythonFacts } from '@nx-notebook/python';

/** A pipeline without errors. */
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
  /** Absolute paths that loading has looked for and not found, sorted: the result changes when one appears. */
  readonly absent: readonly string[];
}

/** One notebook or script to execute. */
export interface Task {
  readonly name: string;
  readonly source: TaskSource;
  readonly product: ProductSpec;
  /** In injection order. Includes `resources_` if the task has it. */
  readonly params: readonly Param[];
  /** Direct upstreams in injection order. */
  readonly upstream: readonly Upstream[];
  readonly resources: readonly Resource[];
  /** Limit for the whole task, from `timeout`; what the plugin is configured to when absent. */
  readonly taskTimeoutMs?: number;
  /** Limit for each cell, from `cell_timeout`; what the plugin is configured to when absent. */
  readonly cellTimeoutMs?: number;
  /** Where the task stands in pipeline.yaml. */
  readonly location: Location;
}

/** The notebook or script of a task. */
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

/** A file or folder that a task must write. */
export interface Product {
  /** Key in the mapping; `product` when it is the only one. */
  readonly key: string;
  readonly path: string;
  readonly absolutePath: string;
  /** True for the one product that the executed notebook is written to. */
  readonly isNotebook: boolean;
}

/** A value that is injected. */
export interface Param {
  readonly name: string;
  readonly value: PyValue;
}

/** A task that must be done before. */
export interface Upstream {
  readonly task: string;
  /** The wildcard (`fit-*`) that it was found by; the notebook sees it one level below this name. */
  readonly pattern?: string;
  /** Keys of the upstream's products that this task may read; the others can't influence it. */
  readonly reads: readonly string[];
}

/** An entry of `params.resources_`: a file whose content belongs to the key. */
export interface Resource {
  readonly name: string;
  readonly path: string;
  readonly absolutePath: string;
}

/** A pipeline, or everything that is wrong with it. */
export type LoadResult =
  | { readonly ok: true; readonly pipeline: Pipeline }
  | {
      readonly ok: false;
      /** Errors first, in file order; warnings may follow. */
      readonly diagnostics: readonly Diagnostic[];
      readonly reads: readonly string[];
      readonly absent: readonly string[];
    };

/** Where loading looks and what it may reuse. */
export interface LoadOptions {
  /** Absolute; products and sources outside it are refused. */
  readonly workspaceRoot: string;
  /** Only code that is not found here is parsed. */
  readonly facts?: FactsCache;
}
