/**
 * Objects into files: every byte in its place, whatever breaks off on the way.
 */
import { mkdtemp, open, readFile, rm, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Bucket, BucketTrouble } from '../../src/s3/bucket.js';
import { downloadFile } from '../../src/s3/download.js';
import { BodyFailed } from '../../src/s3/transport/response-body.js';
import { digestOf, trouble } from './transport-harness.js';

let folder: string;
let path: string;
let handle: FileHandle;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nxnb-download-'));
  path = join(folder, 'file');
  handle = await open(path, 'wx+');
});

afterEach(async () => {
  await handle.close();
  await rm(folder, { recursive: true });
});

/** 5 MB in which no place looks like another. */
const content = Buffer.alloc(5_000_000);
for (let at = 0; at + 4 <= content.length; at += 4)
  content.writeUInt32LE(at, at);

const cut = { rangeBytes: 1_000_000, parallelRanges: 3 };
const slow = { ...cut, fastEnough: Infinity, busyEnough: Infinity };
const fast = { ...slow, fastEnough: 0 };
const busy = { ...slow, busyEnough: 0 };

/** Gives the content; `breakAt` lets each body break off behind so many bytes, as often as it is said. */
function bucketOf({
  breaks = 0,
  breakAt = 70_000,
  failure = trouble('unreachable', 'cut'),
}: {
  readonly breaks?: number;
  readonly breakAt?: number;
  readonly failure?: BucketTrouble;
} = {}): Pick<Bucket, 'read'> & { readonly ranges: string[] } {
  const ranges: string[] = [];
  let left = breaks;
  return {
    ranges,
    read: (_, { range = { start: 0, end: content.length } } = {}) => {
      ranges.push(`${range.start}-${range.end}`);
      const bytes = content.subarray(range.start, range.end);
      const breaksOff = left > 0;
      left -= 1;
      const body = Readable.from(
        (function* () {
          for (let at = 0; at < bytes.length; at += 65_536) {
            if (breaksOff && at > breakAt) throw new BodyFailed(failure);
            yield bytes.subarray(at, at + 65_536);
          }
        })(),
      );
      const sizeBytes = content.length;
      return Promise.resolve({ status: 'open', body, sizeBytes, etag: '"e"' });
    },
  };
}

const download = (
  bucket: Pick<Bucket, 'read'>,
  more: Partial<Parameters<typeof downloadFile>[1]> = {},
): ReturnType<typeof downloadFile> =>
  downloadFile(bucket, {
    name: 'a',
    sizeBytes: content.length,
    handle,
    ...more,
  });

const downloaded = { status: 'downloaded', digest: digestOf(content) };

test.each([
  ['a small object', {}, 1],
  ['a large one that comes fast', { cut: fast }, 1],
  ['a large one that keeps the process busy', { cut: busy }, 1],
  ['a large one that comes slowly, in ranges', { cut: slow }, 5],
])('%s', async (_, options, requests) => {
  const bucket = bucketOf();
  expect(await download(bucket, options)).toEqual(downloaded);
  expect(digestOf(await readFile(path))).toBe(downloaded.digest);
  expect(bucket.ranges).toHaveLength(requests);
});

test.each([
  ['one stream', fast],
  ['ranges', slow],
])('what breaks off goes on where it stopped, in %s', async (_, cut) => {
  const bucket = bucketOf({ breaks: 4 });
  expect(await download(bucket, { cut })).toEqual(downloaded);
  expect(digestOf(await readFile(path))).toBe(downloaded.digest);
  expect(bucket.ranges[1]).toBe('131072-5000000');
});

test('but not for ever', async () => {
  const bucket = bucketOf({ breaks: Infinity });
  expect(await download(bucket)).toEqual(trouble('unreachable', 'cut'));
  expect(bucket.ranges).toHaveLength(5);
});

test('silence is borne once', async () => {
  const failure = trouble('time-out', 'silent');
  const bucket = bucketOf({ breaks: Infinity, failure });
  expect(await download(bucket)).toEqual(failure);
  expect(bucket.ranges).toHaveLength(2);
});

test('one range that fails for good ends all', async () => {
  const whole = bucketOf();
  const forbidden = trouble('forbidden', 'no');
  const bucket: Pick<Bucket, 'read'> = {
    read: (name, options) =>
      (options?.range?.start ?? 0) > 2_000_000
        ? Promise.resolve(forbidden)
        : whole.read(name, options),
  };
  expect(await download(bucket, { cut: slow })).toEqual(forbidden);
});

test('an object of another size is damaged, and not read', async () => {
  expect(await download(bucketOf(), { sizeBytes: 4 })).toEqual({
    status: 'damaged',
    message: 'has 5000000 instead of 4 bytes',
  });
  expect(await readFile(path)).toHaveLength(0);
});

test('a file that can not be written is said', async () => {
  const readOnly = await open(path, 'r');
  const outcome = await download(bucketOf(), { handle: readOnly });
  await readOnly.close();
  expect(outcome).toEqual({
    status: 'unwritable',
    message: 'the system refused it (EBADF)',
  });
});
