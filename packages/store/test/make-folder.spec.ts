/** Folders that can't be made. */
import { existsSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { makeFolder } from '../src/files/make-folder.js';

// The parent is there, and yet the system answers as if it were not.
const onLinux = existsSync('/proc/self') ? test : test.skip;

onLinux('a file system that denies that the parent exists', async () => {
  await expect(makeFolder('/proc/nx-notebook/store')).rejects.toMatchObject({
    code: 'ENOENT',
    path: '/proc/nx-notebook',
  });
});
