/**
 * The store on S3 over a bucket in memory, as the contract suite wants it. A killed writer is one whose requests are
 * not answered any more.
 */
import { createMemoryBucket, type StoreHarness } from '@nx-notebook/testing';
import { openS3Store } from '../../src/s3/s3-store.js';

/** The folder that the harness reads and writes. */
export const ROOT = 't/g2026-11';
export const NOW_MS = Date.UTC(2026, 10, 15);

const SHARED = {
  scope: { kind: 'trusted' },
  access: 'read-write',
  now: () => NOW_MS,
} as const;

/** An empty store. */
export function openMemoryHarness(): Promise<StoreHarness> {
  const bucket = createMemoryBucket();
  const { objects } = bucket;
  return Promise.resolve({
    open: () => openS3Store({ ...SHARED, bucket }),
    listObjects: () =>
      Promise.resolve(
        [...objects.keys()]
          .filter((name) => name.startsWith(`${ROOT}/`))
          .map((name) => name.slice(ROOT.length + 1)),
      ),
    readObject: (name) =>
      Promise.resolve(objects.get(`${ROOT}/${name}`) ?? Buffer.alloc(0)),
    writeObject: (name, bytes) => {
      objects.set(`${ROOT}/${name}`, Buffer.from(bytes));
      return Promise.resolve();
    },
    deleteObject: (name) => {
      objects.delete(`${ROOT}/${name}`);
      return Promise.resolve();
    },
    killDuringSave(request, change) {
      let resolve: (end: 'killed') => void = () => undefined;
      const killed = new Promise<'killed'>((done) => (resolve = done));
      let changes = 0;
      const silence = new Promise<never>(() => undefined);
      const dying = bucket.openAnother({
        before: () => (changes > change ? silence : undefined),
        after: ({ operation }) => {
          if (operation === 'write' || operation === 'copy') changes += 1;
          if (changes <= change) return;
          resolve('killed');
          return silence;
        },
      });
      const store = openS3Store({ ...SHARED, bucket: dying });
      return Promise.race([
        killed,
        store.save(request).then(() => 'finished' as const),
      ]);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}
