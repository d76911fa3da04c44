/** Bytes on their way: how they are stored, what happens to damaged ones, and how much memory they take. */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, truncate, writeFile } from 'node:fs/promises';
import { describe, expect, it, jest } from '@jest/globals';
import { locationsIn, openScratch, requestFor } from '@nx-notebook/testing';
import { digestProduct } from '../../src/products/digest.js';
import type { SaveRequest } from '../../src/store.js';
import { openBench, restore, type Bench } from './fixtures.js';

// Files of some hundred megabytes, on a busy machine.
jest.setTimeout(120_000);

const MB = 1 << 20;
const TEXT = Buffer.from('1.25,2.5,north\n'.repeat(400_000));

/** Products of one file each: large and small, dense and not. */
const FILES: Readonly<Record<string, Buffer>> = {
  'large text': TEXT,
  'large dense': randomBytes(5 * MB),
  'dense with a header of text': Buffer.concat([
    TEXT.subarray(0, MB),
    randomBytes(8 * MB),
  ]),
  text: TEXT.subarray(0, MB),
  dense: randomBytes(MB),
  'small 1': Buffer.from('small'),
  'small 2': Buffer.from('small as well'),
  empty: Buffer.alloc(0),
};

async function requestOf(
  bench: Bench,
  files: Readonly<Record<string, Buffer>> = FILES,
): Promise<SaveRequest> {
  const folder = bench.scratch.path('in', 'k');
  await mkdir(folder, { recursive: true });
  for (const [name, bytes] of Object.entries(files)) {
    await writeFile(bench.scratch.path('in', 'k', name), bytes);
  }
  return requestFor('k', locationsIn(folder, Object.keys(files)));
}

async function expectSame(bench: Bench): Promise<void> {
  const [before, after] = await Promise.all(
    [['in', 'k'], ['out']].map((parts) =>
      digestProduct('', bench.scratch.path(...parts)),
    ),
  );
  expect(after).toEqual(before);
}

describe('objects', () => {
  it('are compressed where it pays, packed where they are small, absent where empty', async () => {
    await using bench = await openBench();
    const request = await requestOf(bench);
    const temporaryFolder = bench.scratch.path('temporary');
    await mkdir(temporaryFolder);
    const { store } = bench.run({ temporaryFolder });
    expect((await store.save(request)).status).toBe('saved');

    const stored = new Map(
      [...bench.bucket.objects]
        .filter(([name]) => name.includes('/cas/'))
        .map(([name, bytes]) => [name.split('/').at(-1), bytes.length]),
    );
    const nameOf = (product: string): string =>
      request.products.find(({ name }) => name === product)?.entry.digest ?? '';
    // Six products, two of them in one pack, the empty one nowhere.
    expect(stored.size).toBe(6);
    expect(stored.get(nameOf('large dense'))).toBe(5 * MB);
    expect(stored.get(nameOf('dense'))).toBe(MB);
    expect(stored.get(`${nameOf('large text')}.br`)).toBeLessThan(MB);
    expect(stored.get(`${nameOf('text')}.br`)).toBeLessThan(MB / 4);
    expect(stored.has(nameOf('dense with a header of text'))).toBe(false);
    expect(await readdir(temporaryFolder)).toEqual([]);

    expect(await restore(bench, bench.run(), request)).toBe('restored');
    await expectSame(bench);
  });

  it('are stored as they are where there is no room to compress', async () => {
    await using bench = await openBench();
    const request = await requestOf(bench, { 'large text': TEXT });
    const temporaryFolder = bench.scratch.path('not there');
    const { store } = bench.run({ temporaryFolder });
    expect((await store.save(request)).status).toBe('saved');
    const names = [...bench.bucket.objects.keys()];
    expect(names.filter((name) => name.endsWith('.br'))).toEqual([]);
    expect(await restore(bench, bench.run(), request)).toBe('restored');
  });

  it('come from the copy that nobody writes to', async () => {
    await using bench = await openBench();
    const request = await requestOf(bench);
    const copies = bench.scratch.path('copies');
    await mkdir(copies);
    for (const { path, entry } of request.products) {
      const bytes = FILES[entry.name] ?? Buffer.alloc(0);
      await writeFile(`${copies}/${entry.digest}`, bytes);
      await writeFile(path, 'changed meanwhile');
    }
    const copyOf = ({ digest }: { digest: string }): Promise<string> =>
      Promise.resolve(`${copies}/${digest}`);
    const outcome = await bench.run().store.save({ ...request, copyOf });
    expect(outcome.status).toBe('saved');
    expect(await restore(bench, bench.run(), request)).toBe('restored');
  });

  it('come from the product where the copy is gone or damaged', async () => {
    await using bench = await openBench();
    const request = await requestOf(bench);
    const broken = bench.scratch.path('broken');
    await writeFile(broken, 'broken');
    for (const path of [bench.scratch.path('gone'), broken]) {
      bench.bucket.objects.clear();
      const copyOf = (): Promise<string> => Promise.resolve(path);
      const outcome = await bench.run().store.save({ ...request, copyOf });
      expect(outcome.status).toBe('saved');
      expect(await restore(bench, bench.run(), request)).toBe('restored');
    }
  });

  it.each(Object.keys(FILES).filter((name) => name !== 'empty'))(
    'are refused when the product changes after its digest: %s',
    async (name) => {
      await using bench = await openBench();
      const request = await requestOf(bench);
      const path = bench.scratch.path('in', 'k', name);
      const bytes = Buffer.from(FILES[name] ?? []);
      const last = bytes.length - 1;
      bytes[last] = (bytes[last] ?? 0) ^ 1;
      await writeFile(path, bytes);
      const run = bench.run();
      expect(await run.store.save(request, run.call)).toEqual({
        status: 'failed',
        message: `Not stored: ${path} changed after it was digested.`,
      });
      expect(run.troubles).toMatchObject([
        { operation: 'save', kind: 'local', reason: 'product changed' },
      ]);
      expect(await bench.run().store.find(request.key)).toBeUndefined();
    },
  );
});

