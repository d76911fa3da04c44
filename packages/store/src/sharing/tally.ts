/** Counts what a run gave to a shared store, took from it, and what went wrong: equal troubles are one with a count. */
import type { SharingSummary, StoreTrouble } from '../store.js';

/** The counts of one run. */
export class Tally {
  asked = 0;
  hits = 0;
  uploaded = 0;
  uploadedBytes = 0;
  alreadyThere = 0;
  /** Results that were made here and stay here, since this run only reads. */
  keptHere = 0;
  readonly #notUploaded = new Map<string, number>();
  readonly #troubles = new Map<string, StoreTrouble & { count: number }>();

  /** The first message of equal troubles stays. */
  trouble(trouble: StoreTrouble): void {
    const id = JSON.stringify([trouble.operation, trouble.reason]);
    const known = this.#troubles.get(id);
    if (known === undefined) this.#troubles.set(id, { ...trouble, count: 1 });
    else known.count += 1;
  }

  notUploaded(reason: string): void {
    const count = this.#notUploaded.get(reason) ?? 0;
    this.#notUploaded.set(reason, count + 1);
  }

  /** Everything so far. */
  summary(
    rest: Pick<SharingSummary, 'label' | 'downloadedBytes'> &
      Partial<Pick<SharingSummary, 'switchedOff' | 'howToShare'>>,
  ): SharingSummary {
    return {
      asked: this.asked,
      hits: this.hits,
      uploaded: this.uploaded,
      uploadedBytes: this.uploadedBytes,
      alreadyThere: this.alreadyThere,
      keptHere: this.keptHere,
      notUploaded: Object.fromEntries(this.#notUploaded),
      troubles: [...this.#troubles.values()].map((each) => ({ ...each })),
      ...rest,
    };
  }
}
