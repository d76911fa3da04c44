/**
 * Bounds how much happens at once; what is waiting is taken in the order of its weight, and of its arrival among
 * equals. Knows nothing of what is done.
 */

interface Waiting {
  readonly weight: number;
  readonly start: () => void;
}

/** A bounded number of lanes. */
export class Lanes {
  #free: number;
  /** The lightest last. */
  readonly #waiting: Waiting[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  /** Runs work as soon as a lane is free. */
  async run<T>(work: () => Promise<T>, weight = 0): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(weight);
    try {
      return await work();
    } finally {
      const next = this.#waiting.pop();
      if (next === undefined) this.#free += 1;
      else next.start();
    }
  }

  #wait(weight: number): Promise<void> {
    return new Promise((start) => {
      const before = this.#waiting.findLastIndex(
        (other) => other.weight > weight,
      );
      this.#waiting.splice(before + 1, 0, { weight, start });
    });
  }
}
