/** Manifest objects that somebody made to do harm: nothing is taken that is not whole, consistent and bounded. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { digestOfFiles } from '../../src/products/digest.js';
import { planStorage } from '../../src/s3/packs.js';
import {
  readStoredManifest,
  renderStoredManifest,
  type StoredObject,
} from '../../src/s3/stored-manifest.js';
import type { FileEntry, Manifest } from '../../src/store.js';

const KEY = digest('key');
const [A, B, BIG] = [entry('a', 3), entry('b', 4), entry('big', 100_000)];
const MANIFEST = manifestOf([A, B, BIG, entry('empty', 0)]);
const PACK: StoredObject = {
  digest: digest('pack'),
  sizeBytes: 7,
  encoding: 'raw',
  files: [
    [A.digest, 3],
    [B.digest, 4],
  ],
};
const SINGLE: StoredObject = {
  digest: BIG.digest,
  sizeBytes: 100_000,
  encoding: 'brotli',
};

describe('a stored manifest', () => {
  it('says where the bytes of each file lie', () => {
    const text = renderStoredManifest(MANIFEST, [PACK, SINGLE], undefined);
    const read = readStoredManifest(text, KEY);
    if (read.status !== 'read') throw new Error(read.message);
    expect(read.stored.manifest).toEqual(MANIFEST);
    expect([...read.stored.locations]).toEqual([
      [A.digest, { object: PACK, start: 0 }],
      [B.digest, { object: PACK, start: 3 }],
      [BIG.digest, { object: SINGLE, start: 0 }],
    ]);
  });

  it.each<readonly [string, unknown]>([
    ['no storage', undefined],
    ['storage that is no list', {}],
    ['a file that lies nowhere', [PACK]],
    ['a file in two places', [PACK, SINGLE, single(A)]],
    ['an object twice', [PACK, SINGLE, SINGLE]],
    ['a pack in itself', [PACK, SINGLE, { ...PACK, digest: A.digest }]],
    [
      'a file of another size',
      [
        {
          ...PACK,
          files: [
            [A.digest, 4],
            [B.digest, 3],
          ],
        },
        SINGLE,
      ],
    ],
    [
      'a pack that is larger than its files',
      [{ ...PACK, sizeBytes: 8 }, SINGLE],
    ],
    [
      'a pack that is smaller than its files',
      [{ ...PACK, sizeBytes: 6 }, SINGLE],
    ],
    [
      'a pack of more than 8 MB',
      [
        {
          ...PACK,
          sizeBytes: 9 << 20,
          files: [...(PACK.files ?? []), [digest('x'), (9 << 20) - 7]],
        },
        SINGLE,
      ],
    ],
    [
      'an object of no bytes',
      [PACK, SINGLE, { ...single(A), digest: digest('y'), sizeBytes: 0 }],
    ],
    [
      'a negative size',
      [
        {
          ...PACK,
          files: [
            [A.digest, 3],
            [B.digest, 5],
            [digest('x'), -1],
          ],
        },
        SINGLE,
      ],
    ],
    ['a size that is no number', [PACK, { ...SINGLE, sizeBytes: '100000' }]],
    ['an unknown encoding', [PACK, { ...SINGLE, encoding: 'zstd' }]],
    [
      'a digest that is a path',
      [PACK, SINGLE, { ...SINGLE, digest: '../../../_meta' }],
    ],
    [
      'a file of a pack that is no pair',
      [
        {
          ...PACK,
          files: [
            [A.digest, 3, 0],
            [B.digest, 4],
          ],
        },
        SINGLE,
      ],
    ],
  ])('is refused with %s', (_, storage) => {
    const text = JSON.stringify({ ...MANIFEST, storage });
    expect(readStoredManifest(text, KEY).status).toBe('refused');
  });

  it.each<readonly [string, string]>([
    ['nothing', ''],
    ['more than two lines', `${rendered()}{}\n{}\n`],
    ['a second line that is no signature', `${rendered()}{}\n`],
    ['more than 32 MiB', rendered().replace('{', `{${' '.repeat(32 << 20)}`)],
    [
      'a deep provenance',
      rendered().replace(
        '"by":"x"',
        `"by":${'['.repeat(100_000)}${']'.repeat(100_000)}`,
      ),
    ],
    ['another key', rendered().replace(KEY, digest('other'))],
  ])('is refused as a text with %s', (_, text) => {
    expect(readStoredManifest(text, KEY)).toMatchObject({
      status: 'refused',
      reason: 'broken manifest',
    });
  });

  it('is read without fields that nobody knows, however deep', () => {
    const deep = `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`;
    const text = renderStoredManifest(MANIFEST, [PACK, SINGLE], undefined)
      .replace('"kind":', `"more":${deep},"kind":`)
      .replace('"path":', `"more":${deep},"path":`);
    const read = readStoredManifest(text, KEY);
    if (read.status !== 'read') throw new Error(read.message);
    // It is written as JSON again when it is kept on disk.
    expect(JSON.stringify(read.stored.manifest)).toBe(JSON.stringify(MANIFEST));
  });

  it('is refused where its paths would be gigabytes of folders', () => {
    const files = Array.from({ length: 5000 }, (_, index) => ({
      ...entry(String(index).padStart(4, '0'), 0),
      path: `${String(index).padStart(4, '0')}${'/ABCDEFGHIJKLMNO'.repeat(250)}`,
    }));
    const text = renderStoredManifest(manifestOf(files), [], undefined);
    const before = process.memoryUsage().heapTotal;
    expect(readStoredManifest(text, KEY).status).toBe('refused');
    expect(process.memoryUsage().heapTotal - before).toBeLessThan(500e6);
  });

  it.each<readonly [string, string]>([
    ['very long', 'x/'.repeat(10_000)],
    ['very deep', `${'x/'.repeat(300)}x`],
  ])('is refused with a path that is %s', (_, path) => {
    const manifest = manifestOf([{ ...A, path }]);
    const text = renderStoredManifest(manifest, [single(A)], undefined);
    expect(readStoredManifest(text, KEY).status).toBe('refused');
  });
});

describe('the plan of objects', () => {
  it('puts small files together, and equal ones once', () => {
    const files = [A, B, BIG, { ...A, path: 'again' }, entry('empty', 0)];
    expect(planStorage(files)).toEqual({
      single: [BIG],
      packs: [[{ ...A, path: 'again' }, B]],
    });
  });

  it('makes no pack of one file', () => {
    expect(planStorage([A, BIG])).toEqual({ single: [BIG, A], packs: [] });
  });

  it('keeps packs within 8 MB', () => {
    const files = Array.from({ length: 1000 }, (_, i) => entry(`${i}`, 60_000));
    const { single, packs } = planStorage(files);
    expect(single).toEqual([]);
    expect(packs.flat()).toEqual(files);
    const sizes = packs.map((pack) =>
      pack.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    );
    expect(Math.max(...sizes)).toBeLessThanOrEqual(8 << 20);
    expect(packs).toHaveLength(8);
  });

  it('packs larger files too where there are very many', () => {
    const files = Array.from({ length: 10_000 }, (_, i) =>
      entry(`${i}`, 100_000),
    );
    const { single, packs } = planStorage(files);
    expect(single).toEqual([]);
    expect(packs.length).toBeLessThan(130);
  });
});

function rendered(): string {
  return renderStoredManifest(MANIFEST, [PACK, SINGLE], undefined);
}

function single(file: FileEntry): StoredObject {
  return { digest: file.digest, sizeBytes: file.sizeBytes, encoding: 'raw' };
}

function manifestOf(files: readonly FileEntry[]): Manifest {
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return {
    version: 1,
    key: KEY,
    products: [
      {
        name: 'data',
        kind: 'folder',
        digest: digestOfFiles(files),
        sizeBytes,
        files,
      },
    ],
    provenance: { by: 'x' },
  };
}

function entry(path: string, sizeBytes: number): FileEntry {
  return { path, digest: digest(path), sizeBytes, executable: false };
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
