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
import type {
  ConvertNotebook,
  FactsCache,
  PyValue,
  PythonFacts,
} from '@nx-notebook/python';

/** A pipeline without errors. */
export interface Pipeline {
  /** Name of the folder. */
  readonly name: string;
  /** Absolute folder of pipeline.yaml; also the working directory of its tasks. */
  readonly folder: string;
  /** Absolute path of pipeline.yaml; of the folder or first notebook where there is none. */
  readonly file: string;
  /** Absolute folder that sources and products are relative to: that of setup.py or pyproject.toml for a package, else {@link folder}. */
  readonly root: string;
  /**
   * Which pipeline of the folder this is: empty for pipeline.yaml with env.yaml, `serve` for pipeline.serve.yaml,
   * `@sample` with env.sample.yaml. Run records, locks and messages tell variants apart by it.
   */
  readonly variant: string;
  /** In the order of the file, grids expanded; the hook `on_finish` of the pipeline, if there is one, as the last. */
  readonly tasks: readonly Task[];
  /** Of the whole pipeline; `on_finish` stands among the tasks. */
  readonly hooks: Pick<Hooks, 'onRender' | 'onFailure'>;
  /** Environment variables that loading has read (`{{env.X}}`, `{{user}}`), sorted. */
  readonly variables: readonly string[];
  /** How paths are injected: relative to the task's working directory (POSIX separators), or absolute. */
  readonly pathStyle: 'relative' | 'absolute';
  /** Values that only a run knows; empty when they were given. */
  readonly late: readonly LateValue[];
  readonly warnings: readonly Diagnostic[];
  /** Absolute paths of all files that loading has read, sorted. */
  readonly reads: readonly string[];
  /** Absolute paths that loading has looked for and not found, sorted: the result changes when one appears. */
  readonly absent: readonly string[];
}

/** Something to execute: a notebook, a script, a function, a template, or a hook of the pipeline. */
export interface Task {
  readonly name: string;
  readonly source: TaskSource;
  /** Absolute working directory. Paths are injected relative to it. */
  readonly cwd: string;
  readonly product: ProductSpec;
  /** In injection order. Includes `resources_` if the task has it. */
  readonly params: readonly Param[];
  /** Direct upstreams in injection order. */
  readonly upstream: readonly Upstream[];
  readonly resources: readonly Resource[];
  readonly hooks: Hooks;
  /** Only for functions: saves what it returns, and loads what upstream functions returned. */
  readonly serializer?: PythonCall;
  readonly unserializer?: PythonCall;
  /** Only for SQL and shell: makes the client. */
  readonly client?: PythonCall;
  /** Ids of the late values that this task's meaning depends on; such a task is not kept by Nx. */
  readonly late: readonly string[];
  /** What checking the code found without running it (`static_analysis`); an error keeps the task from being executed. */
  readonly codeProblems: readonly Diagnostic[];
  /** `strict`: an error in {@link codeProblems} keeps the whole pipeline from being executed. */
  readonly isStrict: boolean;
  /** Limit for the whole task, from `timeout`; what the plugin is configured to when absent. */
  readonly taskTimeoutMs?: number;
  /** Limit for each cell, from `cell_timeout`; what the plugin is configured to when absent. */
  readonly cellTimeoutMs?: number;
  /**
   * Of a task of a grid over `module::function`: the name of the one task that stands for the whole grid while the
   * function's value is unknown.
   */
  readonly group?: string;
  /** Where the task stands in pipeline.yaml. */
  readonly location: Location;
}

/** What a task executes, by kind. */
export type TaskSource =
  NotebookSource | ScriptSource | FunctionSource | TemplateSource | HookSource;

/** What all sources have. */
interface SourceBase {
  /** The file that holds the code, relative to the pipeline's folder. */
  readonly path: string;
  readonly absolutePath: string;
  /** The kernel that executes it; functions, templates and hooks run in a Python kernel. */
  readonly kernelName: string;
  /** What the code says of its imports; absent where it is no Python. */
  readonly facts?: PythonFacts;
}

/** What notebooks and scripts have. */
interface DocumentBase extends SourceBase {
  /** `converted` when only jupytext could read it. */
  readonly format: NotebookFormat | 'converted';
  readonly language: 'python' | 'r';
  /**
   * As read, without stale injected cells, and always with a parameters cell (made in memory when the file has
   * none). This very value is what is keyed and executed.
   */
  readonly notebook: Notebook;
  /** Index of the parameters cell in `notebook.cells`. */
  readonly parametersCell: number;
}

/** A notebook, or a script as notebook (NotebookRunner): executed cell by cell, and written as a product. */
export interface NotebookSource extends DocumentBase {
  readonly kind: 'notebook';
  /** Options of nbconvert for products that are no .ipynb. */
  readonly exportOptions: readonly Param[];
  /** `executor_params` that have a meaning here. */
  readonly startTimeoutMs?: number;
  readonly logsOutput?: boolean;
}

/** The code cells as one script in a process of its own (ScriptRunner); there is no executed notebook. */
export interface ScriptSource extends DocumentBase {
  readonly kind: 'script';
}

