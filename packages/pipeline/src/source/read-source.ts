/**
 * Reads the notebook of a source file, through the caller's converter where the format is one that only jupytext reads.
 * Says where a place of the notebook stands in the file; a converted one has its lines in the file, but not their numbers.
 */
import {
  locateInCell,
  readNotebook,
  type Location,
  type ReadNotebook,
} from '@nx-notebook/notebook';
import type { CellPosition, ConvertNotebook } from '@nx-notebook/python';
import type { Problems } from '../problems.js';
import type { TextFile } from '../text-file.js';

/** A notebook as read from its file. */
export interface ReadSource extends Omit<ReadNotebook, 'format'> {
  readonly format: ReadNotebook['format'] | 'converted';
  /** Where a place of the notebook, by the index of its cell, stands in the file. */
  readonly locate: (position: CellPosition) => Location;
}

/** The notebook, or undefined after reporting why it can't be read. */
export async function readSource(
  file: TextFile,
  {
    problems,
    convert,
  }: {
    readonly problems: Problems;
    readonly convert: ConvertNotebook | undefined;
  },
): Promise<ReadSource | undefined> {
  const outcome = readNotebook(file);
  if (outcome.ok) {
    const read = outcome.value;
    return { ...read, locate: (place) => locateInCell(file, read, place) };
  }
  const diagnostic = outcome.error;
  if (
    diagnostic.code !== 'unsupported-notebook-format' ||
    convert === undefined
  ) {
    problems.add(diagnostic);
    return undefined;
  }
  const converted = await convert(file);
  if (!converted.ok) {
    const { message, hint } = converted;
    problems.add({
      ...diagnostic,
      message: `${diagnostic.message.replace(/, which is not supported\.$/, '')}: ${message}.`,
      hint,
    });
    return undefined;
  }
  const read = readNotebook({
    path: `${file.path}.ipynb`,
    text: converted.ipynb,
  });
  if (!read.ok) {
    problems.add({ ...diagnostic, message: read.error.message });
    return undefined;
  }
  return {
    ...read.value,
    format: 'converted',
    language: /\.(?:[rR]|Rmd)$/.test(file.path) ? 'r' : read.value.language,
    locate: (place) => lineOf(file, read.value, place),
  };
}

/** The first line of the file with the text of the line in the cell. */
function lineOf(
  file: TextFile,
  { notebook }: ReadNotebook,
  { cell, line, column, length }: CellPosition,
): Location {
  const wanted = notebook.cells[cell]?.source.split('\n')[line - 1] ?? '';
  const start = wanted.trim() === '' ? -1 : file.text.indexOf(wanted);
  if (start < 0) return file.firstLine;
  const from = start + column - 1;
  return file.locate({ start: from, end: from + length });
}
