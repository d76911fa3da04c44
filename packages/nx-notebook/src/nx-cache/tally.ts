/**
 * Counts of one cache while it serves; becomes a summary at the end.
 */
import type { NxCacheSummary } from './summary.js';

/** What is counted. */
export class Tally {
  asked = 0;
  hits = 0;
  downloadedBytes = 0;
  uploaded = 0;
  uploadedBytes = 0;
  alreadyThere = 0;
  readonly #notFetched = new Map<string, number>();
  readonly #notUploaded = new Map<string, number>();

  /** An entry that may be in the store and could not be had. */
  notFetched(reason: string): void {
    count(this.#notFetched, reason);
  }

  /** An entry that was given to us and is not in the store. */
  notUploaded(reason: string): void {
    count(this.#notUploaded, reason);
  }

  /** As of now. */
  summary(label: string, switchedOff: string | undefined): NxCacheSummary {
    return {
      label,
      asked: this.asked,
      hits: this.hits,
      downloadedBytes: this.downloadedBytes,
      uploaded: this.uploaded,
      uploadedBytes: this.uploadedBytes,
      alreadyThere: this.alreadyThere,
      notFetched: Object.fromEntries(this.#notFetched),
      notUploaded: Object.fromEntries(this.#notUploaded),
      ...(switchedOff === undefined ? {} : { switchedOff }),
    };
  }
}

function count(counts: Map<string, number>, reason: string): void {
  counts.set(reason, (counts.get(reason) ?? 0) + 1);
}
