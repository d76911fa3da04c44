/**
 * From a place in the source of a cell to the place in the file that the notebook was read from, so that an error in a
 * cell points at what the user edits. For errors only: slow on big .ipynb files.
 */
import type { Location } from './diagnostic.js';
import { offsetOf } from './json-offset.js';
import { locationAt } from './location.js';
import type { NotebookFile, ReadNotebook } from './read-notebook.js';
import { splitLines } from './text/text-document.js';

/** A stretch of one line of a cell's source; line and column count from 1. */
export interface CellPlace {
  /** Index in the notebook, from 0. */
  readonly cell: number;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** Where in the file the place is; the nearest place that exists if the cell was not in the file. */
export function locateInCell(
  file: NotebookFile,
  read: ReadNotebook,
  place: CellPlace,
): Location {
  const text = file.text.replace(/^\uFEFF/, '');
  return read.cellLines === undefined
    ? locateInJson(file.path, text, place)
    : locateInText({ path: file.path, text }, read, place);
}

/** The lines of a cell are those of the file, up to comment signs in front. */
function locateInText(
  file: NotebookFile,
  read: ReadNotebook,
  place: CellPlace,
): Location {
  const lines = splitLines(file.text);
  const line = (read.cellLines?.[place.cell] ?? 0) + place.line - 1;
  const index = Math.max(0, Math.min(line, lines.length - 1));
  const lineText = lines[index] ?? '';
  const source = read.notebook.cells[place.cell]?.source.split('\n') ?? [];
  const cellText = source[place.line - 1] ?? '';
  const shift = lineText.endsWith(cellText)
    ? lineText.length - cellText.length
    : 0;
  const column = Math.min(place.column + shift, lineText.length + 1);
  return {
    file: file.path,
    line: index + 1,
    column,
    length: Math.max(1, Math.min(place.length, lineText.length - column + 1)),
    lineText,
  };
}

function locateInJson(path: string, text: string, place: CellPlace): Location {
  const { offset, length } = offsetOf(text, ['cells', place.cell, 'source']);
  const json = text.slice(offset, offset + length);
  const { line, column } = place;
  const start = offsetInStrings(json, line, column);
  const end = offsetInStrings(json, line, column + place.length);
  return locationAt(path, text, offset + start, Math.max(1, end - start));
}

/** The offset in JSON (a string or a list of strings) of a place in the text that the strings make together. */
function offsetInStrings(json: string, line: number, column: number): number {
  const token = /"|\\u[\da-fA-F]{4}|\\.|[^]/g;
  let isInString = false;
  let currentLine = 1;
  let currentColumn = 1;
  let lineEnd = 0;
  for (let found; (found = token.exec(json)) !== null;) {
    const [part] = found;
    if (isInString && currentLine === line) {
      lineEnd = found.index;
    }
    if (part === '"') {
      isInString = !isInString;
    }
    if (!isInString || part === '"') {
      continue;
    }
    if (currentLine === line && (currentColumn >= column || part === '\\n')) {
      return found.index;
    }
    currentLine += part === '\\n' ? 1 : 0;
    currentColumn = part === '\\n' ? 1 : currentColumn + 1;
  }
  return lineEnd;
}
