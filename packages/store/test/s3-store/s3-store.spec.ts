/** What the store on S3 does beyond the contract of every store: scopes, generations, the canary, costs, troubles. */
import { describe, expect, it, jest } from '@jest/globals';
import { bucketTrouble, keyOf, snapshot } from '@nx-notebook/testing';
import type { TroubleReason } from '../../src/s3/bucket.js';
import { counted, openBench, restore } from './fixtures.js';

// For the thousands of files on a busy machine; everything else takes moments.
jest.setTimeout(120_000);

const NEXT_MONTH_MS = Date.UTC(2026, 11, 1);
const pr = { kind: 'untrusted', name: 'pr-42' } as const;
const unnamed = { scope: undefined, access: 'read' } as never;

describe('scopes', () => {
  it.each([
    ['main', {}, 'miss'],
    ['a run without a scope', unnamed, 'miss'],
    ['another pull request', { scope: { ...pr, name: 'pr-43' } }, 'miss'],
    ['the same pull request', { scope: pr }, 'restored'],
  ])('a pull request is read by %s: %s', async (_, options, expected) => {
    await using bench = await openBench();
    await bench.saved(undefined, { scope: { kind: 'trusted' } });
    bench.bucket.objects.forEach((_, name) => {
      if (name.startsWith('t/')) bench.bucket.objects.delete(name);
    });
    const request = await bench.saved(undefined, { scope: pr });
    expect(await restore(bench, bench.run(options), request)).toBe(expected);
  });

  it.each([
    ['main', {}],
    ['a run without a scope', unnamed],
    ['a pull request', { scope: pr }],
  ])('main is read by %s', async (_, options) => {
    await using bench = await openBench();
    const request = await bench.saved();
    expect(await restore(bench, bench.run(options), request)).toBe('restored');
  });

  it('writes into its own folder alone', async () => {
    await using bench = await openBench();
    await bench.saved(undefined, { scope: pr });
    const names = [...bench.bucket.objects.keys()];
    expect(names.filter((name) => !name.startsWith('u/pr-42/'))).toEqual([
      '_meta/format.json',
    ]);
  });

  it.each([
    ['access is read', { access: 'read' }],
    ['there is no scope', { scope: undefined }],
  ])('writes nothing when %s', async (_, options) => {
    await using bench = await openBench();
    const request = await bench.request();
    const outcome = await bench.run(options as never).store.save(request);
    expect(outcome).toEqual({
      status: 'failed',
      message: 'Not stored: memory://bucket is only read.',
    });
    expect(bench.bucket.requests).toEqual([]);
  });
});

