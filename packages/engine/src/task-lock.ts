/**
 * One lock per task and workspace, so that two builds at once execute each task once. A lock whose holder died is free
 * after {@link staleMs}. Knows nothing of what is done under a lock.
 */
import { readFile, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { lock } from 'proper-lockfile';
import type { Clock } from './clock.js';
import {
  inFolder,
  locksFolder,
  taskPath,
  type TaskName,
} from './state-folder.js';
import { codeOf } from './thrown.js';

/** A holder touches its lock every second; after this long without a touch it is taken for dead. */
const staleMs = 5000;
const touchMs = 1000;
/** How often a held lock is tried again. */
const retryMs = 150;

/** A held lock. */
export interface TaskLock {
  /** Aborts when the lock was lost, for example because the machine slept: somebody else may hold it now. */
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** What taking a lock needs. */
export interface LockOptions {
  readonly workspaceRoot: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called once when somebody else holds the lock; `holder` in words. */
  readonly onWait: (holder: string) => void;
}

function lockPath(name: TaskName, workspaceRoot: string): string {
  return `${taskPath(locksFolder(workspaceRoot), name)}.lock`;
}

/** The lock of a task, or nothing when it is held by somebody else. Rejects when the folder can't be written. */
export async function tryLockTask(
  name: TaskName,
  workspaceRoot: string,
): Promise<TaskLock | undefined> {
  const path = taskPath(locksFolder(workspaceRoot), name);
  const lost = new AbortController();
  const take = (): Promise<() => Promise<void>> =>
    lock(path, {
      lockfilePath: lockPath(name, workspaceRoot),
      realpath: false,
      stale: staleMs,
      update: touchMs,
      onCompromised: () => lost.abort(),
    });
  try {
    const release = await inFolder(dirname(path), take);
    const holder = `${path}.json`;
    // Only for messages of those who wait; a full disk must not matter here.
    await writeFile(holder, JSON.stringify(thisProcess())).catch(
      () => undefined,
    );
    return {
      lost: lost.signal,
      async release() {
        if (lost.signal.aborted) return;
        await unlink(holder).catch(() => undefined);
        // The lock may have been lost since; then there is nothing to release.
        await release().catch(() => undefined);
      },
    };
  } catch (error) {
    if (codeOf(error) === 'ELOCKED') return undefined;
    throw error;
  }
}

/** Waits for the lock of a task; nothing when `signal` aborts first. */
export async function lockTask(
  name: TaskName,
  options: LockOptions,
): Promise<TaskLock | undefined> {
  const { workspaceRoot, clock, signal } = options;
  let hasWaited = false;
  const watch = new LockWatch(lockPath(name, workspaceRoot));
  while (!signal.aborted) {
    const taken = await tryLockTask(name, workspaceRoot);
    if (taken !== undefined) return taken;
    await watch.look();
    if (!hasWaited) options.onWait(await holderOf(name, workspaceRoot));
    hasWaited = true;
    await clock.wait(retryMs, signal);
  }
  return undefined;
}

/**
 * Finds a dead lock from the future: a clock that was set back makes it look fresh for as long. A living holder touches
 * its lock again and again; one that was not touched for twice {@link staleMs} is given an old time.
 */
class LockWatch {
  readonly #path: string;
  #seen = 0;
  #looks = 0;

  constructor(path: string) {
    this.#path = path;
  }

  async look(): Promise<void> {
    const found = await stat(this.#path).catch(() => undefined);
    const time = found?.mtimeMs ?? 0;
    this.#looks = time === this.#seen ? this.#looks + 1 : 0;
    this.#seen = time;
    const isDead = this.#looks * retryMs > 2 * staleMs;
    // The lock may be gone by now, which is what we wait for.
    if (isDead && time > Date.now())
      await utimes(this.#path, 0, 0).catch(() => undefined);
  }
}

interface Holder {
  readonly pid: number;
  readonly host: string;
}

function thisProcess(): Holder {
  return { pid: process.pid, host: hostname() };
}

/** Who holds a lock, in words; a guess is better than nothing here, as it only goes into a message. */
async function holderOf(
  name: TaskName,
  workspaceRoot: string,
): Promise<string> {
  const path = `${taskPath(locksFolder(workspaceRoot), name)}.json`;
  try {
    const holder: unknown = JSON.parse(await readFile(path, 'utf8'));
    const { pid, host } = holder as Partial<Holder>;
    if (typeof pid !== 'number') return 'another run';
    if (host !== hostname()) return `another run on ${String(host)}`;
    return pid === process.pid
      ? 'another build'
      : `another run (process ${pid})`;
  } catch {
    return 'another run'; // Not written yet, or gone already.
  }
}
