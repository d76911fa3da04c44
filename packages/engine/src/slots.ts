/** A bounded number of slots, given to whoever waits with the highest priority. Knows nothing of what they are used for. */

interface Waiting {
  readonly priority: number;
  readonly give: (slot: Slot | undefined) => void;
}

/** A taken slot. */
export interface Slot {
  /** Gives it back; only the first call counts. */
  release(): void;
}

/** Bounds how much happens at once. Equal priorities are served in order of arrival. */
export class Slots {
  #free: number;
  /** Sorted: the next to be served is the last. */
  readonly #waiting: Waiting[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** A slot, when there is one; nothing when `signal` aborts first. */
  async take(priority: number, signal: AbortSignal): Promise<Slot | undefined> {
    if (signal.aborted) return undefined;
    if (this.#free > 0) {
      this.#free -= 1;
      return this.#slot();
    }
    return new Promise((resolve) => {
      const onAbort = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        resolve(undefined);
      };
      const waiting: Waiting = {
        priority,
        give: (slot) => {
          signal.removeEventListener('abort', onAbort);
          resolve(slot);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#enqueue(waiting);
    });
  }

  #enqueue(waiting: Waiting): void {
    // Binary search for the first position whose priority is at least this one.
    let low = 0;
    let high = this.#waiting.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#waiting[middle];
      if (other !== undefined && other.priority < waiting.priority) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    this.#waiting.splice(low, 0, waiting);
  }

  #slot(): Slot {
    let isTaken = true;
    return {
      release: () => {
        if (!isTaken) return;
        isTaken = false;
        const next = this.#waiting.pop();
        if (next === undefined) this.#free += 1;
        else next.give(this.#slot());
      },
    };
  }
}
