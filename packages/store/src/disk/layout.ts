/**
 * Where things lie in a store on disk:
 *
 *     _meta/format.json       layout version
 *     _meta/usage             estimate of the size, see usage.ts
 *     _meta/locks/            advisory locks, held for moments
 *     _tmp/                   files that are being written
 *     ac/<hh>/<key>.json      manifests
 *     cas/<hh>/<sha256>       blobs; the empty one is never stored
 */
import { join } from 'node:path';

/** Text of `_meta/format.json`. */
export const FORMAT = '{"layout":1,"digest":"sha256"}\n';

/** The paths of one store. */
export interface DiskLayout {
  readonly root: string;
  readonly meta: string;
  readonly format: string;
  readonly usage: string;
  readonly locks: string;
  readonly temporary: string;
  readonly manifests: string;
  readonly blobs: string;
  readonly manifest: (key: string) => string;
  readonly blob: (digest: string) => string;
  readonly lock: (name: string) => string;
}

/** The layout below a root. Pure. */
export function diskLayout(root: string): DiskLayout {
  const meta = join(root, '_meta');
  return {
    root,
    meta,
    format: join(meta, 'format.json'),
    usage: join(meta, 'usage'),
    locks: join(meta, 'locks'),
    temporary: join(root, '_tmp'),
    manifests: join(root, 'ac'),
    blobs: join(root, 'cas'),
    manifest: (key) => join(root, 'ac', key.slice(0, 2), `${key}.json`),
    blob: (digest) => join(root, 'cas', digest.slice(0, 2), digest),
    lock: (name) => join(meta, 'locks', name),
  };
}