/** A Python function (PythonCallable). */
export interface FunctionSource extends SourceBase {
  readonly kind: 'function';
  readonly language: 'python';
  readonly call: PythonCall;
}

/** Text with placeholders that is rendered when the task runs: a shell or SQL script. */
export interface TemplateSource extends SourceBase {
  readonly kind: 'shell' | 'sql-script' | 'sql-dump';
  readonly language: 'shell' | 'sql';
  /** As read. */
  readonly text: string;
  /** Absolute folders that `{% import %}` and `{% include %}` look in, in order. */
  readonly searchFolders: readonly string[];
  /** Other templates that this one imports or includes, transitively. */
  readonly includes: readonly TaskPath[];
  /** Rows of a chunk of a dump; null writes one file, a number a folder of files. */
  readonly chunkSize?: number | null;
}

/** `on_finish` of the pipeline: runs after all its tasks and writes no product. */
export interface HookSource extends SourceBase {
  readonly kind: 'hook';
  readonly language: 'python';
  readonly call: PythonCall;
}

/** Functions of the user that are called around a task. */
export interface Hooks {
  readonly onRender?: PythonCall;
  readonly onFinish?: PythonCall;
  readonly onFailure?: PythonCall;
}

/** A function of the user, found without importing it. */
export interface PythonCall {
  /** As written: `hooks.check`. */
  readonly dottedPath: string;
  readonly module: string;
  readonly name: string;
  /** The local file that defines it; absent when it is installed. */
  readonly file?: CodeFile;
  /**
   * sha256 (hex) over the text of its definition and of everything in its file that it can reach; over the dotted path
   * when it is installed.
   */
  readonly digest: string;
  /** Imports of that text. */
  readonly facts: PythonFacts;
  /** Arguments from the yaml, in order. */
  readonly kwargs: readonly Param[];
  readonly location: Location;
}

/** A path in both forms. */
export interface TaskPath {
  /** POSIX, relative to the pipeline's folder. */
  readonly path: string;
  readonly absolutePath: string;
}

/** A file of code that Python reads for itself when it runs. */
export interface CodeFile extends TaskPath {
  /** sha256 (hex) of its bytes when it was read: whoever executes it makes sure that it is still the same. */
  readonly fileDigest: string;
}

/** A value that only a run knows: inference neither runs Python nor looks at the clock. */
export type LateValue = { readonly id: string } & (
  | { readonly kind: 'placeholder'; readonly name: 'now' | 'git' | 'git_hash' }
  /** `params: module::function`. */
  | { readonly kind: 'call'; readonly call: PythonCall }
);

/** `product: path` or `product: {key: path}`, a relation of a database, or nothing at all (a hook). */
export type ProductSpec =
  | { readonly kind: 'single'; readonly product: Product }
  | { readonly kind: 'mapping'; readonly products: readonly Product[] }
  | { readonly kind: 'relation'; readonly relation: Relation }
  | { readonly kind: 'none' };

/** A file or folder that a task must write. */
export interface Product {
  /** Key in the mapping; `product` when it is the only one. */
  readonly key: string;
  readonly path: string;
  readonly absolutePath: string;
  /** True for products that the executed notebook is written to. */
  readonly isNotebook: boolean;
  /** The nbconvert exporter of a notebook that is no .ipynb: `html`, `slides`, ... */
  readonly exporter?: string;
}

/** A table or view. It is never assumed to exist. */
export interface Relation {
  readonly schema?: string;
  readonly name: string;
  readonly type: 'table' | 'view';
  /** Whether what made it is noted in the database beside it (SQLiteRelation, PostgresRelation, GenericSQLRelation); others are made anew by every run. */
  readonly isStamped: boolean;
  /** The client of the product, else that of the task. */
  readonly client: PythonCall;
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
      readonly variables: readonly string[];
    };

/** Where loading looks and what it may reuse. */
export interface LoadOptions {
  /** Absolute; products and sources outside it are refused. */
  readonly workspaceRoot: string;
  /** Only code that is not found here is parsed. */
  readonly facts?: FactsCache;
  /** Reads notebooks in formats that only jupytext knows; they are an error without it. */
  readonly convert?: ConvertNotebook;
  /** `sample` loads with env.sample.yaml. */
  readonly environment?: string;
  /** Absolute paths, sorted, of the notebooks of a folder without a pipeline.yaml; what is loaded is the folder then. */
  readonly notebooks?: readonly string[];
  /** Values of env.yaml for this run: dotted key -> text, cast like any other. */
  readonly overrides?: ReadonlyMap<string, string>;
  /** Environment variables, for `{{env.X}}`, `{{user}}` and PLOOMBER_ENV_FILENAME. Default: none. */
  readonly variables?: Readonly<Record<string, string | undefined>>;
  /** Values by the id of the {@link LateValue}; those that are missing are listed in the pipeline. */
  readonly late?: ReadonlyMap<string, PyValue>;
  /** Paths are injected absolute, as Ploomber does. */
  readonly absolutePaths?: boolean;
}
