/**
 * Entries by name, over a bucket in memory and over a folder: what is read comes whole and from the right scope, and
 * whatever else stands in the store is a miss.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  bucketTrouble,
  createMemoryBucket,
  type MemoryBucket,
} from '@nx-notebook/testing';
import type { Bucket } from '../../src/s3/bucket.js';
import { openFolderBucket } from '../../src/sharing/folder-bucket.js';
import {
  openNamedEntries,
  type EntryFile,
  type FetchedEntry,
  type FoundEntry,
  type NamedEntries,
  type NamedEntriesOptions,
} from '../../src/sharing/named-entries.js';

let scratch: string;

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'nxnb-entries-'));
});

afterEach(async () => {
  await rm(scratch, { recursive: true, force: true });
});

async function file(bytes: Buffer | string): Promise<EntryFile> {
  const path = join(scratch, randomBytes(6).toString('hex'));
  await writeFile(path, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { path, sizeBytes: Buffer.byteLength(bytes), sha256 };
}

function entriesOf(
  bucket: Bucket,
  options: Partial<NamedEntriesOptions> = {},
): NamedEntries {
  return openNamedEntries({
    bucket,
    space: 'nx/shop',
    readRoots: () => [{ folder: 't/g2' }],
    writeRoot: () => 't/g2',
    ...options,
  });
}

/** The text of an entry, or how it can't be had. */
async function read(entries: NamedEntries, name: string): Promise<string> {
  const found = await entries.find(name);
  if (found.status !== 'found') return found.status;
  const target = join(scratch, randomBytes(6).toString('hex'));
  const fetched = await found.fetch(target);
  if (fetched.status === 'fetched') return readFile(target, 'utf8');
  expect(existsSync(target)).toBe(false);
  return fetched.status;
}

describe.each<[string, () => Bucket]>([
  ['in memory', () => createMemoryBucket()],
  ['in a folder', () => openFolderBucket(join(scratch, 'share'))],
])('%s', (_name, openBucket) => {
  test('what was published is found by its name and by no other', async () => {
    const entries = entriesOf(openBucket());
    expect(await read(entries, '123')).toBe('absent');
    const outcome = await entries.publish('123', await file('hello'));
    expect(outcome).toEqual({ status: 'published' });
    expect(await read(entries, '123')).toBe('hello');
    expect(await read(entries, '12')).toBe('absent');
  });

  test('the first of many writers wins, and its bytes stay', async () => {
    const bucket = openBucket();
    const texts = Array.from({ length: 16 }, (_, index) => `from ${index}`);
    const outcomes = await Promise.all(
      texts.map(async (text) =>
        entriesOf(bucket).publish('1', await file(text)),
      ),
    );
    const winners = texts.filter(
      (_, index) => outcomes[index]?.status === 'published',
    );
    expect(winners).toHaveLength(1);
    expect(await read(entriesOf(bucket), '1')).toBe(winners[0]);
  });

  test('the same name in another space is another entry', async () => {
    const bucket = openBucket();
    await entriesOf(bucket).publish('1', await file('shop'));
    const other = entriesOf(bucket, { space: 'nx/blog' });
    expect(await read(other, '1')).toBe('absent');
  });

  test('a run without a folder to write is told so', async () => {
    const reader = entriesOf(openBucket(), { writeRoot: () => undefined });
    expect(await reader.publish('1', await file('x'))).toMatchObject({
      reason: 'forbidden',
    });
  });

  test('a hit of the month before is in this month from then on', async () => {
    const bucket = openBucket();
    const last = entriesOf(bucket, { writeRoot: () => 't/g1' });
    await last.publish('1', await file('old'));
    const reader = entriesOf(bucket, {
      readRoots: () => [
        { folder: 't/g2' },
        { folder: 't/g1', promoteTo: 't/g2' },
      ],
    });
    expect(await read(reader, '1')).toBe('old');
    expect(await read(entriesOf(bucket), '1')).toBe('old');
  });

  test('a reader leaves a hit of the month before where it is', async () => {
    const bucket = openBucket();
    const last = entriesOf(bucket, { writeRoot: () => 't/g1' });
    await last.publish('1', await file('old'));
    const reader = entriesOf(bucket, {
      readRoots: () => [{ folder: 't/g2' }, { folder: 't/g1' }],
    });
    expect(await read(reader, '1')).toBe('old');
    expect(await read(entriesOf(bucket), '1')).toBe('absent');
  });

  test('what a pull request wrote is read by nobody else', async () => {
    const bucket = openBucket();
    const request = entriesOf(bucket, {
      readRoots: () => [{ folder: 't/g2' }, { folder: 'u/pr-7' }],
      writeRoot: () => 'u/pr-7',
    });
    await request.publish('1', await file('poison'));
    expect(await read(request, '1')).toBe('poison');
    expect(await read(entriesOf(bucket), '1')).toBe('absent');
    await entriesOf(bucket).publish('1', await file('good'));
    // What is trusted comes first, also for the one that has its own.
    expect(await read(request, '1')).toBe('good');
  });
});