describe('generations', () => {
  it('brings a hit of the last one into the current one before it is reported', async () => {
    await using bench = await openBench();
    const request = await bench.saved();
    const { store } = bench.run({ now: () => NEXT_MONTH_MS });
    const hit = await store.find(request.key);
    // The lifecycle rule comes now.
    for (const name of bench.bucket.objects.keys()) {
      if (name.startsWith('t/g2026-11/')) bench.bucket.objects.delete(name);
    }
    const targets = request.products.map(({ name }) => ({
      name,
      path: bench.scratch.path('out', name),
    }));
    expect(await hit?.restore(targets)).toEqual({ status: 'restored' });
    expect(counted(bench.bucket)).toEqual({
      'read _meta/format.json': 1,
      'read t/g2026-12/ac': 1,
      'read t/g2026-11/ac': 1,
      'stat t/g2026-11/cas': 2,
      'copy t/g2026-12/cas': 2,
      'write t/g2026-12/ac': 1,
      'read t/g2026-12/cas': 2,
    });
  });

  it.each([
    ['a reader', { access: 'read' }],
    ['a pull request', { scope: pr }],
  ])('uses the last one as it is for %s', async (_, options) => {
    await using bench = await openBench();
    const request = await bench.saved();
    const run = bench.run({ ...options, now: () => NEXT_MONTH_MS } as never);
    expect(await restore(bench, run, request)).toBe('restored');
    expect(counted(bench.bucket)).toEqual({
      'read _meta/format.json': 1,
      'read t/g2026-12/ac': 1,
      'read t/g2026-11/ac': 1,
      'stat t/g2026-11/cas': 2,
      'read t/g2026-11/cas': 2,
    });
  });

  it('uses the last one as it is when copying is not possible, and says so', async () => {
    await using bench = await openBench();
    const request = await bench.saved();
    const bucket = bench.bucket.openAnother({
      before: ({ operation }) =>
        operation === 'copy' ? bucketTrouble('forbidden') : undefined,
    });
    const run = bench.run({ bucket, now: () => NEXT_MONTH_MS });
    expect(await restore(bench, run, request)).toBe('restored');
    expect(run.troubles).toMatchObject([
      { operation: 'save', kind: 'configuration', reason: 'forbidden' },
    ]);
    // It is not tried again.
    bucket.requests.length = 0;
    expect(await run.store.find(request.key)).toBeDefined();
    expect(counted(bucket)).not.toHaveProperty('copy t/g2026-12/cas');
  });

  it('misses when the last one is deleted in the middle of the promotion, and stores anew', async () => {
    await using bench = await openBench();
    const request = await bench.saved();
    const { objects } = bench.bucket;
    const bucket = bench.bucket.openAnother({
      before: ({ operation }) => {
        if (operation !== 'copy') return undefined;
        for (const name of objects.keys()) {
          if (name.startsWith('t/g2026-11/')) objects.delete(name);
        }
        return undefined;
      },
    });
    const run = bench.run({ bucket, now: () => NEXT_MONTH_MS });
    expect(await restore(bench, run, request)).toBe('miss');
    expect((await run.store.save(request)).status).toBe('saved');
    expect(await restore(bench, run, request)).toBe('restored');
  });

  it('never looks at older ones', async () => {
    await using bench = await openBench();
    const request = await bench.saved();
    const run = bench.run({ now: () => Date.UTC(2027, 0, 1) });
    expect(await restore(bench, run, request)).toBe('miss');
    expect(counted(bench.bucket)).toEqual({
      'read _meta/format.json': 1,
      'read t/g2027-01/ac': 1,
      'read t/g2026-12/ac': 1,
    });
  });

  it('takes the current entry where both have one', async () => {
    await using bench = await openBench();
    await bench.saved({ data: 'old' });
    await bench.saved({ data: 'new' }, { now: () => NEXT_MONTH_MS });
    const request = await bench.request({ data: 'new' });
    const run = bench.run({ now: () => NEXT_MONTH_MS });
    expect(await restore(bench, run, request)).toBe('restored');
    expect(await snapshot(bench.scratch.path('out', 'data'))).toEqual({
      '': 'new',
    });
  });
});

