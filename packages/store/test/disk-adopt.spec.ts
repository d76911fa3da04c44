/** What a store on disk takes over from another store: whole or not at all, and in the way of nobody. */
import { mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { describe, expect, it, jest, test } from '@jest/globals';
import {
  keyOf,
  locationsIn,
  openScratch,
  requestFor,
  snapshot,
  writeProducts,
  type Scratch,
} from '@nx-notebook/testing';
import { openDiskStore } from '../src/disk/disk-store.js';
import type { BlobSource, Hit, SaveRequest } from '../src/store.js';
import { canMount, runChild } from './disk-harness.js';

/** Children are started and killed. */
jest.setTimeout(60_000);

const PRODUCTS = { nb: 'notebook', data: { a: '1', 'b/c': '2', empty: '' } };

/** A store that has an entry, as a remote one would give it. */
async function openOther(
  scratch: Scratch,
  products: Parameters<typeof writeProducts>[1] = PRODUCTS,
): Promise<{ readonly hit: Hit; readonly request: SaveRequest }> {
  const locations = await writeProducts(scratch.path('in'), products);
  const request = await requestFor('k', locations);
  const other = openDiskStore({ root: scratch.path('other') });
  await other.save(request);
  const hit = await other.find(request.key);
  if (hit === undefined) throw new Error('nothing was saved');
  return { hit, request };
}

describe('adopting an entry', () => {
  it('gives a hit that needs the other store no more', async () => {
    await using scratch = await openScratch();
    const { hit } = await openOther(scratch);
    const root = scratch.path('own');
    const adopted = await openDiskStore({ root }).adopt(
      hit.manifest,
      hit.blobs,
    );
    expect(adopted.status).toBe('adopted');
    const found = await openDiskStore({ root }).find(keyOf('k'));
    expect(found?.manifest).toEqual(hit.manifest);
    const targets = locationsIn(scratch.path('out'), ['nb', 'data']);
    expect(await found?.restore(targets)).toEqual({ status: 'restored' });
    expect(await snapshot(scratch.path('out'))).toEqual(
      await snapshot(scratch.path('in')),
    );
  });

  it('makes a store anew that was removed meanwhile', async () => {
    await using scratch = await openScratch();
    const { hit } = await openOther(scratch);
    const own = openDiskStore({ root: scratch.path('own') });
    const { manifest, blobs } = hit;
    await own.adopt(manifest, blobs);
    await rm(scratch.path('own'), { recursive: true });
    expect((await own.adopt(manifest, blobs)).status).toBe('adopted');
    expect(await own.find(keyOf('k'))).toBeDefined();
  });

  it('fetches only what is not there yet', async () => {
    await using scratch = await openScratch();
    const { hit } = await openOther(scratch);
    const own = openDiskStore({ root: scratch.path('own') });
    const part = await writeProducts(scratch.path('part'), { x: 'notebook' });
    await own.save(await requestFor('part', part));
    const fetched: number[] = [];
    const blobs: BlobSource = {
      fetch: (file, target) => {
        fetched.push(file.sizeBytes);
        return hit.blobs.fetch(file, target);
      },
    };
    expect(await own.adopt(hit.manifest, blobs)).toMatchObject({
      status: 'adopted',
    });
    expect(fetched).toEqual([1, 1]);
  });

  it('keeps the entry that is here already', async () => {
    await using scratch = await openScratch();
    const { hit } = await openOther(scratch);
    const own = openDiskStore({ root: scratch.path('own') });
    const mine = await writeProducts(scratch.path('mine'), { nb: 'mine' });
    const saved = await own.save(await requestFor('k', mine));
    const adopted = await own.adopt(hit.manifest, hit.blobs);
    expect(adopted).toMatchObject({
      status: 'adopted',
      hit: { manifest: 'manifest' in saved && saved.manifest },
    });
  });

  it.each(['damaged', 'unwritable'] as const)(
    'publishes nothing when a blob is %s',
    async (status) => {
      await using scratch = await openScratch();
      const { hit } = await openOther(scratch);
      const own = openDiskStore({ root: scratch.path('own') });
      const blobs: BlobSource = {
        fetch: async (file, target) => {
          if (file.path !== 'b/c') return hit.blobs.fetch(file, target);
          await writeFile(target, 'half of it');
          return { status, message: 'it broke off' };
        },
      };
      expect(await own.adopt(hit.manifest, blobs)).toEqual({
        status,
        message: 'it broke off',
      });
      expect(await own.find(keyOf('k'))).toBeUndefined();
      expect(await readdir(scratch.path('own', '_tmp'))).toEqual([]);
    },
  );

  it('takes nothing that is larger than the whole store may be', async () => {
    await using scratch = await openScratch();
    const { hit } = await openOther(scratch);
    const root = scratch.path('own');
    const own = openDiskStore({ root, maxSizeBytes: 5 });
    expect(await own.adopt(hit.manifest, hit.blobs)).toMatchObject({
      status: 'unwritable',
      message: expect.stringContaining('limited to'),
    });
  });

  it('shows a miss or a complete hit when it is killed at any change', async () => {
    await using scratch = await openScratch();
    const { request } = await openOther(scratch);
    const from = { provenance: { from: scratch.path('other') } };
    const seen: string[] = [];
    for (let killAt = 0; ; killAt += 1) {
      const root = scratch.path(`own-${killAt}`);
      const { end } = await runChild({
        root,
        action: 'adopt',
        request: { ...request, ...from },
        killAt,
      });
      const hit = await openDiskStore({ root }).find(request.key);
      const targets = locationsIn(scratch.path(`out-${killAt}`), [
        'nb',
        'data',
      ]);
      const restored = await hit?.restore(targets);
      seen.push(`${end} ${restored?.status ?? 'miss'}`);
      if (end === 'finished') break;
    }
    expect(seen.slice(0, 3)).toEqual(Array(3).fill('killed miss'));
    expect(seen.slice(-2)).toEqual(['killed restored', 'finished restored']);
  });

  (canMount ? test : test.skip)('says that the disk is full', async () => {
    await using scratch = await openScratch();
    const large = { nb: 'x'.repeat(500_000) };
    const { request } = await openOther(scratch, large);
    const root = scratch.path('own');
    await mkdir(root);
    const { outcome } = await runChild({
      root,
      action: 'adopt',
      request: { ...request, provenance: { from: scratch.path('other') } },
      mount: { at: root, options: 'size=200k' },
    });
    expect(outcome).toEqual({
      status: 'unwritable',
      message: 'the disk is full (ENOSPC)',
    });
  });
});

describe('a copy to upload from', () => {
  it('is young, so that a clean-up leaves it alone', async () => {
    await using scratch = await openScratch();
    const { request } = await openOther(scratch);
    const root = scratch.path('other');
    const store = openDiskStore({ root });
    const [file, other] = request.products.flatMap(({ entry }) => entry.files);
    if (file === undefined || other === undefined) throw new Error('no files');
    const path = (await store.copyOf(file)) ?? '';
    await utimes(path, 0, 0);
    await utimes((await store.copyOf(other)) ?? '', 0, 0);
    expect(await store.copyOf(file)).toBe(path);
    // One more entry than fits: what nobody names goes where it is old.
    const small = openDiskStore({ root, maxSizeBytes: 1000 });
    const more = await writeProducts(scratch.path('more'), {
      nb: 'y'.repeat(900),
    });
    await small.save(await requestFor('more', more));
    expect(await store.copyOf(file)).toBe(path);
    expect(await store.copyOf(other)).toBeUndefined();
  });

  it('is not there for bytes that nobody saved', async () => {
    await using scratch = await openScratch();
    const store = openDiskStore({ root: scratch.path('own') });
    const file = { path: '', digest: keyOf('x'), sizeBytes: 1 };
    expect(await store.copyOf({ ...file, executable: false })).toBeUndefined();
  });
});
