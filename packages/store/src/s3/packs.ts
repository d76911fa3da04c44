/**
 * Which files of an entry share an object. Many small files would cost a request each to write, to look for and to
 * read, so they are put one after the other into packs. Pure; the same files always give the same packs.
 */
import type { FileEntry } from '../store.js';
import { MAX_PACK_BYTES } from './layout.js';

/** How the files of an entry are put into objects. Every file is in it once, and none is empty. */
export interface StoragePlan {
  readonly single: readonly FileEntry[];
  /** Each of at least two files. */
  readonly packs: readonly (readonly FileEntry[])[];
}

/** Below, a file costs more as an object than its bytes do. */
const SMALL_BYTES = 64 << 10;
/** Of an entry with very many files; still several in a pack. */
const SMALL_AMONG_MANY_BYTES = 1 << 20;
/** Objects of their own that an entry may have before that. */
const MANY = 256;

/** Plans the objects of an entry from the files of all of its products, equal ones once. */
export function planStorage(files: readonly FileEntry[]): StoragePlan {
  const distinct = [
    ...new Map(files.map((file) => [file.digest, file])).values(),
  ].filter((file) => file.sizeBytes > 0);
  const isMany =
    distinct.filter((file) => file.sizeBytes >= SMALL_BYTES).length > MANY;
  const limit = isMany ? SMALL_AMONG_MANY_BYTES : SMALL_BYTES;
  const packs = cutIntoPacks(distinct.filter((file) => file.sizeBytes < limit));
  return {
    single: [
      ...distinct.filter((file) => file.sizeBytes >= limit),
      ...packs.filter((pack) => pack.length === 1).flat(),
    ],
    packs: packs.filter((pack) => pack.length > 1),
  };
}

/** In the order of the files, so that a reader who goes through them needs one pack after the other. */
function cutIntoPacks(files: readonly FileEntry[]): FileEntry[][] {
  const packs: FileEntry[][] = [];
  let room = 0;
  for (const file of files) {
    if (file.sizeBytes > room) {
      packs.push([]);
      room = MAX_PACK_BYTES;
    }
    packs.at(-1)?.push(file);
    room -= file.sizeBytes;
  }
  return packs;
}
