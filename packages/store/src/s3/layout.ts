/**
 * Where things lie in a shared store, and how large they may be. Names are relative to the bucket's prefix:
 *
 *     _meta/format.json                     layout version; also the canary that tells 403 from missing
 *     <root>/ac/<hh>/<key>.json             manifests, written once
 *     <root>/cas/<hh>/<sha256>[.br]         blobs and packs by the digest of their plain bytes
 *
 * `<root>` is a folder of a trust scope, see sharing/generations.ts. The empty blob is never stored. Pure.
 */
import type { Digest } from '../store.js';

/** The canary's name. */
export const FORMAT_NAME = '_meta/format.json';

/** The canary's text, as in the store on disk. */
export const FORMAT_TEXT = '{"layout":1,"digest":"sha256"}\n';

/** How the bytes of an object were encoded. */
export type Encoding = 'raw' | 'brotli';

/** More is read as an attack, and never written: about 100 000 files. */
export const MAX_MANIFEST_BYTES = 32 << 20;

/** Plain size of a pack; it is held in memory as a whole. */
export const MAX_PACK_BYTES = 8 << 20;

/** Where a key's manifest lies. */
export function manifestName(root: string, key: string): string {
  return `${root}/ac/${key.slice(0, 2)}/${key}.json`;
}

/** Where an object with these plain bytes lies. */
export function objectName(
  root: string,
  {
    digest,
    encoding,
  }: { readonly digest: Digest; readonly encoding: Encoding },
): string {
  const suffix = encoding === 'brotli' ? '.br' : '';
  return `${root}/cas/${digest.slice(0, 2)}/${digest}${suffix}`;
}
