/**
 * Whether a file was written to between two moments, also when its bytes are the same again: a task may have read what was
 * there in between. Of a folder only its own entry is looked at, not what lies below it.
 */
import { stat } from 'node:fs/promises';

/** Path -> identity, size and time of the last write. */
export type InputStamps = ReadonlyMap<string, string>;

/** Stamps files as they are now. */
export async function stampInputs(
  paths: readonly string[],
): Promise<InputStamps> {
  const stamps = new Map<string, string>();
  for (const path of paths) {
    const found = await stat(path, { bigint: true }).catch(() => undefined);
    const stamp =
      found === undefined
        ? 'missing'
        : [found.dev, found.ino, found.size, found.mtimeNs].join(' ');
    stamps.set(path, stamp);
  }
  return stamps;
}

/** Paths whose stamps differ. */
export function writtenBetween(
  before: InputStamps,
  after: InputStamps,
): readonly string[] {
  return [...before.keys()].filter(
    (path) => before.get(path) !== after.get(path),
  );
}
