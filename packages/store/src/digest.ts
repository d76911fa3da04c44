/** stub */
import type { StatCache } from './stat-cache.js';
import type { Digest, ProductEntry } from './store.js';

/** Why there is no digest: nothing stands at the path, or it can't be read as a product. */
export type DigestFailure =
  | { readonly status: 'missing'; readonly message: string }
  | { readonly status: 'unreadable'; readonly message: string };

/** Of one file. */
export type FileDigestOutcome =
  | {
      readonly status: 'digested';
      readonly digest: Digest;
      readonly sizeBytes: number;
      readonly executable: boolean;
    }
  | DigestFailure;

/** Of a file or folder. */
export type ProductDigestOutcome =
  | { readonly status: 'digested'; readonly entry: ProductEntry }
  | DigestFailure;

/** What digesting may use. */
export interface DigestOptions {
  readonly statCache?: StatCache;
}

/** Digests one regular file. Never rejects for I/O. */
export function digestFile(
  _path: string,
  _options: DigestOptions = {},
): Promise<FileDigestOutcome> {
  throw new Error('not built yet');
}

/** Digests a product: a file, or a folder with everything below it. Never rejects for I/O. */
export function digestProduct(
  _name: string,
  _path: string,
  _options: DigestOptions = {},
): Promise<ProductDigestOutcome> {
  throw new Error('not built yet');
}
