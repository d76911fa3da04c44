/**
 * Tells, line by line, whether the next line starts inside a triple-quoted Python string, where markers and magics are
 * mere text. Strings of one line need no tracking across lines; R strings are not tracked (as in jupytext).
 */

/** Feed it every line in order; ask `isQuoted` before each. */
export class StringTracker {
  readonly #isTracking: boolean;
  #quote: string | undefined;

  constructor(language: string) {
    this.#isTracking = language.toLowerCase() !== 'r';
  }

  /** Whether the line that comes next starts inside a string. */
  get isQuoted(): boolean {
    return this.#quote !== undefined;
  }

  readLine(line: string): void {
    if (!this.#isTracking) {
      return;
    }
    let open = this.#quote;
    for (let index = 0; index < line.length; index += 1) {
      const char = line.charAt(index);
      if (char === '#' && open === undefined) {
        break;
      }
      if ((char !== '"' && char !== "'") || line.charAt(index - 1) === '\\') {
        continue;
      }
      const triple = char.repeat(3);
      if (open === undefined) {
        open = line.startsWith(triple, index) ? triple : char;
        index += open.length - 1;
      } else if (line.startsWith(open, index)) {
        index += open.length - 1;
        open = undefined;
      }
    }
    this.#quote = open?.length === 3 ? open : undefined;
  }
}
