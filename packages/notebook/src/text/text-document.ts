/**
 * A text notebook on its way to cells: lines, positions, and what is worth a warning. Knows no format.
 */
import type { Diagnostic, Location } from '../diagnostic.js';
import type { JsonObject } from '../json.js';
import { omitKeys } from '../json-value.js';
import type { Cell, CellType } from '../notebook.js';
import type { CellMetadata } from './cell-options.js';

/** Extensions of text notebooks, without the dot, as jupytext spells them in tags. */
export type TextExtension = 'py' | 'R' | 'r' | 'md' | 'Rmd';

/** What every reader of a text format is given. */
export interface TextDocument {
  readonly path: string;
  readonly extension: TextExtension;
  /** Without line breaks; from the first line of the file. */
  readonly lines: readonly string[];
  /** Index of the first line behind the header. */
  readonly start: number;
  /** Language of code that names none; `python` where the file leaves it open. */
  readonly language: string;
  /** `jupyter.jupytext` of the header: options of the format. */
  readonly options: JsonObject;
  /** Collects warnings in the order in which they are found. */
  readonly warnings: Diagnostic[];
}

/** A cell as a reader finds it. */
export interface TextCell {
  readonly type: CellType;
  readonly source: string;
  readonly metadata: CellMetadata;
  /** Index of the line on which the source starts. */
  readonly start: number;
  /** Set if the cell names a language, which may be that of the notebook. */
  readonly language?: string;
}

/** The lines of a text; no line for a line break at its end. */
export function splitLines(text: string): string[] {
  const lines = text.split(/\r\n|\n|\r/);
  if (lines.at(-1) === '') {
    lines.pop();
  }
  return lines;
}

/** Whether a line is empty or holds white space only. */
export function isBlank(line: string | undefined): boolean {
  return line === undefined || /^\s*$/.test(line);
}

/** Points at a whole line, without the blanks around it. */
export function lineLocation(
  document: Pick<TextDocument, 'path' | 'lines'>,
  index: number,
): Location {
  const lineText = document.lines[index] ?? '';
  const indent = lineText.length - lineText.trimStart().length;
  return {
    file: document.path,
    line: index + 1,
    column: indent + 1,
    length: Math.max(1, lineText.trim().length),
    lineText,
  };
}

/** Metadata that only serves writing the text again. */
const layoutKeys = [
  'cell_marker',
  'comment_questions',
  'lines_to_end_of_cell_marker',
  'lines_to_next_cell',
  'region_name',
];

/** A cell of the notebook. */
export function toCell(cell: TextCell): Cell {
  const metadata = omitKeys(cell.metadata, layoutKeys);
  return cell.type === 'code'
    ? {
        type: 'code',
        source: cell.source,
        metadata,
        outputs: [],
        executionCount: null,
      }
    : { type: cell.type, source: cell.source, metadata };
}
