/**
 * Turns offsets in a text into {@link Location}s. Knows `\n`, `\r\n` and `\r` as line breaks, as editors do.
 */
import type { Location } from './diagnostic.js';

/**
 * The place of `length` code units at `offset`, cut at the end of the line; offsets outside of the text are moved to
 * its nearest end.
 */
export function locationAt(
  file: string,
  text: string,
  offset: number,
  length: number,
): Location {
  const target = Math.min(Math.max(offset, 0), text.length);
  const lineBreak = /\r\n|\n|\r/g;
  let line = 1;
  let start = 0;
  let end = text.length;
  for (let found; (found = lineBreak.exec(text)) !== null;) {
    if (lineBreak.lastIndex > target) {
      end = found.index;
      break;
    }
    line += 1;
    start = lineBreak.lastIndex;
  }
  const column = Math.min(target, end) - start + 1;
  return {
    file,
    line,
    column,
    length: Math.max(1, Math.min(length, end - start - column + 1)),
    lineText: text.slice(start, end),
  };
}
