/** Looking through a whole store: counts, and everything that is not what it claims. */
import { describe, expect, it } from '@jest/globals';
import { bucketTrouble } from '@nx-notebook/testing';
import { statS3Store, verifyS3Store } from '../../src/s3/inventory.js';
import {
  generateSigningKeys,
  openVerifier,
} from '../../src/sharing/signature.js';
import { openBench } from './fixtures.js';
import { NOW_MS } from './memory-harness.js';

const now = (): number => NOW_MS;
const pr = { kind: 'untrusted', name: 'pr-42' } as const;

describe('statS3Store', () => {
  it('counts by readable folder', async () => {
    await using bench = await openBench();
    await bench.saved();
    await bench.saved(undefined, { scope: pr });
    await bench.saved(undefined, { scope: { ...pr, name: 'pr-43' } });
    const { bucket } = bench;
    const full = { manifests: 1, blobs: 2, sizeBytes: expect.any(Number) };
    const empty = { manifests: 0, blobs: 0, sizeBytes: 0 };
    expect(await statS3Store({ bucket, scope: pr, now })).toEqual({
      status: 'listed',
      folders: [
        { folder: 't/g2026-11', ...full },
        { folder: 't/g2026-10', ...empty },
        { folder: 'u/pr-42', ...full },
      ],
    });
  });

  it('says why it may not', async () => {
    await using bench = await openBench();
    const bucket = bench.bucket.openAnother({
      before: () => bucketTrouble('forbidden'),
    });
    const trouble = { status: 'trouble', reason: 'forbidden' };
    expect(await statS3Store({ bucket, now })).toMatchObject(trouble);
    expect(await verifyS3Store({ bucket, now })).toMatchObject(trouble);
  });
});

describe('verifyS3Store', () => {
  it('reads what entries lead to, what they share once', async () => {
    await using bench = await openBench();
    await bench.saved();
    const { store } = bench.run();
    await store.save(await bench.request(undefined, 'other'));
    const { bucket } = bench;
    bucket.requests.length = 0;
    const seen: number[] = [];
    const onProgress = ({ manifests }: { manifests: number }): unknown =>
      seen.push(manifests);
    expect(await verifyS3Store({ bucket, now, onProgress })).toEqual({
      status: 'verified',
      manifests: 2,
      blobs: 2,
      bytes: 90_000 + 6,
      damaged: [],
      damagedCount: 0,
    });
    expect(seen).toEqual([1, 2]);
    const reads = bucket.requests.filter(({ name }) => name.includes('/cas/'));
    expect(reads).toHaveLength(2);
  });

  it.each([
    ['cut', (bytes: Buffer) => bytes.subarray(1)],
    ['zeroed', (bytes: Buffer) => Buffer.alloc(bytes.length)],
    ['deleted', () => undefined],
  ])('finds each object that is %s', async (_, damage) => {
    await using bench = await openBench();
    await bench.saved();
    const { bucket } = bench;
    const sound = [...bucket.objects].filter(([name]) => name.includes('/g'));
    for (const [name, bytes] of sound) {
      const changed = damage(bytes);
      if (changed === undefined) bucket.objects.delete(name);
      else bucket.objects.set(name, changed);
      const isManifest = name.includes('/ac/');
      const isGone = changed === undefined && isManifest;
      expect(await verifyS3Store({ bucket, now })).toMatchObject({
        damaged: isGone
          ? []
          : [
              {
                name: expect.stringContaining('/ac/'),
                message: isManifest
                  ? 'it is not JSON'
                  : expect.stringContaining(name),
              },
            ],
      });
      bucket.objects.set(name, bytes);
    }
  });

  it('finds a pack whose files are not what its entry says', async () => {
    await using bench = await openBench();
    await bench.saved({ data: { a: '1', b: '2' } });
    const { objects } = bench.bucket;
    for (const [name, bytes] of objects) {
      if (!name.includes('/ac/')) continue;
      // Two files of the same size change places in the pack's list.
      const text = bytes.toString();
      const swapped = text.replace(
        /"files":\[(\["[0-9a-f]{64}",1\]),(\["[0-9a-f]{64}",1\])\]/,
        '"files":[$2,$1]',
      );
      expect(swapped).not.toBe(text);
      objects.set(name, Buffer.from(swapped));
    }
    const { bucket } = bench;
    expect(await verifyS3Store({ bucket, now })).toMatchObject({
      blobs: 0,
      damagedCount: 1,
      damaged: [
        {
          message: expect.stringMatching(
            /has other files than its entry says$/,
          ),
        },
      ],
    });
  });

  it('counts what is not signed where it has to be', async () => {
    await using bench = await openBench();
    await bench.saved();
    const opened = openVerifier([generateSigningKeys().publicKey]);
    if (opened.status === 'invalid') throw new Error(opened.message);
    const { verifier } = opened;
    const { bucket } = bench;
    expect(await verifyS3Store({ bucket, now, verifier })).toMatchObject({
      damaged: [{ message: 'it is not signed' }],
    });
  });
});
