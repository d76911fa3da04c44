/**
 * Errors of the file system: telling them from bugs, and saying them in words. Knows nothing of stores.
 */
import { types } from 'node:util';

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EBUSY: 'it is in use, or a mount point',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'something stands there already',
  EIO: 'the device reported an error',
  EISDIR: 'a folder stands where a file is expected',
  ELOOP: 'too many symbolic links',
  EMFILE: 'too many open files in this process',
  ENAMETOOLONG: 'the name is too long',
  ENFILE: 'too many open files on this machine',
  ENOENT: 'it does not exist',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'a file stands where a folder is expected',
  EPERM: 'the operation is not permitted',
  EROFS: 'the file system is read-only',
  EXDEV: 'it lies on another file system',
};

/** The system's code (`ENOENT`) of a failed system call; nothing for every other error, which is a bug. */
export function ioErrorCode(error: unknown): string | undefined {
  // Not `instanceof`: errors of Node's own modules may come from another realm.
  if (!types.isNativeError(error) || !('syscall' in error)) return undefined;
  return 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** A failed system call in words, `the disk is full (ENOSPC)`; throws what is not one. */
export function describeIoError(error: unknown): string {
  const code = ioErrorCode(error);
  if (code === undefined) throw error;
  return `${WORDS[code] ?? 'the system refused it'} (${code})`;
}

/** Awaits a call that may fail because of the file system, and gives `undefined` then. Bugs still reject. */
export async function unlessIoError<T>(
  call: Promise<T>,
): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (ioErrorCode(error) === undefined) throw error;
    return undefined;
  }
}
