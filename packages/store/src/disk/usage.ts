/**
 * How full the store is, without walking it: a small file that starts with a count and gets one line per save,
 * appended, which is safe between processes. Blobs counted twice by a race make the estimate too high, lost lines
 * too low; the count at each clean-up puts it right.
 */
import { appendFile, readFile } from 'node:fs/promises';
import { writeFileAtomically } from '../files/atomic-file.js';
import { unlessIoError } from '../files/io-error.js';

/** What the usage file says. */
export interface UsageEstimate {
  /** As found by the last count. */
  readonly countedBytes: number;
  readonly countedAtMs: number;
  readonly addedBytes: number;
  readonly saves: number;
}

/** After so many saves the file is worth a new count, also to keep it short. */
const SAVES_PER_COUNT = 10_000;
/** Processes that may fill a store at the same time without our noticing too late. */
const SHARE_OF_ROOM = 64;
/** What can't be removed yet would be looked at after every save otherwise. */
const PAUSE_MS = 600_000;
const HEADER = /^counted (\d+) at (\d+)$/;
const ADDED = /^\+(\d+)$/;

/** Adds a save. Never rejects for I/O. */
export async function appendUsage(file: string, bytes: number): Promise<void> {
  await unlessIoError(appendFile(file, `+${bytes}\n`));
}

/**
 * What one process may add before it looks at the estimate again, in bytes: a small part of what is left, since others
 * add at the same time; nothing where there is little left, or no count. Pure.
 */
export function roomIn(
  estimate: UsageEstimate | undefined,
  maxSizeBytes: number,
): number {
  if (estimate === undefined) return 0;
  const left = maxSizeBytes - estimate.countedBytes - estimate.addedBytes;
  return Math.max(0, left) / SHARE_OF_ROOM;
}

/** Adds a save; gives the estimate, or nothing when there is no usable count. Never rejects for I/O. */
export async function addUsage(
  file: string,
  bytes: number,
): Promise<UsageEstimate | undefined> {
  await appendUsage(file, bytes);
  const text = await unlessIoError(readFile(file, 'utf8'));
  return text === undefined ? undefined : parseUsage(text);
}

/** Writes a fresh count. Never rejects for I/O. */
export async function resetUsage(
  file: string,
  countedBytes: number,
  nowMs: number,
): Promise<void> {
  const text = `counted ${countedBytes} at ${Math.floor(nowMs)}\n`;
  await unlessIoError(writeFileAtomically(file, text));
}

/** Pure. */
export function parseUsage(text: string): UsageEstimate | undefined {
  const [header = '', ...lines] = text.split('\n');
  const [, counted, at] = HEADER.exec(header) ?? [];
  if (counted === undefined || at === undefined) return undefined;
  let addedBytes = 0;
  let saves = 0;
  for (const line of lines) {
    const [, bytes] = ADDED.exec(line) ?? [];
    if (bytes === undefined) continue;
    addedBytes += Number(bytes);
    saves += 1;
  }
  return {
    countedBytes: Number(counted),
    countedAtMs: Number(at),
    addedBytes,
    saves,
  };
}

/** Whether to count and clean up now. Pure. */
export function isCleanUpDue(
  estimate: UsageEstimate | undefined,
  maxSizeBytes: number,
  nowMs: number,
): boolean {
  if (estimate === undefined || estimate.saves >= SAVES_PER_COUNT) return true;
  const { countedBytes, addedBytes, countedAtMs } = estimate;
  if (countedBytes + addedBytes <= maxSizeBytes) return false;
  // Just counted and still too full: everything is young. Wait, unless much was added since.
  return (
    countedBytes <= maxSizeBytes ||
    addedBytes > maxSizeBytes / 20 ||
    nowMs - countedAtMs > PAUSE_MS
  );
}
