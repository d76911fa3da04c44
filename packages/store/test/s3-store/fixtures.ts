/** A bucket in memory, and products to put into it, for tests of the store on S3. */
import { createHash } from 'node:crypto';
import {
  createMemoryBucket,
  keyOf,
  openScratch,
  requestFor,
  writeProducts,
  type MemoryBucket,
  type ProductContent,
  type Scratch,
} from '@nx-notebook/testing';
import { openS3Store, type S3StoreOptions } from '../../src/s3/s3-store.js';
import type {
  RemoteStore,
  RestoreOutcome,
  SaveRequest,
  StoreTrouble,
} from '../../src/store.js';
import { NOW_MS } from './memory-harness.js';

/** A run's view of a bucket, and what it was told. */
export interface Run {
  readonly store: RemoteStore;
  readonly troubles: StoreTrouble[];
  readonly call: { readonly onTrouble: (trouble: StoreTrouble) => void };
}

/** One test's folder and bucket. */
export interface Bench extends AsyncDisposable {
  readonly scratch: Scratch;
  readonly bucket: MemoryBucket;
  /** Another process; trusted and writing if nothing else is said. */
  run(options?: Partial<S3StoreOptions>): Run;
  /** A request to save products, which are written first. */
  request(
    products?: Readonly<Record<string, ProductContent>>,
    key?: string,
  ): Promise<SaveRequest>;
  /** Saves it by a run of its own, and forgets the requests that it took. */
  saved(
    products?: Readonly<Record<string, ProductContent>>,
    options?: Partial<S3StoreOptions>,
  ): Promise<SaveRequest>;
}

/** A file with its own object, a folder whose files share one. */
export const PRODUCTS = {
  nb: 'notebook\n'.repeat(10_000),
  data: { 'a.csv': '1,2', 'b.csv': '3,4' },
};

/** Opens a bench. */
export async function openBench(): Promise<Bench> {
  const scratch = await openScratch();
  const bucket = createMemoryBucket();
  const bench: Bench = {
    scratch,
    bucket,
    run: (options = {}) => {
      const troubles: StoreTrouble[] = [];
      const store = openS3Store({
        bucket,
        scope: { kind: 'trusted' },
        access: 'read-write',
        now: () => NOW_MS,
        ...options,
      });
      const call = {
        onTrouble: (trouble: StoreTrouble) => troubles.push(trouble),
      };
      return { store, troubles, call };
    },
    async request(products = PRODUCTS, key = 'k') {
      const locations = await writeProducts(scratch.path('in', key), products);
      return requestFor(key, locations);
    },
    async saved(products, options) {
      const request = await bench.request(products);
      const outcome = await bench.run(options).store.save(request);
      if (outcome.status === 'failed') throw new Error(outcome.message);
      bucket.requests.length = 0;
      return request;
    },
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
  return bench;
}

/** Finds and restores the products of a request into `out`. */
export async function restore(
  { scratch }: Pick<Bench, 'scratch'>,
  { store, call }: Run,
  request: SaveRequest,
): Promise<RestoreOutcome['status'] | 'miss'> {
  const hit = await store.find(request.key, call);
  if (hit === undefined) return 'miss';
  const targets = request.products.map(({ name }) => ({
    name,
    path: scratch.path('out', name),
  }));
  return (await hit.restore(targets)).status;
}

/** Requests by operation and folder, such as `read t/g2026-11/ac`, with their number. */
export function counted({ requests }: MemoryBucket): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { operation, name } of requests) {
    const folder = name.replace(/\/[0-9a-f]{2}\/[^/]*$/, '');
    const request = `${operation} ${folder}`;
    counts[request] = (counts[request] ?? 0) + 1;
  }
  return counts;
}

/** Text that no compressor makes smaller by a tenth, though it is UTF-8: every code point of two bytes. */
export function denseText(length: number): string {
  let text = '';
  for (let block = 0; text.length < length; block += 1) {
    const digest = createHash('sha512').update(`${block}`).digest();
    for (const byte of digest) text += String.fromCodePoint(0x80 + byte);
  }
  return text.slice(0, length);
}

export { keyOf };
