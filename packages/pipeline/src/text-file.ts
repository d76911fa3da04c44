/**
 * A text with its path, able to say where an offset stands. The line starts are found once, at the first question:
 * files of ten thousand tasks ask ten thousand times.
 */
import type { Location } from '@nx-notebook/notebook';

/** A part of a text in UTF-16 code units, end excluded. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/** A file's text and the places in it. */
export class TextFile {
  readonly path: string;
  readonly text: string;
  #lines: readonly TextRange[] | undefined;

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
  }

  /** Where a range stands; it is cut at the end of its first line. */
  locate(range: TextRange): Location {
    const lines = (this.#lines ??= findLines(this.text));
    const index = lineAt(lines, Math.min(range.start, this.text.length));
    const line = lines[index] ?? { start: 0, end: 0 };
    const start = Math.min(range.start, line.end);
    return {
      file: this.path,
      line: index + 1,
      column: start - line.start + 1,
      length: Math.max(1, Math.min(range.end, line.end) - start),
      lineText: this.text.slice(line.start, line.end),
    };
  }

  /** The whole first line. */
  get firstLine(): Location {
    return this.locate({ start: 0, end: this.text.length });
  }
}

function findLines(text: string): readonly TextRange[] {
  const lines: TextRange[] = [];
  const lineBreak = /\r\n|\n|\r/g;
  let start = 0;
  for (let found; (found = lineBreak.exec(text)) !== null;) {
    lines.push({ start, end: found.index });
    start = lineBreak.lastIndex;
  }
  lines.push({ start, end: text.length });
  return lines;
}

/** Index of the last line that starts at or before the offset. */
function lineAt(lines: readonly TextRange[], offset: number): number {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((lines[middle]?.start ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
