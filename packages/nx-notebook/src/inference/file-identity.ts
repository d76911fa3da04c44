/**
 * Whether a file is still the one that was read, from its metadata alone. Knows nothing of contents.
 */
import { statSync, type BigIntStats } from 'node:fs';

/** A file right after a change may change again without any of its times moving; 2 s is the coarsest clock in use (FAT). */
const racyNs = 2_000_000_000n;

/** The identity of a file that does not exist. */
const absent = 'absent';

/**
 * Text that differs when the file changed, appeared or vanished. With `readNs`, the time before the file was read,
 * the answer is nothing for a file that was changed just then: what was read may not be what stands there now.
 */
export function fileIdentity(
  path: string,
  readNs?: bigint,
): string | undefined {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (stat === undefined) return absent;
  const { dev, ino, size, mtimeNs, ctimeNs } = stat;
  if (readNs !== undefined && changeOf(stat) > readNs - racyNs)
    return undefined;
  return `${dev} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}

/** Whether a file that is there was changed after a time. */
export function changedAfter(path: string, timeNs: bigint): boolean {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat !== undefined && changeOf(stat) > timeNs;
}

function changeOf({ mtimeNs, ctimeNs }: BigIntStats): bigint {
  return mtimeNs > ctimeNs ? mtimeNs : ctimeNs;
}
