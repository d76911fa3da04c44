import {
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import {
  keyOf,
  locationsIn,
  openScratch,
  requestFor,
  snapshot,
  writeProducts,
  type Scratch,
} from '@nx-notebook/testing';
import { statDiskStore, verifyDiskStore } from '../src/disk/inventory.js';
import { openDiskStore } from '../src/disk/disk-store.js';
import type { SaveOutcome, SaveRequest } from '../src/store.js';
import { canMount, runChild } from './disk-harness.js';

const HOUR_MS = 3_600_000;

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

async function requestOf(
  scratch: Scratch,
  name: string,
  text: string,
): Promise<SaveRequest> {
  const folder = scratch.path('in', name);
  return requestFor(name, await writeProducts(folder, { data: text }));
}

describe('trouble is told in words', () => {
  test('a file where the store shall be', async () => {
    await using scratch = await openScratch();
    await writeFile(scratch.path('store'), '');
    const root = scratch.path('store');
    const warnings: string[] = [];
    const store = openDiskStore({ root, onWarning: (m) => warnings.push(m) });
    const request = await requestOf(scratch, 'k', 'text');

    expect(await store.find(request.key)).toBeUndefined();
    expect(await store.find(request.key)).toBeUndefined();
    expect(warnings).toEqual([
      `${root} can't be read: a file stands where a folder is expected (ENOTDIR).`,
    ]);
    expect(await store.save(request)).toEqual({
      status: 'failed',
      message: `Not stored: ${root} can't be written: a file stands where a folder is expected (ENOTDIR).`,
    });
  });

  test('a store of another layout is left alone', async () => {
    await using scratch = await openScratch();
    const root = scratch.path('store');
    await mkdir(scratch.path('store', '_meta'), { recursive: true });
    await writeFile(
      scratch.path('store', '_meta', 'format.json'),
      '{"layout":2}',
    );
    const before = await snapshot(root);
    const warnings: string[] = [];
    const store = openDiskStore({ root, onWarning: (m) => warnings.push(m) });
    const request = await requestOf(scratch, 'k', 'text');

    expect(await store.find(request.key)).toBeUndefined();
    const outcome = await store.save(request);

    const text = `${root} was made by another version of nx-notebook, or is damaged; move it away or choose another folder.`;
    expect(warnings).toEqual([text]);
    expect(outcome).toEqual({
      status: 'failed',
      message: `Not stored: ${text}`,
    });
    expect(await snapshot(root)).toEqual(before);
  });

  test('a store whose maker was cut off is made again', async () => {
    await using scratch = await openScratch();
    await mkdir(scratch.path('store', '_meta'), { recursive: true });
    await writeFile(scratch.path('store', '_meta', 'format.json'), '{"lay');
    const store = openDiskStore({ root: scratch.path('store') });
    const outcome = await store.save(await requestOf(scratch, 'k', 'text'));
    expect(outcome.status).toBe('saved');
  });

  test('products that are larger than the limit', async () => {
    await using scratch = await openScratch();
    const store = openDiskStore({ root: scratch.path('s'), maxSizeBytes: 1e6 });
    const request = await requestOf(scratch, 'k', 'x'.repeat(2e6));
    expect(await store.save(request)).toEqual({
      status: 'failed',
      message:
        'Not stored: its products have 2.0 MB, and the whole local store is limited to 1.0 MB; raise the limit.',
    });
  });

  // Needs user namespaces; a root in a container has no other honest full or read-only disk.
  const testMount = canMount ? test : test.skip;

  testMount.each([
    ['size=64k', 'the disk is full (ENOSPC)'],
    ['ro', 'the file system is read-only (EROFS)'],
  ])(
    'saving to a disk mounted with %s',
    async (options, words) => {
      await using scratch = await openScratch();
      const root = scratch.path('store');
      await mkdir(root);
      const request = await requestOf(scratch, 'k', 'x'.repeat(200_000));
      const mount = { at: root, options };
      const run = await runChild({ root, action: 'save', request, mount });
      expect(run.outcome).toEqual({
        status: 'failed',
        message: `Not stored: ${root} can't be written: ${words}.`,
      });
    },
    60_000,
  );

  testMount.each([
    ['size=64k', 'the disk is full (ENOSPC)'],
    ['ro', 'the file system is read-only (EROFS)'],
  ])(
    'restoring to a disk mounted with %s',
    async (options, words) => {
      await using scratch = await openScratch();
      const root = scratch.path('store');
      const saved = await requestOf(scratch, 'k', 'x'.repeat(200_000));
      await openDiskStore({ root }).save(saved);
      await mkdir(scratch.path('out'));
      const path = scratch.path('out', 'data');
      const request = {
        ...saved,
        products: saved.products.map((product) => ({ ...product, path })),
      };
      const mount = { at: scratch.path('out'), options };
      const run = await runChild({ root, action: 'restore', request, mount });
      expect(run.outcome).toEqual({
        status: 'unwritable',
        message: `${path} can't be written: ${words}.`,
      });
    },
    60_000,
  );
});

test('a restore that is killed at any change leaves old, new or nothing', async () => {
  await using scratch = await openScratch();
  const root = scratch.path('store');
  const products = { nb: 'new', data: { a: 'new', 'b/c': 'new' } };
  const old = { nb: 'old', data: { a: 'old', stale: 'old' } };
  const saved = await requestFor(
    'k',
    await writeProducts(scratch.path('in'), products),
  );
  await openDiskStore({ root }).save(saved);
  const whole = async (folder: string, name: string): Promise<string> =>
    JSON.stringify(await snapshot(scratch.path(folder, name)));
  await writeProducts(scratch.path('old'), old);
  const seen: string[] = [];

  for (let killAt = 0; ; killAt += 1) {
    const out = `out-${killAt}`;
    const locations = await writeProducts(scratch.path(out), old);
    const request = {
      ...saved,
      products: saved.products.map((product, index) => ({
        ...product,
        path: locations[index]?.path ?? '',
      })),
    };
    const run = await runChild({ root, action: 'restore', request, killAt });
    const states = [];
    for (const name of ['nb', 'data']) {
      const now = await whole(out, name);
      const state =
        now === (await whole('in', name))
          ? 'new'
          : now === (await whole('old', name))
            ? 'old'
            : now === '{}'
              ? 'missing'
              : 'mixed';
      states.push(state);
    }
    seen.push(
      `${run.end} ${run.checkpoints.at(-1) ?? ''}: ${states.join(' ')}`,
    );

    // What the killed one left is swept by a restore a day later.
    const later = openDiskStore({ root, now: () => Date.now() + 25 * HOUR_MS });
    await rm(scratch.path(out, 'nb'));
    const hit = await later.find(saved.key);
    expect(await hit?.restore(locations)).toEqual({ status: 'restored' });
    expect(await snapshot(scratch.path(out))).toEqual(
      await snapshot(scratch.path('in')),
    );
    if (run.end === 'finished') break;
  }

  expect(seen).toEqual([
    'killed fetched: old old',
    'killed swapped: new old',
    'killed moved-aside: new missing',
    'killed swapped: new new',
    'finished swapped: new new',
  ]);
}, 60_000);

test('products inside one another are restored together', async () => {
  await using scratch = await openScratch();
  const store = openDiskStore({ root: scratch.path('store') });
  await writeProducts(scratch.path('in'), {
    out: { 'nb.ipynb': '1', data: '2' },
  });
  const at = (folder: string): { name: string; path: string }[] => [
    { name: 'nb', path: scratch.path(folder, 'out', 'nb.ipynb') },
    { name: 'data', path: scratch.path(folder, 'out') },
  ];
  const request = await requestFor('k', at('in'));
  await store.save(request);
  await writeProducts(scratch.path('to'), { out: { stale: 'old' } });
  const hit = await store.find(request.key);
  expect(await hit?.restore(at('to'))).toEqual({ status: 'restored' });
  expect(await snapshot(scratch.path('to'))).toEqual(
    await snapshot(scratch.path('in')),
  );
});

describe('the size limit', () => {
  /** A store whose clock the test sets, with room for about three entries of 10 000 bytes. */
  function openSmall(
    root: string,
    clock: { nowMs: number },
  ): ReturnType<typeof openDiskStore> {
    return openDiskStore({
      root,
      maxSizeBytes: 40_000,
      now: () => clock.nowMs,
    });
  }

  test('drops what was used least recently', async () => {
    await using scratch = await openScratch();
    const root = scratch.path('store');
    const clock = { nowMs: Date.now() };
    const store = openSmall(root, clock);
    const names = ['a', 'b', 'c', 'd'];
    for (const name of names) {
      const request = await requestOf(scratch, name, name.repeat(10_000));
      expect((await store.save(request)).status).toBe('saved');
      await age(root, clock);
      if (name === 'c') await store.find(keyOf('a'));
    }
    const left = [];
    for (const name of names) {
      if (await store.find(keyOf(name))) left.push(name);
    }
    expect(left).toEqual(['a', 'c', 'd']);
    const found = await statDiskStore(root);
    expect(found).toMatchObject({ manifests: 3, blobs: 3 });
  });

  test('keeps blobs that a save in another process has just reused', async () => {
    await using scratch = await openScratch();
    const root = scratch.path('store');
    const clock = { nowMs: Date.now() };
    const shared = 'shared'.repeat(2_000);
    await openSmall(root, clock).save(await requestOf(scratch, 'old', shared));
    await age(root, clock);
    const again = await requestOf(scratch, 'again', shared);
    const [reused, letGo] = [deferred(), deferred()];
    const other = openDiskStore({
      root,
      checkpoint: async (name) => {
        if (name !== 'manifest-written') return;
        reused.resolve();
        await letGo.promise;
      },
    });
    let saving: Promise<SaveOutcome> | undefined;
    const cleaning = openDiskStore({
      root,
      maxSizeBytes: 14_000,
      now: () => clock.nowMs,
      checkpoint: async (name) => {
        if (name !== 'clean-up-chosen') return;
        // The clean-up has decided that nobody needs the blob; now somebody does, but no manifest says so yet.
        saving = other.save(again);
        await reused.promise;
      },
    });
    await cleaning.save(await requestOf(scratch, 'big', 'x'.repeat(9_000)));
    letGo.resolve();
    expect(await saving).toMatchObject({ status: 'saved' });
    const hit = await other.find(again.key);
    const targets = locationsIn(scratch.path('out'), ['data']);
    expect(await hit?.restore(targets)).toEqual({ status: 'restored' });
    expect(await other.find(keyOf('old'))).toBeUndefined();
  });

  test('sweeps what killed writers left', async () => {
    await using scratch = await openScratch();
    const root = scratch.path('store');
    const request = await requestOf(scratch, 'k', 'text');
    await runChild({ root, action: 'save', request, killAt: 0 });
    expect(await readdir(scratch.path('store', '_tmp'))).toHaveLength(1);
    // Without a count the next save makes one, and cleans up on this occasion.
    await rm(scratch.path('store', '_meta', 'usage'));
    const now = (): number => Date.now() + 2 * HOUR_MS;
    await openDiskStore({ root, now }).save(request);
    expect(await readdir(scratch.path('store', '_tmp'))).toEqual([]);
    const usage = await readFile(
      scratch.path('store', '_meta', 'usage'),
      'utf8',
    );
    expect(usage).toMatch(/^counted \d+ at \d+\n$/);
  }, 60_000);

  /** Two hours pass: everything looks older by them, and the order of use stays. */
  async function age(root: string, clock: { nowMs: number }): Promise<void> {
    for (const name of await readdir(root, { recursive: true })) {
      if (!/^(ac|cas)\/..\/./.test(name)) continue;
      const { mtimeMs } = await stat(`${root}/${name}`);
      const time = (mtimeMs - 2 * HOUR_MS) / 1000;
      await utimes(`${root}/${name}`, time, time);
    }
    clock.nowMs = Date.now();
  }
});

test('verification finds what is damaged and what lacks it', async () => {
  await using scratch = await openScratch();
  const root = scratch.path('store');
  const store = openDiskStore({ root });
  await store.save(await requestOf(scratch, 'a', 'text'));
  await store.save(await requestOf(scratch, 'b', 'other'));
  const [good, bad] = ['a', 'b'].map(keyOf);
  expect(await verifyDiskStore(root)).toEqual({
    manifests: 2,
    blobs: 2,
    damaged: [],
  });

  const [blob] = (await store.find(bad ?? ''))?.manifest.products ?? [];
  const digest = blob?.digest ?? '';
  const path = scratch.path('store', 'cas', digest.slice(0, 2), digest);
  await writeFile(path, 'OTHER');

  expect(await store.find(good ?? '')).toBeDefined();
  expect(await verifyDiskStore(root)).toEqual({
    manifests: 2,
    blobs: 2,
    damaged: [
      {
        path: scratch.path(
          'store',
          'ac',
          bad?.slice(0, 2) ?? '',
          `${bad ?? ''}.json`,
        ),
        message: 'The manifest names 1 of 1 blobs that are missing or damaged.',
      },
      { path, message: 'The blob has other bytes than its name says.' },
    ],
  });
});
