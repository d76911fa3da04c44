/**
 * Saving: what was saved is found by everybody, the first writer of a key wins, and a writer that dies leaves a
 * miss or a complete hit.
 */
import { appendFile, rm, writeFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import type { SaveOutcome, SaveRequest } from '@nx-notebook/store';
import type { StoreHarness } from './store-contract.js';
import {
  keyOf,
  locationsIn,
  openScratch,
  requestFor,
  snapshot,
  writeProducts,
} from './store-contract-fixtures.js';

/** Registers the tests of saving. */
export function registerSaveTests(create: () => Promise<StoreHarness>): void {
  describe('save and find', () => {
    registerOutcomeTests(create);
    registerWriterTests(create);
  });
}

function registerOutcomeTests(create: () => Promise<StoreHarness>): void {
  it('finds what another opening saved', async () => {
    await using scratch = await openScratch();
    await using harness = await create();
    const products = { nb: 'notebook', data: { 'a/b.csv': '1', 'c.csv': '2' } };
    const request = await requestFor(
      'k',
      await writeProducts(scratch.path('in'), products),
    );

    const outcome = await harness.open().save(request);
    const hit = await harness.open().find(request.key);

    expect(outcome.status).toBe('saved');
    expect(hit?.manifest).toEqual({
      version: 1,
      key: request.key,
      products: request.products.map((product) => product.entry),
      provenance: { by: 'contract' },
    });
    const targets = locationsIn(scratch.path('out'), ['nb', 'data']);
    expect(await hit?.restore(targets)).toEqual({ status: 'restored' });
    expect(await snapshot(scratch.path('out'))).toEqual(
      await snapshot(scratch.path('in')),
    );
  });

  it('keeps a result without products, which only says that there is one', async () => {
    await using harness = await create();
    const request = await requestFor('k', []);

    const outcome = await harness.open().save(request);
    const hit = await harness.open().find(request.key);

    expect(outcome.status).toBe('saved');
    expect(hit?.manifest).toMatchObject({ key: request.key, products: [] });
    expect(await hit?.restore([])).toEqual({ status: 'restored' });
  });

  it('finds nothing for an unknown key or what is no key', async () => {
    await using harness = await create();
    const store = harness.open();
    expect(await store.find(keyOf('unknown'))).toBeUndefined();
    expect(await store.find('../../etc/passwd')).toBeUndefined();
  });

  it('gives the first manifest to whoever saves the key again', async () => {
    await using scratch = await openScratch();
    await using harness = await create();
    const first = await requestFor(
      'k',
      await writeProducts(scratch.path('1'), { data: 'first' }),
    );
    const second = await requestFor(
      'k',
      await writeProducts(scratch.path('2'), { data: 'second' }),
    );

    const saved = await harness.open().save(first);
    const exists = await harness.open().save(second);

    expect(saved).toMatchObject({ status: 'saved' });
    expect(exists).toEqual({ ...saved, status: 'exists' });
  });

  it.each([
    ['changed', (path: string) => writeFile(path, 'other')],
    ['has grown', (path: string) => appendFile(path, '!')],
    ['was removed', (path: string) => rm(path)],
  ])(
    'publishes nothing when a product %s after its digest',
    async (_, change) => {
      await using scratch = await openScratch();
      await using harness = await create();
      const locations = await writeProducts(scratch.root, {
        a: 'aaa',
        b: 'bbb',
      });
      const request = await requestFor('k', locations);
      await change(scratch.path('b'));

      const outcome = await harness.open().save(request);

      expect(outcome).toMatchObject({
        status: 'failed',
        message: expect.stringContaining(scratch.path('b')),
      });
      expect(await harness.open().find(request.key)).toBeUndefined();
    },
  );

  it('refuses what could not be restored everywhere', async () => {
    await using scratch = await openScratch();
    await using harness = await create();
    const locations = await writeProducts(scratch.root, {
      data: { README: '1', readme: '2' },
    });
    const outcome = await harness.open().save(await requestFor('k', locations));
    expect(outcome).toEqual({
      status: 'failed',
      message:
        'Not stored: product `data` has two names that are one where case or unicode form don\'t count: "README", "readme".',
    });
  });
}

function registerWriterTests(create: () => Promise<StoreHarness>): void {
  it('lets one of 16 writers win each key, and all agree on it', async () => {
    await using scratch = await openScratch();
    await using harness = await create();
    const requests: SaveRequest[] = [];
    for (let writer = 0; writer < 16; writer += 1) {
      for (let key = 0; key < 10; key += 1) {
        const folder = scratch.path(`${writer}-${key}`);
        // `same` is one blob for all writers, `own` differs.
        const locations = await writeProducts(folder, {
          same: `same for ${key}`,
          own: `${writer}`,
        });
        requests.push(await requestFor(`key ${key}`, locations));
      }
    }

    const outcomes = await Promise.all(
      requests.map((request) => harness.open().save(request)),
    );

    for (let key = 0; key < 10; key += 1) {
      const ours = outcomes.filter((_, index) => index % 10 === key);
      expect(ours.map((outcome) => outcome.status).sort()).toEqual([
        ...Array.from({ length: 15 }, () => 'exists'),
        'saved',
      ]);
      const hit = await harness.open().find(keyOf(`key ${key}`));
      expect(ours.map(manifestOf)).toEqual(ours.map(() => hit?.manifest));
    }
  });

  it('shows a miss or a complete hit after a writer was killed at any change', async () => {
    await using scratch = await openScratch();
    // Large enough for objects of their own, and small ones, which a store may keep together.
    const products = {
      nb: 'notebook'.repeat(10_000),
      data: { a: 'a'.repeat(70_000), b: 'b'.repeat(70_000), c: '1', d: '2' },
    };
    const locations = await writeProducts(scratch.path('in'), products);
    const request = await requestFor('k', locations);
    const seen: string[] = [];

    for (let change = 0; ; change += 1) {
      await using harness = await create();
      const end = await harness.killDuringSave(request, change);
      const out = scratch.path(`out-${change}`);
      const hit = await harness.open().find(request.key);
      const restored = await hit?.restore(locationsIn(out, ['nb', 'data']));
      seen.push(`${end} ${restored?.status ?? 'miss'}`);
      expect(await snapshot(out)).toEqual(
        hit === undefined ? {} : await snapshot(scratch.path('in')),
      );
      // The next writer is not hindered by what the dead one left.
      const again = await harness.open().save(request);
      expect(again.status).toBe(hit === undefined ? 'saved' : 'exists');
      if (end === 'finished') break;
    }

    // Both sides of the last change were seen, and the loop really killed.
    expect(
      seen.filter((each) => each === 'killed miss').length,
    ).toBeGreaterThan(3);
    expect(seen.slice(-2)).toEqual(['killed restored', 'finished restored']);
  });
}

function manifestOf(outcome: SaveOutcome): unknown {
  return outcome.status === 'failed' ? outcome.message : outcome.manifest;
}
