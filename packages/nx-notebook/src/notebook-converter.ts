/**
 * How notebooks in formats that only jupytext reads become readable: by the interpreter that would execute them. The same
 * for inference and for runs, so that both see the same cells.
 */
import { openConverter, type ConvertNotebook } from '@nx-notebook/python';
import { dataFolder } from './data-folder.js';
import {
  createPythonLookup,
  type PythonLookupOptions,
} from './python-lookup.js';

/** Opens a converter; Python is looked for when the first such notebook is met. */
export function openNotebookConverter(
  options: PythonLookupOptions,
): ConvertNotebook {
  return openConverter({
    cacheFolder: dataFolder(options.workspaceRoot, options.env),
    python: createPythonLookup(options),
  });
}
