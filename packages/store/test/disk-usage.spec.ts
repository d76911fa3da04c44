import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { openScratch } from '@nx-notebook/testing';
import { chooseManifests } from '../src/disk/cleanup.js';
import {
  addUsage,
  isCleanUpDue,
  parseUsage,
  resetUsage,
  roomIn,
} from '../src/disk/usage.js';
import type { StoredManifest } from '../src/disk/walk.js';
import { keyOf } from '@nx-notebook/testing';

describe('the usage file', () => {
  test('adds up saves of several processes since the last count', async () => {
    await using scratch = await openScratch();
    const file = scratch.path('usage');
    await resetUsage(file, 100, 5000);
    await Promise.all([1, 2, 3, 4].map((bytes) => addUsage(file, bytes)));
    expect(await addUsage(file, 10)).toEqual({
      countedBytes: 100,
      countedAtMs: 5000,
      addedBytes: 20,
      saves: 5,
    });
  });

  test('says nothing without a count, and leaves out cut lines', async () => {
    await using scratch = await openScratch();
    expect(await addUsage(scratch.path('usage'), 10)).toBeUndefined();
    await writeFile(scratch.path('usage'), 'garbage');
    expect(await addUsage(scratch.path('usage'), 10)).toBeUndefined();
    expect(parseUsage('counted 1 at 2\n+3\n+\n-4\n')).toMatchObject({
      addedBytes: 3,
    });
  });

  test('is looked at less often while there is much room', () => {
    const estimate = { countedBytes: 200, addedBytes: 160, saves: 1 };
    expect(roomIn({ ...estimate, countedAtMs: 0 }, 1000)).toBe(10);
    expect(roomIn({ ...estimate, countedAtMs: 0 }, 300)).toBe(0);
    expect(roomIn(undefined, 1000)).toBe(0);
  });

  const base = { countedBytes: 0, countedAtMs: 0, addedBytes: 0, saves: 1 };
  test.each([
    ['nobody counted yet', undefined, true],
    ['there is room', { ...base, countedBytes: 50, addedBytes: 50 }, false],
    [
      'saves went over the limit',
      { ...base, countedBytes: 60, addedBytes: 50 },
      true,
    ],
    [
      'it was just cleaned and is still full',
      { ...base, countedBytes: 120, addedBytes: 4 },
      false,
    ],
    [
      'much came to a full one',
      { ...base, countedBytes: 120, addedBytes: 6 },
      true,
    ],
    [
      'it was cleaned long ago',
      { ...base, countedBytes: 120, countedAtMs: -600_001 },
      true,
    ],
    ['there were very many saves', { ...base, saves: 10_000 }, true],
  ])('when %s, is a clean-up due?', (_, estimate, expected) => {
    expect(isCleanUpDue(estimate, 100, 0)).toBe(expected);
  });
});

describe('the choice of manifests to drop', () => {
  const stored = (
    name: string,
    usedAt: number,
    blobs: Record<string, number>,
  ): StoredManifest => ({
    path: name,
    key: keyOf(name),
    sizeBytes: 1,
    mtimeMs: usedAt,
    manifest: {
      version: 1,
      key: keyOf(name),
      provenance: {},
      products: [
        {
          name,
          kind: 'folder',
          digest: keyOf(name),
          sizeBytes: 0,
          files: Object.entries(blobs).map(([digest, sizeBytes]) => ({
            path: digest,
            digest,
            sizeBytes,
            executable: false,
          })),
        },
      ],
    },
  });
  test.each([
    [
      'nothing when all fit',
      [stored('a', 1, { x: 40 }), stored('b', 2, { y: 40 })],
      [],
    ],
    [
      'the oldest',
      [stored('a', 2, { x: 60 }), stored('b', 1, { y: 60 })],
      ['b'],
    ],
    [
      'nothing when they share blobs',
      [stored('a', 1, { x: 90 }), stored('b', 2, { x: 90 })],
      [],
    ],
    [
      'all but the last when it is too big alone',
      [stored('a', 1, {}), stored('b', 2, { y: 200 })],
      ['a'],
    ],
  ])('is %s', (_, manifests, expected) => {
    const dropped = chooseManifests(manifests, 100);
    expect(dropped.map((each) => each.path)).toEqual(expected);
  });
});
