/**
 * Small files of inference: written beside their place and renamed, so that no reader sees half of one. Synchronous,
 * because they are written at the very end of a short process. Nothing here matters to a result.
 */
import {
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Writes a file; false when it can't be, which costs time and nothing else. */
export function writeFileQuietly(path: string, text: string): boolean {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, text);
    renameSync(temporary, path);
    return true;
  } catch {
    removeQuietly(temporary);
    return false;
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Nothing was written where nothing can be removed.
  }
}

/** The text of a file, or nothing when it can't be read. */
export function readTextQuietly(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** The parsed content of a JSON file, or nothing when it is missing or damaged. */
export function readJsonQuietly(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch {
    return undefined;
  }
}

/** The entries of a cache file; none when it is missing, damaged or of another version. */
export function readEntriesQuietly(
  path: string,
  version: string,
): readonly (readonly [string, unknown])[] {
  const file = readJsonQuietly(path);
  if (typeof file !== 'object' || file === null) return [];
  const { version: written, entries } = file as Readonly<
    Record<string, unknown>
  >;
  const isUsable =
    written === version &&
    Array.isArray(entries) &&
    entries.every((entry) => Array.isArray(entry) && entry.length === 2);
  return isUsable ? (entries as (readonly [string, unknown])[]) : [];
}
