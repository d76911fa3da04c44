/**
 * Tells which physical lines of a Python text begin a logical line, so that `%` inside brackets or strings is not
 * taken for a magic. A scanner of strings, comments, brackets and joined lines; it knows no grammar, and stays
 * right enough on text that does not parse.
 */

/** What is still open at the end of a line. */
export interface OpenText {
  /** The closing quote of a triple-quoted string. */
  readonly quote: "'''" | '"""' | undefined;
  /** Open brackets. */
  readonly depth: number;
  /** The line ends in a backslash. */
  readonly isJoined: boolean;
}

/** Nothing is open: the next line begins a logical line. */
export const NOTHING_OPEN: OpenText = {
  quote: undefined,
  depth: 0,
  isJoined: false,
};

/** True when a line that follows `open` begins a logical line. */
export function beginsLogicalLine(open: OpenText): boolean {
  return open.quote === undefined && open.depth === 0 && !open.isJoined;
}

const TOKEN = /'''|"""|'|"|#|\\|[([{]|[)\]}]/g;

/** Scans one physical line (without its line end). */
export function scanLine(line: string, before: OpenText): OpenText {
  let { quote, depth } = before;
  let at = 0;
  for (;;) {
    if (quote !== undefined) {
      const end = endOfString(line, at, quote);
      if (end === undefined) return { quote, depth, isJoined: false };
      quote = undefined;
      at = end;
    }
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(line);
    if (token === null || token[0] === '#')
      return { quote, depth, isJoined: false };
    at = token.index + token[0].length;
    if (token[0] === "'''" || token[0] === '"""') quote = token[0];
    else if (token[0] === '\\') {
      if (at === line.length) return { quote, depth, isJoined: true };
    } else if (token[0] === "'" || token[0] === '"') {
      const end = endOfString(line, at, token[0]);
      if (end === undefined)
        return { quote, depth, isJoined: line.endsWith('\\') };
      at = end;
    } else if ('([{'.includes(token[0])) depth += 1;
    else depth = Math.max(0, depth - 1);
  }
}

/** The offset after the closing quote, or undefined when the string does not end on this line. */
function endOfString(
  line: string,
  from: number,
  quote: string,
): number | undefined {
  for (let at = from; at < line.length; at += 1) {
    if (line[at] === '\\') at += 1;
    else if (line.startsWith(quote, at)) return at + quote.length;
  }
  return undefined;
}
