/**
 * A bound on memory: work says how much it needs, and waits, in order, until that much is free.
 */

/** Safe to use from anywhere in the process. */
export class ByteBudget {
  readonly #totalBytes: number;
  #freeBytes: number;
  readonly #queue: { readonly bytes: number; readonly start: () => void }[] =
    [];

  constructor(totalBytes: number) {
    this.#totalBytes = totalBytes;
    this.#freeBytes = totalBytes;
  }

  /** Work that needs more than everything gets everything. */
  async use<T>(needsBytes: number, work: () => Promise<T>): Promise<T> {
    const bytes = Math.min(needsBytes, this.#totalBytes);
    await new Promise<void>((start) => {
      this.#queue.push({ bytes, start });
      this.#admit();
    });
    try {
      return await work();
    } finally {
      this.#freeBytes += bytes;
      this.#admit();
    }
  }

  #admit(): void {
    for (;;) {
      const [next] = this.#queue;
      if (next === undefined || next.bytes > this.#freeBytes) return;
      this.#queue.shift();
      this.#freeBytes -= next.bytes;
      next.start();
    }
  }
}
