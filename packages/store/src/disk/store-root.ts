/**
 * Where the local store lies unless the user moves it: the cache folder of the platform, shared by all clones and
 * worktrees of a machine. Pure; the file system is not asked.
 */
import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';

/** The default folder of the local store for an environment and a platform. */
export function defaultStoreRoot(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
  home: string = env['HOME'] ?? env['USERPROFILE'] ?? homedir(),
): string {
  if (platform === 'win32') {
    const local = env['LOCALAPPDATA'];
    const base =
      local !== undefined && win32.isAbsolute(local)
        ? local
        : win32.join(home, 'AppData', 'Local');
    return win32.join(base, 'nx-notebook', 'store');
  }
  // The XDG specification: a relative value is invalid and has to be ignored. On macOS it counts only where it is set.
  const xdg = env['XDG_CACHE_HOME'];
  if (xdg !== undefined && posix.isAbsolute(xdg)) {
    return posix.join(xdg, 'nx-notebook', 'store');
  }
  return platform === 'darwin'
    ? posix.join(home, 'Library', 'Caches', 'nx-notebook', 'store')
    : posix.join(home, '.cache', 'nx-notebook', 'store');
}
