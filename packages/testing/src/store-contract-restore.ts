/**
 * Restoring: over whatever stands in the place, by several at once, of any size and name, and without a way for a
 * product to change the store or anything outside of its place.
 */
import {
  appendFile,
  chmod,
  mkdir,
  open,
  readdir,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { dirname } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { digestProduct } from '@nx-notebook/store';
import type { StoreHarness } from './store-contract.js';
import {
  keyOf,
  locationsIn,
  openScratch,
  requestFor,
  snapshot,
  writeProducts,
  type ProductContent,
  type Scratch,
} from './store-contract-fixtures.js';

/** Registers the tests of restoring. */
export function registerRestoreTests(
  create: () => Promise<StoreHarness>,
  manyFiles: number,
): void {
  describe('restore', () => {
    registerPlaceTests(create);
    registerLinkTests(create);
    registerContentTests(create);
    registerSizeTests(create, manyFiles);
  });
}

const FOLDER = { 'a.csv': 'new', 'in/b.csv': 'new' };

function registerPlaceTests(create: () => Promise<StoreHarness>): void {
  const places: readonly (readonly [string, ProductContent, ProductContent])[] =
    [
      ['a file over a file', 'new', 'old'],
      ['a file over a folder', 'new', { 'a.csv': 'old' }],
      ['a folder over a file', FOLDER, 'old'],
      [
        'a folder over one with stale files',
        FOLDER,
        { 'a.csv': 'old', 'x/y': 'stale' },
      ],
      [
        'a folder over one with another file that is right',
        FOLDER,
        { 'in/b.csv': 'new' },
      ],
      ['an empty folder over a folder', {}, { 'a.csv': 'old' }],
      ['an empty file over a file', '', 'old'],
    ];
  it.each(places)('puts %s', async (_, stored, inTheWay) => {
    await using scratch = await openScratch();
    await using harness = await create();
    await save(scratch, harness, stored);
    const targets = await writeProducts(scratch.path('out'), {
      data: inTheWay,
    });

    expect(await restore(harness, targets[0]?.path)).toBe('restored');

    // The whole folder: nothing temporary is left beside the product.
    expect(await snapshot(scratch.path('out'))).toEqual(
      await snapshot(scratch.path('in')),
    );
  });

  it('leaves alone what is right already', async () => {
    await using scratch = await openScratch();
    await using harness = await create();
    await save(scratch, harness, FOLDER);
    const path = scratch.path('in', 'data');
    const before = await stat(`${path}/a.csv`, { bigint: true });
    expect(await restore(harness, path)).toBe('restored');
    const after = await stat(`${path}/a.csv`, { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
  });

  it('brings the executable bit back', async () => {
    await using scratch = await openScratch();
    await using harness = await create();
    await writeProducts(scratch.path('in'), { data: { run: '#', text: '' } });
    await chmod(scratch.path('in', 'data', 'run'), 0o6755);
    const locations = locationsIn(scratch.path('in'), ['data']);
    await harness.open().save(await requestFor('k', locations));
    await restore(harness, scratch.path('out', 'data'));
    const run = await stat(scratch.path('out', 'data', 'run'));
    const text = await stat(scratch.path('out', 'data', 'text'));
    // Neither setuid nor setgid, and never writable for all.
    expect([run.mode & 0o7100, text.mode & 0o7100]).toEqual([0o100, 0]);
  });

  it('ends right when eight restore the same place at once', async () => {
    await using scratch = await openScratch();
    await using harness = await create();
    await save(scratch, harness, FOLDER);
    await writeProducts(scratch.path('out'), { data: { stale: 'old' } });
    const statuses = await Promise.all(
      Array.from({ length: 8 }, () =>
        restore(harness, scratch.path('out', 'data')),
      ),
    );
    expect(statuses).toEqual(statuses.map(() => 'restored'));
    expect(await snapshot(scratch.path('out'))).toEqual(
      await snapshot(scratch.path('in')),
    );
  });

  it('says unwritable, and what it is, where a file stands for a parent folder', async () => {
    await using scratch = await openScratch();
    await using harness = await create();
    await save(scratch, harness, 'new');
    await writeFile(scratch.path('out'), 'a file');
    const hit = await harness.open().find(keyOf('k'));
    const path = scratch.path('out', 'data');
    expect(await hit?.restore([{ name: 'data', path }])).toMatchObject({
      status: 'unwritable',
      message: expect.stringContaining(`${path} can't be written: `),
    });
    expect(await snapshot(scratch.path('out'))).toEqual({ '': 'a file' });
  });
}

function registerLinkTests(create: () => Promise<StoreHarness>): void {
  it.each([
    ['a link at the place', 'new', 'data'],
    ['a link where a folder shall stand', FOLDER, 'data'],
    ['a link inside a folder', FOLDER, 'data/in'],
  ])('does not write through %s', async (_, stored, link) => {
    await using scratch = await openScratch();
    await using harness = await create();
    await save(scratch, harness, stored);
    await writeProducts(scratch.path('outside'), { 'b.csv': 'precious' });
    await mkdir(dirname(scratch.path('out', link)), { recursive: true });
    await symlink(scratch.path('outside'), scratch.path('out', link));

    const place = scratch.path('out', 'data');
    expect(await restore(harness, place)).toBe('restored');

    expect(await snapshot(place)).toEqual(
      await snapshot(scratch.path('in', 'data')),
    );
    expect(await snapshot(scratch.path('outside'))).toEqual({
      '/': 'folder',
      '/b.csv': 'precious',
    });
  });

  it('follows a link to the folder around the place', async () => {
    // Users put such links to move their products to another disk.
    await using scratch = await openScratch();
    await using harness = await create();
    await save(scratch, harness, FOLDER);
    await mkdir(scratch.path('disk'));
    await symlink(scratch.path('disk'), scratch.path('out'));
    expect(await restore(harness, scratch.path('out', 'data'))).toBe(
      'restored',
    );
    expect(await snapshot(scratch.path('disk'))).toEqual(
      await snapshot(scratch.path('in')),
    );
  });

  it('keeps its blobs when a user writes into a restored product', async () => {
    await using scratch = await openScratch();
    await using harness = await create();
    await save(scratch, harness, 'new');
    await restore(harness, scratch.path('1'));
    await appendFile(scratch.path('1'), ' and changed');
    await appendFile(scratch.path('in', 'data'), ' and changed');
    expect(await restore(harness, scratch.path('2'))).toBe('restored');
    expect(await snapshot(scratch.path('2'))).toEqual({ '': 'new' });
  });
}

function registerContentTests(create: () => Promise<StoreHarness>): void {
  const contents: readonly (readonly [string, ProductContent])[] = [
    ['an empty file', ''],
    ['an empty folder', {}],
    ['a folder with empty files', { a: '', 'b/c': '' }],
    ['the same bytes under several names', { a: 'x', b: 'x', 'c/d': 'x' }],
    [
      'odd names',
      {
        ' leading and trailing ': '1',
        '.hidden/.more': '2',
        '-rf': '3',
        'new\nline': '4',
        'quote\'"$(x)`': '5',
        'NFC \u00e9': '6',
        'NFD a\u0301': '7',
        '\u{1f600}/\u65e5\u672c': '8',
        ['long'.repeat(63)]: '9',
        CON: '10',
        '...': '11',
        'b.': '12',
        __proto__: '13',
      },
    ],
  ];
  it.each(contents)('gives back %s', async (_, content) => {
    await using scratch = await openScratch();
    await using harness = await create();
    await save(scratch, harness, content);
    expect(await restore(harness, scratch.path('out', 'data'))).toBe(
      'restored',
    );
    expect(await snapshot(scratch.path('out'))).toEqual(
      await snapshot(scratch.path('in')),
    );
  });
}

function registerSizeTests(
  create: () => Promise<StoreHarness>,
  manyFiles: number,
): void {
  it(`gives back ${manyFiles} small files`, async () => {
    await using scratch = await openScratch();
    await using harness = await create();
    const files = Object.fromEntries(
      Array.from({ length: manyFiles }, (_, i) => [`${i % 100}/${i}`, `${i}`]),
    );
    await save(scratch, harness, files);
    const path = scratch.path('out', 'data');
    expect(await restore(harness, path)).toBe('restored');
    const before = await digestProduct('data', scratch.path('in', 'data'));
    expect(await digestProduct('data', path)).toEqual(before);
    expect(before).toMatchObject({ entry: { files: { length: manyFiles } } });
  });

  it('streams a big file', async () => {
    await using scratch = await openScratch();
    await using harness = await create();
    const sizeBytes = 512 << 20;
    await mkdir(scratch.path('in'));
    const handle = await open(scratch.path('in', 'data'), 'wx');
    await handle.write('end', sizeBytes - 3);
    await handle.close();
    const peakBefore = process.resourceUsage().maxRSS;

    const locations = locationsIn(scratch.path('in'), ['data']);
    const request = await requestFor('k', locations);
    expect((await harness.open().save(request)).status).toBe('saved');
    await truncate(scratch.path('in', 'data'), 0);
    expect(await restore(harness, scratch.path('in', 'data'))).toBe('restored');

    const found = await digestProduct('data', scratch.path('in', 'data'));
    expect(found).toMatchObject({ entry: { sizeBytes } });
    const grownKb = process.resourceUsage().maxRSS - peakBefore;
    expect(grownKb * 1024).toBeLessThan(sizeBytes / 2);
    expect(await readdir(scratch.path('in'))).toEqual(['data']);
  });
}

async function save(
  scratch: Scratch,
  harness: StoreHarness,
  content: ProductContent,
): Promise<void> {
  const folder = scratch.path('in');
  const locations = await writeProducts(folder, { data: content });
  const request = await requestFor('k', locations);
  expect(await harness.open().save(request)).toMatchObject({ status: 'saved' });
}

async function restore(
  harness: StoreHarness,
  path = 'missing',
): Promise<string | undefined> {
  const hit = await harness.open().find(keyOf('k'));
  return (await hit?.restore([{ name: 'data', path }]))?.status;
}
