import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  appendFile,
  chmod,
  mkdir,
  readFile,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { openScratch, writeProducts } from '@nx-notebook/testing';
import {
  digestFile,
  digestOfFiles,
  digestProduct,
  isProductAt,
} from '../src/products/digest.js';
import { openStatCache, type StatCache } from '../src/products/stat-cache.js';

const sha256 = (text: string): string =>
  createHash('sha256').update(text).digest('hex');

describe('digestProduct', () => {
  test('a file', async () => {
    await using scratch = await openScratch();
    await writeFile(scratch.path('a'), 'text');
    const file = {
      path: '',
      digest: sha256('text'),
      sizeBytes: 4,
      executable: false,
    };
    expect(await digestProduct('data', scratch.path('a'))).toEqual({
      status: 'digested',
      entry: {
        name: 'data',
        kind: 'file',
        digest: sha256('text'),
        sizeBytes: 4,
        files: [file],
      },
    });
  });

  test('a folder: files in order of their paths, with the executable bit', async () => {
    await using scratch = await openScratch();
    await writeProducts(scratch.root, { d: { b: '1', 'a/z': '22', B: '' } });
    await chmod(scratch.path('d', 'b'), 0o700);
    const files = [
      { path: 'B', digest: sha256(''), sizeBytes: 0, executable: false },
      { path: 'a/z', digest: sha256('22'), sizeBytes: 2, executable: false },
      { path: 'b', digest: sha256('1'), sizeBytes: 1, executable: true },
    ];
    expect(await digestProduct('d', scratch.path('d'))).toEqual({
      status: 'digested',
      entry: {
        name: 'd',
        kind: 'folder',
        digest: digestOfFiles(files),
        sizeBytes: 3,
        files,
      },
    });
  });

  test('an empty folder is a product, empty folders inside do not count', async () => {
    await using scratch = await openScratch();
    await mkdir(scratch.path('d', 'inner'), { recursive: true });
    expect(await digestProduct('d', scratch.path('d'))).toMatchObject({
      entry: { kind: 'folder', sizeBytes: 0, files: [] },
    });
  });

  test('a file larger than a chunk', async () => {
    await using scratch = await openScratch();
    for (const size of [(1 << 20) - 1, 1 << 20, (1 << 20) + 1, 5_000_000]) {
      const text = 'x'.repeat(size);
      await writeFile(scratch.path('a'), text);
      expect(await digestFile(scratch.path('a'))).toMatchObject({
        digest: sha256(text),
        sizeBytes: size,
      });
    }
  });

  test('links count as what they point to', async () => {
    await using scratch = await openScratch();
    await writeProducts(scratch.root, { out: { b: '1' }, d: { a: '1' } });
    await symlink(scratch.path('out', 'b'), scratch.path('d', 'file'));
    await symlink(scratch.path('out'), scratch.path('d', 'folder'));
    expect(await digestProduct('d', scratch.path('d'))).toMatchObject({
      entry: {
        files: [{ path: 'a' }, { path: 'file' }, { path: 'folder/b' }],
      },
    });
  });

  test.each([
    ['a loop', '.', 'is a symbolic link to a folder around it'],
    [
      'a dangling link',
      'none',
      'is a symbolic link to something that does not exist',
    ],
    ['a device', '/dev/null', 'is neither a file nor a folder'],
  ])('refuses %s', async (_, target, what) => {
    await using scratch = await openScratch();
    await symlink(target, scratch.path('link'));
    expect(await digestProduct('d', scratch.root)).toEqual({
      status: 'unreadable',
      message: `${scratch.path('link')} ${what}`,
    });
  });

  test('refuses a name that is not UTF-8', async () => {
    await using scratch = await openScratch();
    await writeFile(
      Buffer.concat([Buffer.from(scratch.path('a')), Buffer.of(0xff)]),
      '',
    );
    expect(await digestProduct('d', scratch.root)).toMatchObject({
      status: 'unreadable',
      message: expect.stringContaining('has a name that is not valid UTF-8'),
    });
  });

  test('does not wait for a named pipe', async () => {
    await using scratch = await openScratch();
    execFileSync('mkfifo', [scratch.path('pipe')]);
    expect(await digestFile(scratch.path('pipe'))).toEqual({
      status: 'unreadable',
      message: `${scratch.path('pipe')} is not a regular file`,
    });
  });

  test('says what is missing', async () => {
    await using scratch = await openScratch();
    await writeFile(scratch.path('file'), '');
    for (const path of [scratch.path('none'), scratch.path('file', 'inner')]) {
      expect(await digestProduct('d', path)).toEqual({
        status: 'missing',
        message: `${path} does not exist`,
      });
    }
  });

  test.each([
    ['a file', 'd/a', (path: string) => appendFile(path, 'more')],
    ['a folder', 'd/new', (path: string) => writeFile(path, '')],
  ])('refuses %s that changes while it is read', async (_, inner, change) => {
    await using scratch = await openScratch();
    await writeProducts(scratch.root, { d: { a: '1' } });
    // The look-up in the cache happens between the listing and the reading.
    const statCache: StatCache = {
      lookup: async () => {
        await change(scratch.path(inner));
        return undefined;
      },
      remember: () => undefined,
      persist: () => Promise.resolve(),
    };
    const outcome = await digestProduct('d', scratch.path('d'), { statCache });
    expect(outcome).toMatchObject({
      status: 'unreadable',
      message: expect.stringMatching(/ changed while it was read$/),
    });
  });
});

