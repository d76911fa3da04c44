/** Stub. */
import type { PythonInterpreter } from './interpreter.js';

/** Where to look for the interpreter of a pipeline. */
export interface PythonQuery {
  readonly workspaceRoot: string;
  /** Absolute folder of the pipeline. */
  readonly folder: string;
  /** The plugin's `python` option; NX_NOTEBOOK_PYTHON in `env` wins over it. Relative to the workspace root, or a command. */
  readonly configured?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of a JSON file that remembers what an interpreter outside a venv answered. */
  readonly cacheFile?: string;
}

/** The interpreter, or what is missing and the next step. Fits engine's `PythonLookup`. */
export type PythonLookup =
  | {
      readonly ok: true;
      readonly interpreter: PythonInterpreter;
      /** Where it was found: `the option "python"`, `.venv`, ... */
      readonly origin: string;
    }
  | { readonly ok: false; readonly message: string; readonly hint: string };

/**
 * Finds the interpreter: NX_NOTEBOOK_PYTHON or the option, `.venv` or `venv` from the folder up to the workspace
 * root, VIRTUAL_ENV, CONDA_PREFIX, `python3` and `python` on PATH. Starts Python only outside a venv, and only once
 * per interpreter when `cacheFile` is given.
 */
export function findPython(query: PythonQuery): Promise<PythonLookup> {
  throw new Error(`not written yet: ${query.folder}`);
}
