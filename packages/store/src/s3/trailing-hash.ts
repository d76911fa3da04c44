/**
 * The sha256 of a file whose ranges are written out of order: a thread reads behind them, as far as the file is
 * complete from its start. Its bytes come from the page cache, and the thread that talks to the network is left alone.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Digest } from '../store.js';

/** Plain text, so that it runs from sources and from what they are compiled to. A file descriptor is of the process. */
const THREAD = `
const { createHash } = require('node:crypto');
const { readSync } = require('node:fs');
const { parentPort, workerData: { fd } } = require('node:worker_threads');
const hash = createHash('sha256');
const chunk = Buffer.allocUnsafe(1 << 20);
parentPort.on('message', (range) => {
  if (range === undefined) return parentPort.postMessage(hash.digest('hex'));
  for (let at = range.start; at < range.end;) {
    const bytes = readSync(fd, chunk, 0, Math.min(chunk.length, range.end - at), at);
    if (bytes === 0) throw new Error('the file is shorter than what was written');
    hash.update(chunk.subarray(0, bytes));
    at += bytes;
  }
});
`;

/** A thread of its own; `await using` ends it. The file has to stay open until then. */
export class TrailingHash implements AsyncDisposable {
  readonly #worker: Worker;
  readonly #failed: Promise<never>;
  readonly #waiting = new Map<
    number,
    { readonly start: number; readonly end: number }
  >();
  #next = 0;

  constructor(fd: number) {
    this.#worker = new Worker(THREAD, {
      eval: true,
      workerData: { fd },
      execArgv: [],
      stderr: true,
    });
    this.#failed = new Promise<never>((_, reject) => {
      this.#worker.once('error', reject);
    });
    this.#failed.catch(() => undefined);
  }

  /** A range that is written; ranges must follow each other without gaps once all are there. */
  add(range: { readonly start: number; readonly end: number }): void {
    this.#waiting.set(range.start, range);
    for (;;) {
      const next = this.#waiting.get(this.#next);
      if (next === undefined) return;
      this.#waiting.delete(this.#next);
      this.#next = next.end;
      this.#worker.postMessage(next);
    }
  }

  /** Of everything, once all ranges are there. Rejects with the system's error. */
  async digest(): Promise<Digest> {
    const answered = once(this.#worker, 'message');
    this.#worker.postMessage(undefined);
    const [digest] = (await Promise.race([answered, this.#failed])) as [Digest];
    return digest;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}
