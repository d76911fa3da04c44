/**
 * Bounds what is brought before anybody asked for it: entries that were not used yet count, the others wait. Knows
 * neither stores nor what bringing means.
 */

/** A wrong guess costs no more than this. */
const MAX_UNUSED_BYTES = 256_000_000;
const MAX_UNUSED_ENTRIES = 1000;

interface Waiting {
  readonly key: string;
  readonly bytes: number;
  readonly bring: () => Promise<unknown>;
}

/** What was brought ahead in one run. */
export class ReadAheadBudget {
  readonly #unused = new Map<string, number>();
  #waiting: Waiting[] = [];
  #bytes = 0;
  #isStopped = false;

  /** Brings an entry now, or as soon as enough others were used. */
  bring(key: string, bytes: number, bring: () => Promise<unknown>): void {
    this.#waiting.push({ key, bytes, bring });
    this.#next();
  }

  /** Somebody asks for the entry itself now. */
  used(key: string): void {
    this.#bytes -= this.#unused.get(key) ?? 0;
    this.#unused.delete(key);
    this.#waiting = this.#waiting.filter((each) => each.key !== key);
    this.#next();
  }

  /** Begins nothing more. */
  stop(): void {
    this.#isStopped = true;
  }

  #next(): void {
    for (;;) {
      const [first] = this.#waiting;
      const hasRoom =
        first !== undefined &&
        this.#bytes + first.bytes <= MAX_UNUSED_BYTES &&
        this.#unused.size < MAX_UNUSED_ENTRIES;
      if (!hasRoom || this.#isStopped) return;
      this.#waiting.shift();
      this.#unused.set(first.key, first.bytes);
      this.#bytes += first.bytes;
      void first.bring();
    }
  }
}