describe('in a bucket that somebody touched', () => {
  let bucket: MemoryBucket;

  beforeEach(async () => {
    bucket = createMemoryBucket();
    await entriesOf(bucket).publish('1', await file('right bytes'));
  });

  function object(part: string): [string, Buffer] {
    const found = [...bucket.objects].find(([name]) => name.includes(part));
    if (found === undefined) throw new Error(`no object with ${part}`);
    return found;
  }

  test.each<[string, (name: string, bytes: Buffer) => void, string]>([
    ['a deleted blob', (name) => bucket.objects.delete(name), '/cas/'],
    [
      'a cut blob',
      (name, bytes) => bucket.objects.set(name, bytes.subarray(0, 4)),
      '/cas/',
    ],
    [
      'a flipped byte',
      (name, bytes) => {
        const other = Buffer.from(bytes);
        other[3] = (other[3] ?? 0) ^ 1;
        bucket.objects.set(name, other);
      },
      '/cas/',
    ],
    [
      'a cut manifest',
      (name, bytes) => bucket.objects.set(name, bytes.subarray(0, 40)),
      '/ac/',
    ],
    [
      'a manifest that is too long',
      (name) => bucket.objects.set(name, Buffer.alloc(100_000, 32)),
      '/ac/',
    ],
    [
      'a manifest of another name',
      (name, bytes) =>
        bucket.objects.set(
          name,
          Buffer.from(bytes.toString().replace('"name":"1"', '"name":"2"')),
        ),
      '/ac/',
    ],
  ])(
    '%s is damage, and is mended by the next writer',
    async (_n, hurt, part) => {
      hurt(...object(part));
      const entries = entriesOf(bucket);
      expect(await read(entries, '1')).toBe('damaged');
      expect(
        await entries.publish('1', await file('new bytes'), { repairs: true }),
      ).toEqual({ status: 'published' });
      expect(await read(entries, '1')).toBe('new bytes');
    },
  );

  test('two that mend at once agree', async () => {
    bucket.objects.delete(object('/cas/')[0]);
    const outcomes = await Promise.all(
      ['one', 'two'].map(async (text) =>
        entriesOf(bucket).publish('1', await file(text), { repairs: true }),
      ),
    );
    const statuses = outcomes.map(({ status }) => status);
    // Who comes when the other is done may mend once more.
    expect(statuses).toContain('published');
    expect(['exists', 'published']).toEqual(expect.arrayContaining(statuses));
    expect(['one', 'two']).toContain(await read(entriesOf(bucket), '1'));
  });
});