describe('damage', () => {
  const damages: readonly (readonly [
    string,
    (bytes: Buffer, other: Buffer) => Buffer | undefined,
  ])[] = [
    ['deleted', () => undefined],
    ['cut', (bytes) => bytes.subarray(0, bytes.length >> 1)],
    ['longer', (bytes) => Buffer.concat([bytes, Buffer.of(0)])],
    ['flipped in the middle', (bytes) => flip(bytes, bytes.length >> 1)],
    ['swapped with another', (_, other) => other],
  ];
  it.each(damages)(
    'of an object that is %s is a miss and heals',
    async (_, damage) => {
      await using bench = await openBench();
      const request = await requestOf(bench);
      await bench.run().store.save(request);
      const { objects } = bench.bucket;
      const sound = new Map(objects);
      const names = [...sound.keys()].filter((name) => !name.startsWith('_'));
      expect(names).toHaveLength(7);
      for (const [index, name] of names.entries()) {
        const other = names[(index + 1) % names.length] ?? '';
        const bytes = damage(
          sound.get(name) ?? Buffer.alloc(0),
          sound.get(other) ?? Buffer.alloc(0),
        );
        if (bytes === undefined) objects.delete(name);
        else objects.set(name, bytes);

        const run = bench.run();
        expect(await restore(bench, run, request)).not.toBe('restored');
        expect(existsSync(bench.scratch.path('out'))).toBe(false);
        const isGone = bytes === undefined && name.includes('/ac/');
        expect(run.troubles.map(({ kind }) => kind)).toEqual(
          isGone ? [] : ['damage'],
        );
        // From now on the run knows; then it heals what it found.
        expect(await run.store.find(request.key)).toBeUndefined();
        const saved = await run.store.save(request, run.call);
        expect(saved.status).toMatch(/^(saved|exists)$/);
        // By digests: a difference between megabytes takes minutes to print.
        expect(digests(objects)).toEqual(digests(sound));
      }
      expect(await restore(bench, bench.run(), request)).toBe('restored');
      await expectSame(bench);
    },
  );

  it('is not believed of a server that was only away', async () => {
    await using bench = await openBench();
    const request = await requestOf(bench);
    await bench.run().store.save(request);
    let isDown = true;
    const bucket = bench.bucket.openAnother({
      body: (name, bytes) =>
        isDown && name.includes('/cas/')
          ? { bytes: bytes.subarray(0, 1), error: new Error('reset') }
          : { bytes },
    });
    const run = bench.run({ bucket });
    expect(await restore(bench, run, request)).toBe('damaged');
    expect(run.troubles[0]).toMatchObject({ kind: 'outage' });
    isDown = false;
    expect(await restore(bench, run, request)).toBe('restored');
  });
});

it('takes no more memory for large files', async () => {
  await using scratch = await openScratch();
  await using bench = await openBench();
  const sizeBytes = 300 * MB;
  const path = scratch.path('data');
  const handle = await open(path, 'wx');
  await handle.write('end', sizeBytes - 3);
  await handle.close();
  const request = await requestFor('k', [{ name: 'data', path }]);
  const before = process.resourceUsage().maxRSS;
  expect((await bench.run().store.save(request)).status).toBe('saved');
  await truncate(path, 0);
  expect(await restore(bench, bench.run(), request)).toBe('restored');
  const grownBytes = (process.resourceUsage().maxRSS - before) * 1024;
  expect(grownBytes).toBeLessThan(sizeBytes / 2);
  const restored = bench.scratch.path('out', 'data');
  expect(await digestProduct('data', restored)).toMatchObject({
    entry: request.products[0]?.entry,
  });
});

function digests(objects: ReadonlyMap<string, Buffer>): unknown {
  return [...objects]
    .map(([name, bytes]) => [
      name,
      createHash('sha256').update(bytes).digest('hex'),
    ])
    .sort();
}

function flip(bytes: Buffer, index: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[index] = (changed[index] ?? 0) ^ 1;
  return changed;
}
