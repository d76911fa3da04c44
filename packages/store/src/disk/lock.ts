/**
 * Advisory locks between processes, by a folder that only one can make. A holder that dies loses its lock after
 * ten seconds. Everything that is done under a lock stays sound without it; the lock saves work and settles ties.
 */
import { dirname } from 'node:path';
import { lock } from 'proper-lockfile';
import { makeFolder } from '../files/make-folder.js';

/** The folder is touched every half of it while the lock is held. */
const STALE_MS = 10_000;
/** About as long as a dead holder blocks: 10 ms doubling to 500 ms. */
const PATIENCE = { retries: 30, minTimeout: 10, maxTimeout: 500 };

/** Runs work alone among processes; gives `undefined` without running it when the lock can't be had. */
export async function withLock<T>(
  path: string,
  patience: 'wait' | 'no-wait',
  work: () => Promise<T>,
): Promise<T | undefined> {
  let release: () => Promise<void>;
  try {
    await makeFolder(dirname(path));
    release = await lock(path, {
      realpath: false,
      lockfilePath: path,
      stale: STALE_MS,
      retries: patience === 'wait' ? PATIENCE : 0,
      // The default throws where nobody can catch it. A stolen lock only costs work here.
      onCompromised: () => undefined,
    });
  } catch {
    return undefined;
  }
  try {
    return await work();
  } finally {
    // Fails when the lock was stolen meanwhile; then there is nothing to release.
    await release().catch(() => undefined);
  }
}