describe('with keys', () => {
  const sign = (line: string): string =>
    createHash('sha256').update(`secret${line}`).digest('hex');
  const isVouchedFor = (
    folder: string,
    line: string,
    signature: string | undefined,
  ): boolean => !folder.startsWith('t/') || signature === sign(line);

  test('what is signed counts, also after it moved to a new month', async () => {
    const bucket = createMemoryBucket();
    const last = entriesOf(bucket, { sign, writeRoot: () => 't/g1' });
    await last.publish('1', await file('signed'));
    const reader = entriesOf(bucket, {
      isVouchedFor,
      readRoots: () => [{ folder: 't/g1', promoteTo: 't/g2' }],
    });
    expect(await read(reader, '1')).toBe('signed');
    expect(await read(entriesOf(bucket, { isVouchedFor }), '1')).toBe('signed');
  });

  test('what is not, does not', async () => {
    const bucket = createMemoryBucket();
    await entriesOf(bucket).publish('1', await file('unsigned'));
    expect(await read(entriesOf(bucket, { isVouchedFor }), '1')).toBe(
      'damaged',
    );
  });
});

describe('when the server has trouble', () => {
  test('an outage ends the search and is said', async () => {
    const bucket = createMemoryBucket({
      before: () => bucketTrouble('server-error'),
    });
    const entries = entriesOf(bucket, {
      readRoots: () => [{ folder: 't/g2' }, { folder: 't/g1' }],
    });
    expect(await entries.find('1')).toMatchObject({ reason: 'server-error' });
    expect(bucket.requests).toHaveLength(1);
  });

  test('403 is looked past, because a missing object may be refused', async () => {
    const bucket = createMemoryBucket({
      before: ({ name }) =>
        name.startsWith('t/g2') ? bucketTrouble('forbidden') : undefined,
    });
    const old = entriesOf(bucket, {
      writeRoot: () => 't/g1',
      readRoots: () => [{ folder: 't/g2' }, { folder: 't/g1' }],
    });
    await old.publish('1', await file('old'));
    expect(await read(old, '1')).toBe('old');
  });

  test('403 for an object is a miss for who may read the store, and trouble for others', async () => {
    const bucket = createMemoryBucket();
    await entriesOf(bucket).publish('1', await file('there'));
    const unlisted = bucket.openAnother({
      before: ({ name }) =>
        bucket.objects.has(name) ? undefined : bucketTrouble('forbidden'),
    });
    const stranger = bucket.openAnother({
      before: () => bucketTrouble('forbidden'),
    });
    for (const writeRoot of [() => undefined, () => 't/g2']) {
      const reader = entriesOf(unlisted, { writeRoot });
      expect(await read(reader, '1')).toBe('there');
      expect(await reader.find('2')).toEqual({ status: 'absent' });
      expect(await entriesOf(stranger, { writeRoot }).find('1')).toMatchObject({
        reason: 'forbidden',
      });
    }
  });

  test('a body that breaks off once is asked for again', async () => {
    let breaks = 1;
    const bucket = createMemoryBucket({
      body: (name, bytes) =>
        name.includes('/cas/') && breaks-- > 0
          ? { bytes: bytes.subarray(0, 2), error: new Error('reset') }
          : { bytes },
    });
    const entries = entriesOf(bucket);
    await entries.publish('1', await file('hello'));
    expect(await read(entries, '1')).toBe('hello');
  });

  test('an upload that fails half-way publishes nothing', async () => {
    const bucket = createMemoryBucket({
      before: ({ operation, name }) =>
        operation === 'write' && name.includes('/ac/')
          ? bucketTrouble('time-out')
          : undefined,
    });
    const entries = entriesOf(bucket);
    const outcome = await entries.publish('1', await file('x'));
    expect(outcome).toMatchObject({ reason: 'time-out' });
    expect(await read(entries, '1')).toBe('absent');
  });

  test('a disk that is full is not the fault of the store', async () => {
    const entries = entriesOf(createMemoryBucket());
    await entries.publish('1', await file('x'));
    const found = (await entries.find('1')) as FoundEntry & {
      readonly status: 'found';
    };
    const outcome: FetchedEntry = await found.fetch(
      join(scratch, 'no-folder/target'),
    );
    expect(outcome.status).toBe('unwritable');
  });
});
