/**
 * Brings results nearer before their task's turn comes. Where a task is not fresh and the store has its result, the
 * products that it will have are known before they stand on disk, and with them the keys of the tasks behind it: so a
 * long chain comes from a far store in parallel. Only guesses: the build computes every key from real files.
 */
import type { Manifest, ProductEntry, SharedStore } from '@nx-notebook/store';
import { compareWith, isStorable } from './assess-task.js';
import type { BuildState } from './build-state.js';
import type { DigestProduct } from './key-parts.js';
import type { PlannedTask } from './plan.js';
import type { RunRecord } from './run-record.js';
import { Slots } from './slots.js';
import { productsOf } from '@nx-notebook/pipeline';

/** Keys that are guessed at once; the build needs the processor more. */
const guessesAtOnce = 2;

/** What reading ahead needs. */
export interface ReadAheadOptions {
  readonly state: BuildState;
  readonly store: Pick<SharedStore, 'expect'>;
  /** The record of a task, as it was when the build began. */
  readonly recordOf: (task: PlannedTask) => RunRecord | undefined;
}

/** Looks ahead of one build. All work is in the background; nothing here can change a result. */
export class ReadAhead {
  readonly #options: ReadAheadOptions;
  readonly #slots = new Slots(guessesAtOnce);
  /** Tasks whose turn is over: what stands on disk counts. */
  readonly #ended = new Set<PlannedTask>();
  /** Tasks whose products are known although they don't stand yet, or stand already although it is not their turn. */
  readonly #known = new Set<PlannedTask>();
  readonly #asked = new Set<PlannedTask>();
  /** Absolute path -> what will stand there. */
  readonly #coming = new Map<string, ProductEntry>();
  readonly #running = new Set<Promise<void>>();

  constructor(options: ReadAheadOptions) {
    this.#options = options;
  }

  /** The build found that a task needs a result of this key. */
  needs(task: PlannedTask, key: string): void {
    this.#start(() => this.#expect(task, key));
  }

  /** A task's turn is over, and its products stand. */
  ended(task: PlannedTask): void {
    this.#ended.add(task);
    for (const { absolutePath } of productsOf(task.ref.task)) {
      this.#coming.delete(absolutePath);
    }
    this.#lookBehind(task);
  }

  /** Waits for what is running; to be called when the store answers no more. */
  async end(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  #start(work: () => Promise<void>): void {
    const running = work()
      // The build does the same work in its turn, and tells what is wrong with it.
      .catch(() => undefined)
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  async #expect(task: PlannedTask, key: string): Promise<void> {
    if (this.#asked.has(task)) return;
    this.#asked.add(task);
    const manifest = await this.#options.store.expect(key);
    if (manifest === undefined || this.#ended.has(task)) return;
    this.#isComing(task, manifest);
  }

  #isComing(task: PlannedTask, { products }: Manifest): void {
    for (const { key, absolutePath } of productsOf(task.ref.task)) {
      const entry = products.find(({ name }) => name === key);
      if (entry !== undefined) this.#coming.set(absolutePath, entry);
    }
    this.#known.add(task);
    this.#lookBehind(task);
  }

  /** Tasks all of whose upstreams have ended are looked at by the build itself. */
  #lookBehind(task: PlannedTask): void {
    for (const next of task.downstream) {
      const isKnown = next.upstream.every(
        (each) => this.#known.has(each) || this.#ended.has(each),
      );
      const isAhead = next.upstream.some((each) => !this.#ended.has(each));
      if (isKnown && isAhead) this.#start(() => this.#guess(next));
    }
  }

  async #guess(task: PlannedTask): Promise<void> {
    const { state, recordOf } = this.#options;
    if (this.#asked.has(task) || state.isForced(task.ref)) return;
    const slot = await this.#slots.take(task.criticalMs, state.signal);
    if (slot === undefined) return;
    try {
      if (this.#asked.has(task) || this.#known.has(task)) return;
      const parts = { ...state.parts, digest: this.#digest };
      const standing = await compareWith(recordOf(task), task.ref, parts);
      if (
        standing.status === 'not-fresh' &&
        isStorable(task.ref, standing.key)
      ) {
        // Not within the slot: a far store takes its time.
        this.#start(() => this.#expect(task, standing.key.key));
      } else if (standing.status === 'fresh') {
        this.#known.add(task);
        this.#lookBehind(task);
      }
    } finally {
      slot.release();
    }
  }

  readonly #digest: DigestProduct = async (product) => {
    const entry = this.#coming.get(product.path);
    return entry === undefined
      ? this.#options.state.parts.digest(product)
      : { status: 'digested', entry };
  };
}
