/** stub */
import type { BigIntStats } from 'node:fs';
import type { Digest } from './store.js';

/** Digests of files that did not change since they were hashed. */
export interface StatCache {
  /** The digest of a file with exactly this identity, or nothing. Loads the file on first use; never rejects. */
  lookup(stat: BigIntStats): Promise<Digest | undefined>;
  /** Keeps a digest; ignored when the file was changed less than 2 s before `hashedAtMs`. */
  remember(stat: BigIntStats, digest: Digest, hashedAtMs: number): void;
  /** Writes what is new; does nothing when nothing is. Never rejects: a cache that can't be written is only slow. */
  persist(): Promise<void>;
}

/** Opens the cache that lives in one file; reads nothing yet. */
export function openStatCache(
  _file: string,
  _options: { readonly maxEntries?: number } = {},
): StatCache {
  throw new Error('not built yet');
}
