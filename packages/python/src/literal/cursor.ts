/**
 * Reading position in a Python text: skips blanks, comments and line joins as Python's tokenizer does. Knows
 * nothing of values. Line ends are `\n` here; the parser normalises them first.
 */

/** Thrown inside the literal parser only, and turned into a result at its edge. */
export class LiteralError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** CPython's own limit of nested brackets. */
const MAX_DEPTH = 199;

/** A text and how far it has been read. */
export class Cursor {
  readonly text: string;
  offset = 0;
  /** Open brackets: inside of them a line end is a blank. */
  #depth = 0;

  constructor(text: string) {
    this.text = text;
  }

  /** The next `length` characters. */
  peek(length = 1): string {
    return this.text.slice(this.offset, this.offset + length);
  }

  isAtEnd(): boolean {
    return this.offset >= this.text.length;
  }

  /** Reads `token` if it is next. */
  take(token: string): boolean {
    if (!this.text.startsWith(token, this.offset)) return false;
    this.offset += token.length;
    return true;
  }

  /** Reads the match of a sticky pattern, or the empty string. */
  takeMatch(sticky: RegExp): string {
    sticky.lastIndex = this.offset;
    const found = sticky.exec(this.text)?.[0] ?? '';
    this.offset += found.length;
    return found;
  }

  open(): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) this.fail('too many nested parentheses');
  }

  close(): void {
    this.#depth -= 1;
  }

  /** Skips blanks and joined lines; inside brackets also line ends and comments. */
  skipBlanks(): void {
    for (;;) {
      const char = this.peek();
      if (char === ' ' || char === '\t' || char === '\f') this.offset += 1;
      else if (char === '\\' && this.peek(2) === '\\\n') this.#joinLine();
      else if (this.#depth > 0 && char === '\n') this.offset += 1;
      else if (this.#depth > 0 && char === '#') this.skipComment();
      else return;
    }
  }

  /** Skips what may follow the whole expression: a comment, then blank lines. */
  skipToEnd(): void {
    this.skipBlanks();
    while (!this.isAtEnd()) {
      if (this.peek() === '#') this.skipComment();
      else if (this.peek() === '\n') this.offset += 1;
      else if (
        this.peek() === ' ' ||
        this.peek() === '\t' ||
        this.peek() === '\f'
      )
        this.#skipBlankLine();
      else this.fail('unexpected text after the value');
    }
  }

  /** Skips empty lines and comment lines before the expression, which then must stand at the line's start. */
  skipToStart(): void {
    this.takeMatch(/[ \t]*/y);
    while (this.takeMatch(/(?:[ \t\f]|\\\n)*(?:#[^\n]*)?\n/y) !== '');
    // A form feed starts the column anew.
    this.takeMatch(/(?:[ \t]*\f|\\\n)*/y);
    if (/[ \t]/.test(this.peek())) this.fail('unexpected indent');
  }

  skipComment(): void {
    const end = this.text.indexOf('\n', this.offset);
    this.offset = end === -1 ? this.text.length : end;
  }

  fail(message: string, offset = this.offset): never {
    throw new LiteralError(message, offset);
  }

  #skipBlankLine(): void {
    const start = this.offset;
    const blanks = this.takeMatch(/[ \t\f]+/y);
    const next = this.peek();
    const isEnd = next === '' && blanks.endsWith('\f');
    if (!isEnd && next !== '\n' && next !== '#')
      this.fail('unexpected text after the value', start);
  }

  #joinLine(): void {
    this.offset += 2;
    if (this.isAtEnd()) this.fail('nothing follows the line continuation');
  }
}
