/**
 * The assignments of an R parameters cell, as far as a pipeline needs them: `name <- value` or `name = value` at the
 * top level, where the value is NULL, a string, or a `list(...)` or `c(...)` of such. Never runs R.
 */
import type { AssignedValue, Assignment, PyValue } from '@nx-notebook/python';

/** All assignments to plain names at the top level, in order. */
export function readRAssignments(cell: string): readonly Assignment[] {
  const text = cell.replaceAll(/\r\n?/g, '\n');
  const assignments: Assignment[] = [];
  const start = /[ \t]*([A-Za-z.][\w.]*)[ \t]*(?:<-|=)(?!=)[ \t]*/y;
  for (let offset = 0; offset < text.length;) {
    start.lastIndex = offset;
    const [whole, name] = start.exec(text) ?? [];
    const end = endOfStatement(text, offset);
    if (whole !== undefined && name !== undefined) {
      const valueStart = offset + whole.length;
      assignments.push({
        name,
        value: readValue(text.slice(valueStart, end).trimEnd()),
        position: placeOf(text, text.indexOf(name, offset), name.length),
        valuePosition: placeOf(text, valueStart, end - valueStart),
      });
    }
    offset = end + 1;
  }
  return assignments;
}

const token = /#[^\n]*|"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|`[^`]*`|[^]/gy;

/** Offset of the line break or semicolon that ends a statement. */
function endOfStatement(text: string, offset: number): number {
  token.lastIndex = offset;
  let depth = 0;
  for (let found; (found = token.exec(text)) !== null;) {
    const [part] = found;
    if ('([{'.includes(part)) depth += 1;
    if (')]}'.includes(part)) depth -= 1;
    if (depth <= 0 && (part === '\n' || part === ';')) return found.index;
  }
  return text.length;
}

function readValue(text: string): AssignedValue {
  const reader = new RReader(text);
  return reader.readAll() ?? { kind: 'not-literal', text };
}

/** Recursive descent over one value; `undefined` is what it can not read. */
class RReader {
  readonly #text: string;
  #offset = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readAll(): PyValue | undefined {
    const value = this.#value(0);
    this.#skipBlanks();
    return this.#offset === this.#text.length ? value : undefined;
  }

  #value(depth: number): PyValue | undefined {
    if (depth > 20) return undefined;
    if (this.#take(/NULL\b/y) !== undefined) return { kind: 'none' };
    const string = this.#string();
    if (string !== undefined) return { kind: 'str', value: string };
    return this.#take(/(?:list|c)[ \t]*\(/y) === undefined
      ? undefined
      : this.#items(depth);
  }

  #items(depth: number): PyValue | undefined {
    const items: PyValue[] = [];
    const entries: (readonly [PyValue, PyValue])[] = [];
    while (this.#take(/\)/y) === undefined) {
      if (items.length > 0 && this.#take(/,/y) === undefined) return undefined;
      const name = this.#take(/[A-Za-z.][\w.]*[ \t]*=(?!=)/y);
      const value = this.#value(depth + 1);
      if (value === undefined) return undefined;
      items.push(value);
      if (name !== undefined)
        entries.push([
          { kind: 'str', value: name.slice(0, -1).trimEnd() },
          value,
        ]);
    }
    if (entries.length === 0) return { kind: 'list', items };
    return entries.length === items.length
      ? { kind: 'dict', entries }
      : undefined;
  }

  #string(): string | undefined {
    const quoted = this.#take(/"(?:[^"\\]|\\["'\\])*"|'(?:[^'\\]|\\["'\\])*'/y);
    return quoted?.slice(1, -1).replaceAll(/\\(.)/g, '$1');
  }

  #take(pattern: RegExp): string | undefined {
    this.#skipBlanks();
    pattern.lastIndex = this.#offset;
    const [found] = pattern.exec(this.#text) ?? [];
    this.#offset += found?.length ?? 0;
    return found;
  }

  #skipBlanks(): void {
    const blanks = /(?:\s|#[^\n]*)*/y;
    blanks.lastIndex = this.#offset;
    this.#offset += blanks.exec(this.#text)?.[0].length ?? 0;
  }
}

function placeOf(
  text: string,
  offset: number,
  length: number,
): Assignment['position'] {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return {
    cell: 0,
    line: before.split('\n').length,
    column: offset - lineStart + 1,
    length: Math.max(1, length),
  };
}
