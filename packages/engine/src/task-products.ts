/** The products of one task as they stand on disk, compared with what a record or manifest says. Reads only. */
import { sep } from 'node:path';
import type { Product, Task } from '@nx-notebook/pipeline';
import type { ProductEntry, ProductLocation } from '@nx-notebook/store';
import type { DigestProduct } from './key-parts.js';
import { productsOf } from '@nx-notebook/pipeline';

/** Products that stand, and those that don't. */
export interface StandingProducts {
  /** In the order of the task's products. */
  readonly entries: readonly ProductEntry[];
  readonly missing: readonly Product[];
  /** Products that are there but can't be read, with the reason. */
  readonly unreadable: readonly string[];
}

/** Where a task's products stand, for the store. */
export function productLocations(task: Task): readonly ProductLocation[] {
  return productsOf(task).map(({ key, absolutePath }) => ({
    name: key,
    path: absolutePath,
  }));
}

/** Whether a product of the task lies in another one. */
export function hasNestedProducts(task: Task): boolean {
  const paths = productsOf(task).map(({ absolutePath }) => absolutePath);
  return paths.some((outer) =>
    paths.some((inner) => inner.startsWith(outer + sep)),
  );
}

/** Digests every product of a task. */
export async function digestProducts(
  task: Task,
  digest: DigestProduct,
): Promise<StandingProducts> {
  const entries: ProductEntry[] = [];
  const missing: Product[] = [];
  const unreadable: string[] = [];
  for (const product of productsOf(task)) {
    const { key: name, absolutePath: path } = product;
    const outcome = await digest({ name, path });
    if (outcome.status === 'digested') entries.push(outcome.entry);
    else if (outcome.status === 'missing') missing.push(product);
    else unreadable.push(outcome.message);
  }
  return { entries, missing, unreadable };
}

/** What differs between what should stand and what stands, in words; empty when nothing does. */
export function productDifferences(
  expected: readonly ProductEntry[],
  standing: StandingProducts,
): readonly string[] {
  const differences = [
    ...standing.missing.map(({ key }) => `product \`${key}\` is missing`),
    ...standing.unreadable,
  ];
  for (const entry of standing.entries) {
    const other = expected.find(({ name }) => name === entry.name);
    if (other === undefined || !isSameProduct(other, entry)) {
      differences.push(`product \`${entry.name}\` is not what the task wrote`);
    }
  }
  return differences;
}

/** Whether two products are the same bytes under the same name. */
export function isSameProduct(one: ProductEntry, other: ProductEntry): boolean {
  return (
    one.name === other.name &&
    one.kind === other.kind &&
    one.digest === other.digest
  );
}
