/**
 * Reads the YAML that most pipelines are written in, in a tenth of the time that the library takes: block mappings and
 * lists, collections in brackets on one line, scalars of one line. Has no opinion on anything else: whatever is not
 * surely of this kind, mistakes above all, is left to the library. Both give the same nodes; only ends of block
 * collections differ, below the line on which they start.
 */
import type { TextRange } from '../text-file.js';
import { resolvePlainScalar } from './plain-scalar.js';
import { noneAt, scalarNode } from './scalar-node.js';
import type { YamlEntry, YamlMapping, YamlNode } from './yaml-node.js';

/** What makes a text be of another kind wherever it stands: markers of documents, directives, tabs, other line ends. */
const otherKind = /[^\n\x20-\x7e]|^(?:---|\.\.\.|%)/m;

/** Deeper documents are few, and the library's to judge. */
const deepest = 20;

const lineStart = /^( *)([^ \n#][^\n]*)/gm;
const blockKey = /([A-Za-z_][\w.-]{0,99}):(?= |$)/my;
const flowKey = /([A-Za-z_][\w.-]{0,99}): +/y;
const dash = /- +(?=[^ \n#])/y;
const rest = / *(?: #[^\n]*)?$/my;
const quoted = /"([^"\\\n]*)"|'([^'\n]*)'(?!')/y;
/** Words between single signs; of blanks and colons only those within. */
const plainInBlock =
  /(?:[\w./~+]|-(?=[\w./]))(?:[\w./~+*()@=$%^<>;&|!?,'"[\]{}\\-]|:(?=[\w./\\])| +(?=[^ \n#:]))*/y;
const plainInFlow =
  /(?:[\w./~+]|-(?=[\w./]))(?:[\w./~+*()@=$%^<>;&|!\\-]| +(?=[\w./(+-]))*/y;
const comma = / *, */y;
const openBracket = / */y;

interface Line {
  readonly indent: number;
  /** Offset of the first character that is no blank. */
  readonly start: number;
}

/** The document, or undefined when it takes the library to read it. */
export function readPlainYaml(text: string): YamlNode | undefined {
  if (otherKind.test(text)) return undefined;
  const lines: Line[] = [];
  for (const { 0: line, 1: blanks = '', index } of text.matchAll(lineStart)) {
    if (line !== '')
      lines.push({
        indent: blanks.length,
        start: index + blanks.length,
      });
  }
  return lines[0]?.indent === 0
    ? new PlainReader(text, lines).readAll()
    : undefined;
}

/** Each method is undefined when the text is not of this kind. */
class PlainReader {
  readonly #text: string;
  readonly #lines: readonly Line[];
  /** Index of the line that is read. */
  #line = 0;
  #at = 0;
  #depth = 0;

  constructor(text: string, lines: readonly Line[]) {
    this.#text = text;
    this.#lines = lines;
  }

  readAll(): YamlNode | undefined {
    const node = this.#readBlock(0);
    return this.#line === this.#lines.length ? node : undefined;
  }

  /** The collection that starts at the current line. */
  #readBlock(column: number): YamlNode | undefined {
    const start = this.#lines[this.#line]?.start ?? 0;
    this.#at = start;
    return this.#isDash(start)
      ? this.#readSequence(column)
      : this.#readMapping(column);
  }

  #readSequence(column: number): YamlNode | undefined {
    if (!this.#enter()) return undefined;
    const start = this.#at;
    const items: YamlNode[] = [];
    for (let line; (line = this.#lines[this.#line]) !== undefined;) {
      if (line.indent < column || !this.#isDash(line.start)) break;
      if (line.indent > column) return undefined;
      this.#at = line.start;
      const blanks = this.#take(dash);
      if (blanks === undefined) return undefined;
      const item =
        this.#peek(blockKey) || this.#isDash(this.#at)
          ? this.#readMapping(column + blanks[0].length)
          : this.#readInline(column);
      if (item === undefined) return undefined;
      items.push(item);
    }
    return { kind: 'sequence', items, range: this.#leave(start) };
  }

  #readMapping(column: number): YamlMapping | undefined {
    if (!this.#enter()) return undefined;
    const start = this.#at;
    const entries: YamlEntry[] = [];
    const names = new Set<string>();
    for (;;) {
      const entry = this.#readEntry(column, names);
      if (entry === undefined) return undefined;
      entries.push(entry);
      const next = this.#lines[this.#line];
      if (next === undefined || next.indent < column) break;
      if (next.indent > column) return undefined;
      this.#at = next.start;
    }
    return { kind: 'mapping', entries, range: this.#leave(start) };
  }

  #readEntry(column: number, names: Set<string>): YamlEntry | undefined {
    const found = this.#readKey(blockKey, names);
    if (found === undefined) return undefined;
    const value = this.#readValue(column, found.keyRange);
    return value && { ...found, value };
  }

  /** A key that is text and stands here for the first time. */
  #readKey(
    pattern: RegExp,
    names: Set<string>,
  ): Omit<YamlEntry, 'value'> | undefined {
    const start = this.#at;
    const name = this.#take(pattern)?.[1];
    if (name === undefined || names.has(name)) return undefined;
    names.add(name);
    const key = resolvePlainScalar(name);
    const keyRange = { start, end: start + name.length };
    return key.kind === 'str' ? { key, keyRange } : undefined;
  }

  #readValue(column: number, keyRange: TextRange): YamlNode | undefined {
    if (!this.#takeRest()) {
      this.#take(openBracket);
      return this.#readInline(column);
    }
    const next = this.#lines[this.#line];
    if (next !== undefined) {
      if (next.indent > column) return this.#readBlock(next.indent);
      if (next.indent === column && this.#isDash(next.start))
        return this.#readBlock(column);
    }
    return noneAt(keyRange);
  }

  /** A value on the rest of the line, with nothing below that could go on with it. */
  #readInline(column: number): YamlNode | undefined {
    const node = this.#readNode(plainInBlock);
    if (node === undefined || !this.#takeRest()) return undefined;
    const next = this.#lines[this.#line];
    return next !== undefined && next.indent > column ? undefined : node;
  }

  #readNode(plain: RegExp): YamlNode | undefined {
    const start = this.#at;
    const first = this.#text[start];
    if (first === '[') return this.#readItems(start);
    return first === '{' ? this.#readPairs(start) : this.#readScalar(plain);
  }

  #readItems(start: number): YamlNode | undefined {
    const items: YamlNode[] = [];
    const isRead = this.#readList(']', () => {
      const item = this.#readNode(plainInFlow);
      if (item !== undefined) items.push(item);
      return item !== undefined;
    });
    return isRead
      ? { kind: 'sequence', items, range: { start, end: this.#at } }
      : undefined;
  }

  #readPairs(start: number): YamlNode | undefined {
    const entries: YamlEntry[] = [];
    const names = new Set<string>();
    const isRead = this.#readList('}', () => {
      const found = this.#readKey(flowKey, names);
      const value = found && this.#readNode(plainInFlow);
      if (value !== undefined) entries.push({ ...found, value } as YamlEntry);
      return value !== undefined;
    });
    return isRead
      ? { kind: 'mapping', entries, range: { start, end: this.#at } }
      : undefined;
  }

  /** Elements between brackets; false when something is not of this kind. */
  #readList(close: ']' | '}', readElement: () => boolean): boolean {
    if (!this.#enter()) return false;
    this.#at += 1;
    this.#take(openBracket);
    if (this.#text[this.#at] !== close) {
      do {
        if (!readElement()) return false;
      } while (this.#take(comma) !== undefined);
      this.#take(openBracket);
    }
    if (this.#text[this.#at] !== close) return false;
    this.#at += 1;
    this.#depth -= 1;
    return true;
  }

  #readScalar(plain: RegExp): YamlNode | undefined {
    const start = this.#at;
    const inQuotes = this.#take(quoted);
    if (inQuotes !== undefined) {
      const value = inQuotes[1] ?? inQuotes[2] ?? '';
      return scalarNode({ kind: 'str', value }, { start, end: this.#at });
    }
    const text = this.#take(plain)?.[0];
    if (text === undefined) return undefined;
    return scalarNode(resolvePlainScalar(text), { start, end: this.#at });
  }

  #isDash(offset: number): boolean {
    return (
      this.#text[offset] === '-' && !/[^ \n]/.test(this.#text[offset + 1] ?? '')
    );
  }

  #peek(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    return pattern.test(this.#text);
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    this.#at = pattern.lastIndex;
    return found;
  }

  /** Ends the line where nothing but a comment follows. */
  #takeRest(): boolean {
    if (this.#take(rest) === undefined) return false;
    this.#line += 1;
    return true;
  }

  #enter(): boolean {
    this.#depth += 1;
    return this.#depth <= deepest;
  }

  #leave(start: number): TextRange {
    this.#depth -= 1;
    return {
      start,
      end: this.#lines[this.#line]?.start ?? this.#text.length,
    };
  }
}
