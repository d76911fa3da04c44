/** Text that may be long: its beginning and its end are kept, and how much is missing between. */

/** Collects text within a bounded amount of memory. */
export class BoundedText {
  readonly #half: number;
  #head = '';
  /** The newest pieces, at most twice what is shown. */
  #tail = '';
  #tailLength = 0;

  /** Keeps about `maxLength` characters. */
  constructor(maxLength: number) {
    this.#half = Math.max(1, Math.floor(maxLength / 2));
  }

  add(text: string): void {
    const room = this.#half - this.#head.length;
    this.#head += text.slice(0, room);
    const rest = text.slice(room);
    this.#tailLength += rest.length;
    this.#tail += rest;
    if (this.#tail.length > 2 * this.#half) {
      this.#tail = this.#tail.slice(-this.#half);
    }
  }

  /** The last character, to know whether a line is open. */
  get lastCharacter(): string {
    return (this.#tail || this.#head).slice(-1);
  }

  text(): string {
    const shown = this.#tail.slice(-this.#half);
    const missing = this.#tailLength - shown.length;
    if (missing === 0) return this.#head + shown;
    return `${this.#head}\n[${missing} characters are left out here; the executed notebook has them]\n${shown}`;
  }
}
