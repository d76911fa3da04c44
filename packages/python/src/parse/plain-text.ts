/**
 * The text of a statement without what can't have an effect: comments and blank lines. Docstrings stay, since they can
 * be read at run time.
 */
import type { Node } from 'web-tree-sitter';

/** A line that is joined to an empty one: the empty line is part of the statement. */
const JOINED_TO_EMPTY = /\\\r?\n[ \t\f]*(?:\r?\n|$)/;

/** The text of a node; as it is when in doubt. */
export function plainText(node: Node): string {
  const { text } = node;
  if (!/#|\n[ \t\f]*\r?\n|[ \t\f]\r?\n/.test(text)) return text;
  if (node.hasError || JOINED_TO_EMPTY.test(text)) return text;
  const offset = node.startIndex;
  const kept = node
    .descendantsOfType(['comment', 'string'])
    .map(({ type, startIndex, endIndex }) => ({
      isString: type === 'string',
      start: startIndex - offset,
      end: endIndex - offset,
    }));
  const parts: string[] = [];
  let at = 0;
  for (const { isString, start, end } of kept) {
    if (start < at) continue;
    parts.push(tidy(text.slice(at, start)));
    if (isString) parts.push(text.slice(start, end));
    at = end;
  }
  parts.push(tidy(text.slice(at)));
  return joinLines(parts).trimEnd();
}

function tidy(code: string): string {
  return code.replace(/[ \t\f]*\r?\n(?:[ \t\f]*\r?\n)*/g, '\n');
}

/** A comment on a line of its own leaves an empty line between two parts, and a space before one at the end of a line. */
function joinLines(parts: readonly string[]): string {
  let joined = '';
  for (const part of parts) {
    if (part.startsWith('\n')) {
      joined = joined.replace(/[ \t\f]+$/, '');
      joined += joined.endsWith('\n') ? part.slice(1) : part;
    } else joined += part;
  }
  return joined;
}
