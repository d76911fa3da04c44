/**
 * When a running task says where it is: at most once a second, so that trivial cells don't flood the terminal; and again
 * from time to time in a long cell, so that silence never means that nothing happens. Knows nothing of terminals.
 */
import { formatDuration, formatEstimate } from './duration.js';

/** Calls back after some time; returns how to call it off. */
export type Later = (ms: number, callback: () => void) => () => void;

/** Lines of one task are at least this far apart. */
const quietMs = 1000;
/** A cell that runs this long without a line says that it still runs. */
const reminderMs = 30_000;

/** What progress lines are made with. */
export interface ProgressOptions {
  readonly now: () => number;
  readonly print: (text: string) => void;
  /** Whether cells mean something to the user: only those of a notebook do. */
  readonly hasCells: boolean;
  /** Of the whole task. */
  readonly estimateMs?: number;
  readonly later?: Later;
}

interface RunningCell {
  readonly ordinal: number;
  readonly total: number;
}

/** The progress lines of one running task. */
export class ProgressLines {
  readonly #options: ProgressOptions;
  readonly #later: Later;
  readonly #startedAt: number;
  #printedAt: number;
  #cancel: (() => void) | undefined;

  /** Begins with the task; its first line was just printed. */
  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#later = options.later ?? systemLater;
    this.#startedAt = options.now();
    this.#printedAt = this.#startedAt;
  }

  cellStarted({ ordinal, total }: RunningCell): void {
    const quietFor = this.#options.now() - this.#printedAt;
    if (quietFor >= quietMs) this.#print({ ordinal, total });
    else this.#printIn(quietMs - quietFor, { ordinal, total });
  }

  end(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #printIn(ms: number, cell: RunningCell): void {
    this.#cancel?.();
    this.#cancel = this.#later(ms, () => this.#print(cell));
  }

  #print(cell: RunningCell): void {
    const { now, print } = this.#options;
    this.#printedAt = now();
    const elapsed = this.#printedAt - this.#startedAt;
    const what = this.#options.hasCells
      ? `cell ${cell.ordinal}/${cell.total}`
      : 'running';
    print(`${what}  ${formatDuration(elapsed)}${this.#left(elapsed)}`);
    this.#printIn(reminderMs, cell);
  }

  #left(elapsedMs: number): string {
    const { estimateMs } = this.#options;
    if (estimateMs === undefined) return '';
    const leftMs = estimateMs - elapsedMs;
    return leftMs > 0
      ? `  (about ${formatEstimate(leftMs)} left)`
      : `  (last time ${formatDuration(estimateMs)})`;
  }
}

const systemLater: Later = (ms, callback) => {
  const timer = setTimeout(callback, ms);
  timer.unref();
  return () => clearTimeout(timer);
};
