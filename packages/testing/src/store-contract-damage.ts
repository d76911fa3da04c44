/**
 * Damage: whatever happens to a manifest or blob, a reader gets everything or nothing, the places of the products
 * are touched only in the first case, and the next save heals the store.
 */
import { expect, it } from '@jest/globals';
import {
  digestOfFiles,
  type FileEntry,
  type Manifest,
  type RestoreOutcome,
  type Store,
} from '@nx-notebook/store';
import type { StoreHarness } from './store-contract.js';
import {
  keyOf,
  locationsIn,
  openScratch,
  requestFor,
  snapshot,
  writeProducts,
  type Scratch,
} from './store-contract-fixtures.js';

/** A large file, and small ones, which a store may keep together. */
const PRODUCTS = {
  nb: 'notebook\n'.repeat(10_000),
  data: { 'a.csv': '1,2', 'b.csv': '3,4' },
};
const NAMES = ['nb', 'data'];

type Damage = (harness: StoreHarness, name: string) => Promise<void>;

const DAMAGES: readonly (readonly [string, Damage])[] = [
  ['is deleted', (harness, name) => harness.deleteObject(name)],
  ['is emptied', rewrite(() => Buffer.alloc(0))],
  ['loses its last byte', rewrite((bytes) => bytes.subarray(0, -1))],
  [
    'gets a byte more',
    rewrite((bytes) => Buffer.concat([bytes, Buffer.of(0)])),
  ],
  ['has its first bit flipped', rewrite((bytes) => flip(bytes, 0))],
  [
    'has its last bit flipped',
    rewrite((bytes) => flip(bytes, bytes.length - 1)),
  ],
  ['is zeroed', rewrite((bytes) => Buffer.alloc(bytes.length))],
];

/** Registers the tests of damaged and hostile stores. */
export function registerDamageTests(create: () => Promise<StoreHarness>): void {
  it.each(DAMAGES)('misses and heals when an object %s', async (_, damage) => {
    for (let index = 0, count = 1; index < count; index += 1) {
      await using scratch = await openScratch();
      await using harness = await create();
      const request = await saveAll(scratch, harness);
      const names = (await harness.listObjects()).sort();
      count = names.length;
      expect(count).toBeGreaterThan(2);
      const name = names[index] ?? '';
      await damage(harness, name);

      // A manifest may have lost what does not count, a blob may not.
      const finder = harness.open();
      const isHit = (await restoreInto(scratch, finder)) === 'restored';
      expect(isHit && !name.startsWith('ac/')).toBe(false);
      expect(await snapshot(scratch.path('out'))).toEqual(
        isHit ? await snapshot(scratch.path('in')) : {},
      );

      // Who found it executes the task and saves. The same bytes complete the old manifest, which may then count.
      expect(await finder.save(request)).toMatchObject({
        status: expect.stringMatching(/^(saved|exists)$/),
        manifest: { products: request.products.map(({ entry }) => entry) },
      });
      expect(await restoreInto(scratch, harness.open())).toBe('restored');
      expect(await snapshot(scratch.path('out'))).toEqual(
        await snapshot(scratch.path('in')),
      );
    }
  });

  it('replaces a manifest that lost a blob when other bytes are saved', async () => {
    await using scratch = await openScratch();
    await using harness = await create();
    await saveAll(scratch, harness);
    for (const name of await harness.listObjects()) {
      if (name.startsWith('cas/')) await harness.deleteObject(name);
    }
    const locations = await writeProducts(scratch.path('in'), {
      ...PRODUCTS,
      nb: 'another notebook',
    });
    const request = await requestFor('k', locations);
    expect((await harness.open().save(request)).status).toBe('saved');
    expect(await restoreInto(scratch, harness.open())).toBe('restored');
    expect(await snapshot(scratch.path('out'))).toEqual(
      await snapshot(scratch.path('in')),
    );
  });

  it('does not take a blob for another', async () => {
    await using scratch = await openScratch();
    await using harness = await create();
    await saveAll(scratch, harness);
    const locations = await writeProducts(scratch.path('other'), {
      data: { 'a.csv': '5,6', 'b.csv': '7,8' },
    });
    await harness.open().save(await requestFor('other', locations));
    const blobs = (await harness.listObjects()).filter((name) =>
      name.startsWith('cas/'),
    );
    const contents = await Promise.all(
      blobs.map((name) => harness.readObject(name)),
    );
    for (const [index, name] of blobs.entries()) {
      const other = contents[(index + 1) % blobs.length] ?? Buffer.alloc(0);
      await harness.writeObject(name, other);
    }
    expect(blobs.length).toBeGreaterThan(2);
    expect(await restoreInto(scratch, harness.open())).not.toBe('restored');
    expect(await snapshot(scratch.path('out'))).toEqual({});
  });

  it('does not take a manifest for another', async () => {
    await using scratch = await openScratch();
    await using harness = await create();
    await saveAll(scratch, harness);
    const [name = ''] = await harness.listObjects();
    const other = keyOf('other');
    await harness.writeObject(
      `ac/${other.slice(0, 2)}/${other}.json`,
      await harness.readObject(name),
    );
    expect(await harness.open().find(other)).toBeUndefined();
  });

  registerHostileTests(create);
}

