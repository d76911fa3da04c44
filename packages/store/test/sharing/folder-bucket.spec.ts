/** A shared folder in which somebody put other things than files: they are no objects, and nothing goes through them. */
import { execFileSync } from 'node:child_process';
import {
  mkdir,
  mkdtemp,
  readdir,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { sourceOfBytes } from '../../src/s3/byte-sources.js';
import type { Bucket } from '../../src/s3/bucket.js';
import { openFolderBucket } from '../../src/sharing/folder-bucket.js';

let scratch: string;
let share: string;
let bucket: Bucket;

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'nxnb-folder-'));
  share = join(scratch, 'share');
  await mkdir(join(share, 't'), { recursive: true });
  bucket = openFolderBucket(share);
});

afterEach(async () => {
  await rm(scratch, { recursive: true, force: true });
});

const traps: readonly (readonly [
  string,
  (path: string) => Promise<unknown>,
])[] = [
  [
    'a link to a file of mine',
    async (path) => {
      const secret = join(scratch, 'secret');
      await writeFile(secret, 'mine');
      await symlink(secret, path);
    },
  ],
  // Opening it would wait for a writer for ever, and with it one of the few threads for files.
  [
    'a pipe',
    (path) => {
      execFileSync('mkfifo', [path]);
      return Promise.resolve();
    },
  ],
  ['a folder', (path) => mkdir(path)],
];

const unlessWindows = process.platform === 'win32' ? test.skip : test;

unlessWindows.each(traps)('%s is no object', async (_, put) => {
  await put(join(share, 't/trap'));
  const missing = { status: 'trouble', reason: 'missing' };
  expect(await bucket.stat('t/trap')).toMatchObject(missing);
  expect(await bucket.read('t/trap')).toMatchObject(missing);
  expect(await bucket.copy('t/trap', 't/copy')).toMatchObject(missing);
  expect(await readdir(join(share, 't'))).toEqual(['trap']);
});

unlessWindows.each(traps.slice(0, 2))(
  '%s is replaced by a write',
  async (_, put) => {
    await put(join(share, 't/trap'));
    const source = sourceOfBytes(Buffer.from('ours'));
    expect(await bucket.write('t/trap', source)).toEqual({ status: 'written' });
    expect(await bucket.stat('t/trap')).toMatchObject({ sizeBytes: 4 });
  },
);
