/**
 * Reads a notebook from the text of a file: the format is chosen by the extension, as Ploomber does. Knows no disk.
 */
import type { Diagnostic } from './diagnostic.js';
import type { Notebook, NotebookFormat } from './notebook.js';
import type { Result } from './result.js';
import { failure } from './result.js';

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
}

/** The cells of a notebook file, or the one reason why it cannot be read. */
export function readNotebook(
  file: NotebookFile,
): Result<ReadNotebook, Diagnostic> {
  return failure({
    severity: 'error',
    code: 'unreadable',
    message: file.path,
  });
}