/** Paths of files in a folder product, as an attacker would write them; everything else in the manifest is right. */
const HOSTILE_PATHS: readonly (readonly [string, readonly string[]])[] = [
  ['a parent folder', ['../escaped']],
  ['a parent folder further in', ['a/../../escaped']],
  ['an absolute path', ['/tmp/escaped']],
  ['a backslash', ['..\\escaped']],
  ['a NUL', ['a\0b']],
  ['a lone surrogate', ['a\ud800']],
  ['an empty name', ['']],
  ['an empty part', ['a//b']],
  ['a dot', ['./a']],
  ['a slash at its end', ['a/']],
  ['a file twice', ['a', 'a']],
  ['files that are not sorted', ['b', 'a']],
  ['two files that differ in case', ['A/x', 'a/y']],
  ['two files that differ in unicode form', ['e\u0301', '\u00e9']],
  ['a file that is also a folder', ['a', 'a/b']],
];

function registerHostileTests(create: () => Promise<StoreHarness>): void {
  it.each(HOSTILE_PATHS)('refuses a manifest with %s', async (_, paths) => {
    await expectRefused(create, (manifest) =>
      withFiles(manifest, (file) => paths.map((path) => ({ ...file, path }))),
    );
  });

  const others: readonly (readonly [string, (m: Manifest) => unknown])[] = [
    ['another version', (m) => ({ ...m, version: 2 })],
    ['another key', (m) => ({ ...m, key: keyOf('other') })],
    ['no provenance', (m) => ({ ...m, provenance: null })],
    [
      'a product twice',
      (m) => ({ ...m, products: [...m.products, m.products[0]] }),
    ],
    ['products that are no list', (m) => ({ ...m, products: {} })],
    [
      'a digest that is a path',
      (m) =>
        withFiles(m, (file) => [{ ...file, digest: '../../../etc/passwd' }]),
    ],
    [
      'a negative size',
      (m) => withFiles(m, (file) => [{ ...file, sizeBytes: -1 }]),
    ],
    [
      'a folder digest of other files',
      (m) => ({
        ...m,
        products: m.products.map((p) => ({ ...p, digest: keyOf('other') })),
      }),
    ],
  ];
  it.each(others)('refuses a manifest with %s', async (_, change) => {
    await expectRefused(create, change);
  });

  it('accepts that manifest when nothing is changed', async () => {
    // Shows that the refusals above are due to the change alone.
    await using scratch = await openScratch();
    await using harness = await create();
    await saveAll(scratch, harness);
    await rewriteManifest(harness, (manifest) =>
      withFiles(manifest, (file) => [file]),
    );
    expect(await restoreInto(scratch, harness.open())).toBe('restored');
  });

  it.each([
    ['one too few', ['nb']],
    ['one too many', ['nb', 'data', 'more']],
    ['another name', ['nb', 'date']],
    ['the same twice', ['nb', 'nb']],
  ])('restores nothing for targets with %s', async (_, names) => {
    await using scratch = await openScratch();
    await using harness = await create();
    await saveAll(scratch, harness);
    const hit = await harness.open().find(keyOf('k'));
    const outcome = await hit?.restore(locationsIn(scratch.path('out'), names));
    expect(outcome?.status).toBe('damaged');
    expect(await snapshot(scratch.path('out'))).toEqual({});
  });
}

async function expectRefused(
  create: () => Promise<StoreHarness>,
  change: (manifest: Manifest) => unknown,
): Promise<void> {
  await using scratch = await openScratch();
  await using harness = await create();
  await saveAll(scratch, harness);
  await rewriteManifest(harness, change);
  const before = await snapshot(scratch.root);
  expect(await restoreInto(scratch, harness.open())).toBe('miss');
  expect(await snapshot(scratch.root)).toEqual(before);
}

async function rewriteManifest(
  harness: StoreHarness,
  change: (manifest: Manifest) => unknown,
): Promise<void> {
  const [name = ''] = (await harness.listObjects()).sort();
  const manifest = JSON.parse(
    (await harness.readObject(name)).toString(),
  ) as Manifest;
  await harness.writeObject(
    name,
    Buffer.from(JSON.stringify(change(manifest))),
  );
}

/** The manifest with other files in its folder, and digests and sizes that fit them. */
function withFiles(
  manifest: Manifest,
  change: (file: FileEntry) => readonly FileEntry[],
): Manifest {
  const products = manifest.products.map((product) => {
    const [first] = product.files;
    if (product.kind === 'file' || first === undefined) return product;
    const files = change(first);
    const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    return { ...product, files, sizeBytes, digest: digestOfFiles(files) };
  });
  return { ...manifest, products };
}

async function saveAll(
  scratch: Scratch,
  harness: StoreHarness,
): Promise<Awaited<ReturnType<typeof requestFor>>> {
  const locations = await writeProducts(scratch.path('in'), PRODUCTS);
  const request = await requestFor('k', locations);
  expect((await harness.open().save(request)).status).toBe('saved');
  return request;
}

async function restoreInto(
  scratch: Scratch,
  store: Store,
): Promise<RestoreOutcome['status'] | 'miss'> {
  const hit = await store.find(keyOf('k'));
  if (hit === undefined) return 'miss';
  const targets = locationsIn(scratch.path('out'), NAMES);
  return (await hit.restore(targets)).status;
}

function rewrite(change: (bytes: Buffer) => Buffer): Damage {
  return async (harness, name) => {
    await harness.writeObject(name, change(await harness.readObject(name)));
  };
}

function flip(bytes: Buffer, index: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[index] = (changed[index] ?? 0) ^ 1;
  return changed;
}
