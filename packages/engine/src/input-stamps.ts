/**
 * Whether files were written to between two moments, also when their bytes are the same again: somebody may have read what
 * was there in between. Of a folder everything below it counts.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Path -> identity, size and time of the last write. */
export type InputStamps = ReadonlyMap<string, string>;

/** Stamps files and folders as they are now. */
export async function stampInputs(
  paths: readonly string[],
): Promise<InputStamps> {
  const stamps = new Map<string, string>();
  for (const path of paths) stamps.set(path, await stampPath(path));
  return stamps;
}

/** Text that differs when a file was written to, replaced, added or removed at a path or below it. */
export async function stampPath(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  if (found === undefined) return 'missing';
  const own = [found.dev, found.ino, found.size, found.mtimeNs].join(' ');
  if (!found.isDirectory()) return own;
  const names = await readdir(path).catch(() => []);
  const inner: string[] = [];
  for (const name of names.sort()) {
    inner.push(`${name}: ${await stampPath(join(path, name))}`);
  }
  return [own, ...inner].join('\n');
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