describe('the canary', () => {
  it('is read once, also by calls at the same time', async () => {
    await using bench = await openBench();
    await bench.saved();
    const { store } = bench.run();
    await Promise.all(['1', '2', '3'].map((key) => store.find(keyOf(key))));
    await store.find(keyOf('4'));
    expect(counted(bench.bucket)['read _meta/format.json']).toBe(1);
  });

  it('missing means an empty store, which costs one request', async () => {
    await using bench = await openBench();
    const run = bench.run();
    expect(await run.store.find(keyOf('k'), run.call)).toBeUndefined();
    expect(run.troubles).toEqual([]);
    expect(counted(bench.bucket)).toEqual({ 'read _meta/format.json': 1 });
  });

  it.each<TroubleReason>(['forbidden', 'unauthorised', 'no-bucket'])(
    '%s turns the store off for the run',
    async (reason) => {
      await using bench = await openBench();
      const request = await bench.saved();
      const bucket = bench.bucket.openAnother({
        before: () => bucketTrouble(reason),
      });
      const run = bench.run({ bucket, access: 'read' });
      expect(await run.store.find(request.key, run.call)).toBeUndefined();
      expect(await run.store.find(keyOf('other'), run.call)).toBeUndefined();
      expect(counted(bucket)).toEqual({ 'read _meta/format.json': 1 });
      expect(run.troubles[0]).toMatchObject({
        operation: 'find',
        kind: 'configuration',
      });
    },
  );

  it('is written where it looks forbidden because it is missing', async () => {
    await using bench = await openBench();
    const { objects } = bench.bucket;
    // As S3 does without the right to list.
    const bucket = bench.bucket.openAnother({
      before: ({ operation, name }) =>
        operation !== 'write' && !objects.has(name)
          ? bucketTrouble('forbidden')
          : undefined,
    });
    const run = bench.run({ bucket });
    const request = await bench.request();
    expect(await restore(bench, run, request)).toBe('miss');
    expect(await run.store.save(request, run.call)).toMatchObject({
      status: 'saved',
    });
    expect(await restore(bench, bench.run({ bucket }), request)).toBe(
      'restored',
    );
    expect(run.troubles).toEqual([]);
  });

  it.each([
    ['a later one', '{"layout":2,"digest":"sha256"}'],
    ['no JSON', 'hello'],
    ['empty', ''],
    ['too long', 'x'.repeat(10_000)],
  ])('of another layout turns the store off: %s', async (_, text) => {
    await using bench = await openBench();
    const request = await bench.saved();
    bench.bucket.objects.set('_meta/format.json', Buffer.from(text));
    const run = bench.run();
    expect(await restore(bench, run, request)).toBe('miss');
    expect(await run.store.save(request, run.call)).toEqual({
      status: 'failed',
      message:
        'Not stored: memory://bucket was made by another version of nx-notebook, or is no store: _meta/format.json is not known. Choose another prefix, or use the same version everywhere.',
    });
    expect(run.troubles.map(({ kind }) => kind)).toEqual([
      'configuration',
      'configuration',
    ]);
  });

  it('is asked again after an outage', async () => {
    await using bench = await openBench();
    const request = await bench.saved();
    let isDown = true;
    const bucket = bench.bucket.openAnother({
      before: () => (isDown ? bucketTrouble('time-out') : undefined),
    });
    const run = bench.run({ bucket });
    expect(await restore(bench, run, request)).toBe('miss');
    isDown = false;
    expect(await restore(bench, run, request)).toBe('restored');
    expect(run.troubles).toMatchObject([
      { operation: 'find', kind: 'outage', reason: 'time-out' },
    ]);
  });
});

describe('costs', () => {
  it('are one request for each object of 64 KiB, one for all smaller ones', async () => {
    await using bench = await openBench();
    const request = await bench.request();
    const { store } = bench.run();
    await store.find(request.key);
    await store.save(request);
    expect(counted(bench.bucket)).toEqual({
      'read _meta/format.json': 2,
      'write _meta/format.json': 1,
      'read t/g2026-11/ac': 1,
      'write t/g2026-11/cas': 2,
      'write t/g2026-11/ac': 1,
    });
    bench.bucket.requests.length = 0;
    expect(await restore(bench, bench.run(), request)).toBe('restored');
    expect(counted(bench.bucket)).toEqual({
      'read _meta/format.json': 1,
      'read t/g2026-11/ac': 1,
      'stat t/g2026-11/cas': 2,
      'read t/g2026-11/cas': 2,
    });
  });

  it('are no question for blobs that the caller fetches at once', async () => {
    await using bench = await openBench();
    const request = await bench.saved();
    const { store } = bench.run();
    await store.find(request.key, { fetchesUpToBytes: 1_000_000 });
    await store.find(request.key, { fetchesUpToBytes: 1000 });
    expect(counted(bench.bucket)).toEqual({
      'read _meta/format.json': 1,
      'read t/g2026-11/ac': 2,
      'stat t/g2026-11/cas': 2,
    });
  });

  it('stay small for 6000 small files', async () => {
    await using bench = await openBench();
    const files = Object.fromEntries(
      Array.from({ length: 6000 }, (_, i) => [
        `${i % 100}/${i}`,
        `${i},`.repeat(700),
      ]),
    );
    const request = await bench.request({ data: files });
    await bench.run().store.save(request);
    // About 21 MB: three packs of 8 MB.
    expect(counted(bench.bucket)['write t/g2026-11/cas']).toBe(3);
    bench.bucket.requests.length = 0;
    expect(await restore(bench, bench.run(), request)).toBe('restored');
    expect(bench.bucket.requests.length).toBeLessThanOrEqual(2 + 3 + 3);
    expect(await snapshot(bench.scratch.path('out'))).toEqual(
      await snapshot(bench.scratch.path('in', 'k')),
    );
  });

  it('are nothing for what is there, and for what another save sends at the same time', async () => {
    await using bench = await openBench();
    const same = 'same\n'.repeat(1_000_000);
    const { store } = bench.run();
    const requests = [];
    for (const key of ['1', '2', '3']) {
      requests.push(await bench.request({ data: same }, key));
    }
    await Promise.all(requests.map((request) => store.save(request)));
    await store.save(await bench.request({ data: same }, '4'));
    expect(counted(bench.bucket)).toMatchObject({
      'write t/g2026-11/cas': 1,
      'write t/g2026-11/ac': 4,
    });
  });
});

