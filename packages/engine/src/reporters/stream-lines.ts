/** Cuts streamed text into lines. A line that is redrawn with carriage returns counts as its last state. */

/** Longest part of a line that is kept while its end has not come. */
const maxPendingLength = 10_000;

/** Collects pieces of text and hands on whole lines. */
export class StreamLines {
  readonly #print: (line: string) => void;
  #pending = '';

  constructor(print: (line: string) => void) {
    this.#print = print;
  }

  add(text: string): void {
    const lines = (this.#pending + text).split('\n');
    this.#pending = lines.pop() ?? '';
    for (const line of lines) this.#print(lastState(line));
    if (this.#pending.length <= maxPendingLength) return;
    const pending = lastState(this.#pending);
    if (pending.length > maxPendingLength) {
      this.#print(pending);
      this.#pending = '';
    } else {
      this.#pending = pending;
    }
  }

  /** Hands on what is left without a line break. */
  end(): void {
    if (this.#pending !== '') this.#print(lastState(this.#pending));
    this.#pending = '';
  }
}

function lastState(line: string): string {
  const drawn = line.replace(/\r+$/, '');
  return drawn.slice(drawn.lastIndexOf('\r') + 1);
}
