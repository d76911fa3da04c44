/**
 * Reads a notebook from the text of a file: the format is chosen by the extension, as Ploomber does. Knows no disk.
 */
import type { Diagnostic } from './diagnostic.js';
import { readIpynb } from './read-ipynb.js';
import type { Notebook, NotebookFormat } from './notebook.js';
import { failure, type Result } from './result.js';
import { readTextNotebook } from './text/read-text.js';
import type { TextExtension } from './text/text-document.js';

/** A file to read a notebook from. */
export interface NotebookFile {
  /** Absolute path; its extension decides how the text is read. */
  readonly path: string;
  readonly text: string;
}

/** A notebook, how it was written, and what a reader should know. */
export interface ReadNotebook {
  readonly notebook: Notebook;
  readonly format: NotebookFormat;
  /** Lower-case name: `python`, `r`, or what the notebook says. */
  readonly language: string;
  /** Name of the kernelspec, if the notebook names one. */
  readonly kernelName?: string;
  readonly warnings: readonly Diagnostic[];
  /** Text notebooks only: for each cell the index of the line on which its source starts; see `locateInCell`. */
  readonly cellLines?: readonly number[];
}

const textExtensions = new Map<string, TextExtension>([
  ['py', 'py'],
  ['R', 'R'],
  ['r', 'r'],
  ['md', 'md'],
  ['markdown', 'md'],
  ['Rmd', 'Rmd'],
  ['rmd', 'Rmd'],
]);

/** The cells of a notebook file, or the one reason why it cannot be read. */
export function readNotebook(
  file: NotebookFile,
): Result<ReadNotebook, Diagnostic> {
  const extension = /\.([^./\\]+)$/.exec(file.path)?.[1] ?? '';
  if (extension === 'ipynb') {
    return readIpynb(file);
  }
  const textExtension = textExtensions.get(extension);
  return textExtension === undefined
    ? failure({
        severity: 'error',
        code: 'unknown-notebook-extension',
        message: `"${file.path}" has no extension of a notebook or script.`,
        hint: 'Use .ipynb, .py, .R, .r, .Rmd or .md.',
      })
    : readTextNotebook(file, textExtension);
}