describe('troubles', () => {
  it.each<readonly [TroubleReason, string]>([
    ['time-out', 'outage'],
    ['unreachable', 'outage'],
    ['server-error', 'outage'],
    ['refused', 'outage'],
    ['unauthorised', 'configuration'],
    ['forbidden', 'configuration'],
  ])('fail a save and are said: %s is %s', async (reason, kind) => {
    await using bench = await openBench();
    await bench.saved();
    const request = await bench.request({ data: 'x' }, 'other');
    for (const part of ['/cas/', '/ac/']) {
      const bucket = bench.bucket.openAnother({
        before: ({ operation, name }) =>
          operation === 'write' && name.includes(part)
            ? bucketTrouble(reason)
            : undefined,
      });
      const run = bench.run({ bucket });
      expect(await run.store.save(request, run.call)).toEqual({
        status: 'failed',
        message: `Not stored: The server says ${reason}.`,
      });
      expect(run.troubles).toEqual([
        {
          operation: 'save',
          kind,
          reason: reason === 'server-error' ? 'server error' : reason,
          message: `The server says ${reason}.`,
        },
      ]);
      expect(await bench.run().store.find(request.key)).toBeUndefined();
    }
  });

  it('make a look-up a miss and are said', async () => {
    await using bench = await openBench();
    const request = await bench.saved();
    for (const part of ['/ac/', '/cas/']) {
      const bucket = bench.bucket.openAnother({
        before: ({ name }) =>
          name.includes(part) ? bucketTrouble('server-error') : undefined,
      });
      const run = bench.run({ bucket });
      expect(await restore(bench, run, request)).toBe('miss');
      expect(run.troubles).toMatchObject([
        { operation: 'find', kind: 'outage', reason: 'server error' },
      ]);
    }
  });

  it('of a body that breaks off are mended by asking again', async () => {
    await using bench = await openBench();
    const request = await bench.saved();
    const broken = new Set<string>();
    const bucket = bench.bucket.openAnother({
      body: (name, bytes) => {
        if (broken.has(name)) return { bytes };
        broken.add(name);
        return { bytes: bytes.subarray(0, 5), error: new Error('reset') };
      },
    });
    const run = bench.run({ bucket });
    expect(await restore(bench, run, request)).toBe('restored');
    expect(broken.size).toBe(4);
    expect(run.troubles).toEqual([]);
  });

  it('say nothing when the caller gives up', async () => {
    await using bench = await openBench();
    const request = await bench.saved();
    const run = bench.run();
    const call = { ...run.call, signal: AbortSignal.abort() };
    expect(await run.store.find(request.key, call)).toBeUndefined();
    expect((await run.store.save(request, call)).status).toBe('failed');
    expect(run.troubles).toEqual([]);
    // It was not the store's fault, so it goes on.
    expect(await restore(bench, run, request)).toBe('restored');
  });

  it('of 403 for a missing object are a miss once the canary was read', async () => {
    await using bench = await openBench();
    const request = await bench.saved();
    const { objects } = bench.bucket;
    const bucket = bench.bucket.openAnother({
      before: ({ operation, name }) =>
        operation !== 'write' && !objects.has(name)
          ? bucketTrouble('forbidden')
          : undefined,
    });
    const run = bench.run({ bucket });
    expect(await run.store.find(keyOf('none'), run.call)).toBeUndefined();
    expect(run.troubles).toEqual([]);
    for (const name of objects.keys()) {
      if (name.includes('/cas/')) objects.delete(name);
    }
    expect(await restore(bench, run, request)).toBe('miss');
    expect(run.troubles).toMatchObject([
      { kind: 'damage', reason: 'lost blob' },
    ]);
  });
});
