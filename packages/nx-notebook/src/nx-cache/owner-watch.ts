/**
 * Notices that nobody needs a server any more: the process that it was started for has ended, or nothing was asked for
 * very long.
 */

const LOOK_EVERY_MS = 2_000;
/** A run may outlive the daemon that it began under; one that still asks is alive. */
const QUIET_MS = 3_600_000;
/** Longer than any task takes between its look-up and its result. */
const FORGOTTEN_MS = 24 * 3_600_000;

/** What to watch. */
export interface OwnerWatchOptions {
  readonly pid: number;
  readonly isDaemon: boolean;
  /** Called once. */
  readonly onEnd: () => void;
  readonly now?: () => number;
  readonly isAlive?: (pid: number) => boolean;
}

/** A watch that goes on until its end. */
export interface OwnerWatch {
  /** Somebody asked for something. */
  used(): void;
  /** Looks now; called by itself every other second. */
  look(): void;
}

/** Begins to watch; does not keep the process alive. */
export function watchOwner({
  pid,
  isDaemon,
  onEnd,
  now = Date.now,
  isAlive = isProcess,
}: OwnerWatchOptions): OwnerWatch {
  let usedMs = now();
  let isOver = false;
  const look = (): void => {
    const quietMs = now() - usedMs;
    const limitMs = isAlive(pid) ? FORGOTTEN_MS : isDaemon ? QUIET_MS : 0;
    if (isOver || quietMs < limitMs) return;
    isOver = true;
    clearInterval(timer);
    onEnd();
  };
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  return {
    look,
    used: () => {
      usedMs = now();
    },
  };
}

function isProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is one, too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
