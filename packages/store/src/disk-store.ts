/** stub */
import type { Store } from './store.js';

/** Settings of the store on local disk. */
export interface DiskStoreOptions {
  /** Absolute path; created by the first save. */
  readonly root: string;
  /** Above it, a save is followed by a clean-up of what was used least recently. Default: 10 % of the disk, at most 10 GB. */
  readonly maxSizeBytes?: number;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
  /** Told once for each different trouble that made a look-up a miss or stopped a clean-up. */
  readonly onWarning?: (message: string) => void;
  /** For tests: awaited after each change that the store made on disk. */
  readonly checkpoint?: (name: string) => Promise<void>;
}

/** The store on local disk. Touches nothing until it is used. */
export function openDiskStore(_options: DiskStoreOptions): Store {
  throw new Error('not built yet');
}