describe('isProductAt', () => {
  test.each([
    ['the same', { a: '1', 'b/c': '2' }, true],
    ['other bytes of the same size', { a: '1', 'b/c': '3' }, false],
    ['another size', { a: '1', 'b/c': '22' }, false],
    ['a file more', { a: '1', 'b/c': '2', d: '' }, false],
    ['a file less', { a: '1' }, false],
    ['a file', '12', false],
  ])('%s', async (_, content, expected) => {
    await using scratch = await openScratch();
    await writeProducts(scratch.path('in'), { d: { a: '1', 'b/c': '2' } });
    await writeProducts(scratch.path('out'), { d: content });
    const outcome = await digestProduct('d', scratch.path('in', 'd'));
    if (outcome.status !== 'digested') throw new Error(outcome.message);
    expect(await isProductAt(outcome.entry, scratch.path('out', 'd'))).toBe(
      expected,
    );
    expect(await isProductAt(outcome.entry, scratch.path('none'))).toBe(false);
  });
});

describe('the stat cache', () => {
  /** A file that was last changed long before it is hashed. */
  const HASHED_LATER = Date.now() + 60_000;

  test('gives a digest back, also to the next process', async () => {
    await using scratch = await openScratch();
    const path = scratch.path('a');
    await writeFile(path, 'text');
    const found = await stat(path, { bigint: true });
    const cache = openStatCache(scratch.path('deep', 'cache'));
    cache.remember(found, sha256('kept'), HASHED_LATER);
    expect(await digestFile(path, { statCache: cache })).toMatchObject({
      digest: sha256('kept'),
    });
    await cache.persist();
    const next = openStatCache(scratch.path('deep', 'cache'));
    expect(await next.lookup(found)).toBe(sha256('kept'));
  });

  test('does not trust what was changed within two seconds of hashing', async () => {
    await using scratch = await openScratch();
    await writeFile(scratch.path('a'), 'text');
    const found = await stat(scratch.path('a'), { bigint: true });
    const cache = openStatCache(scratch.path('cache'));
    const changedMs = Number(found.ctimeNs / 1_000_000n);
    cache.remember(found, sha256('text'), changedMs + 1999);
    expect(await cache.lookup(found)).toBeUndefined();
    cache.remember(found, sha256('text'), changedMs + 2001);
    expect(await cache.lookup(found)).toBe(sha256('text'));
  });

  test('sees a change that sets the time of change back', async () => {
    await using scratch = await openScratch();
    const path = scratch.path('a');
    await writeFile(path, 'old');
    await utimes(path, 1000, 1000);
    const before = await stat(path, { bigint: true });
    const cache = openStatCache(scratch.path('cache'));
    cache.remember(before, sha256('old'), HASHED_LATER);
    await writeFile(path, 'new');
    await utimes(path, 1000, 1000);
    const after = await stat(path, { bigint: true });
    expect(after.mtimeNs).toBe(before.mtimeNs);
    expect(await digestFile(path, { statCache: cache })).toMatchObject({
      digest: sha256('new'),
    });
  });

  test.each([
    ['cut', (text: string) => text.slice(0, -1)],
    ['empty', () => ''],
    ['changed', (text: string) => text.replace(/[0-9a-f]\n$/, 'x\n')],
    ['something else', () => '{}'],
  ])('is empty when its file is %s', async (_, change) => {
    await using scratch = await openScratch();
    const file = scratch.path('cache');
    await writeFile(scratch.path('a'), '');
    const found = await stat(scratch.path('a'), { bigint: true });
    const cache = openStatCache(file);
    cache.remember(found, sha256(''), HASHED_LATER);
    await cache.persist();
    await writeFile(file, change(await readFile(file, 'utf8')));
    expect(await openStatCache(file).lookup(found)).toBeUndefined();
  });

  test('keeps the additions of others, and no more entries than allowed', async () => {
    await using scratch = await openScratch();
    const stats = [];
    for (const name of ['a', 'b', 'c']) {
      await writeFile(scratch.path(name), '');
      stats.push(await stat(scratch.path(name), { bigint: true }));
    }
    const file = scratch.path('cache');
    for (const found of stats) {
      const cache = openStatCache(file, { maxEntries: 2 });
      cache.remember(found, sha256(''), HASHED_LATER);
      await cache.persist();
    }
    const last = openStatCache(file);
    const kept = await Promise.all(stats.map((found) => last.lookup(found)));
    expect(kept).toEqual([undefined, sha256(''), sha256('')]);
  });

  test('is only slow when it cannot be written', async () => {
    await using scratch = await openScratch();
    await writeFile(scratch.path('file'), '');
    const found = await stat(scratch.path('file'), { bigint: true });
    const cache = openStatCache(scratch.path('file', 'cache'));
    cache.remember(found, sha256(''), HASHED_LATER);
    await expect(cache.persist()).resolves.toBeUndefined();
  });
});
