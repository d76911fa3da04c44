/**
 * Products that can't stand side by side: the same path twice, one inside of another, or one that holds or replaces a
 * file that is read. A product is saved and restored as a whole, so whatever lies in it belongs to it.
 */
import { dirname } from 'node:path';
import type { Problems } from '../problems.js';
import type { LocatedProduct } from './products.js';

/** A product with the name of its task. */
export interface TaskProduct {
  readonly task: string;
  readonly product: LocatedProduct;
}

/** A file that loading or a task reads, and what it is. */
export interface ReadFile {
  readonly absolutePath: string;
  /** For example `the source of "clean"`. */
  readonly what: string;
}

/** Reports all conflicts among products, and of products with files that are read. */
export function checkProducts(
  products: readonly TaskProduct[],
  readFiles: readonly ReadFile[],
  problems: Problems,
): void {
  const byPath = new Map<string, TaskProduct>();
  const byLowerCase = new Map<string, TaskProduct>();
  for (const one of products) {
    const path = one.product.absolutePath;
    const same = byPath.get(path);
    if (same !== undefined) {
      reportSame(one, same, problems);
      continue;
    }
    byPath.set(path, one);
    const alike = byLowerCase.get(path.toLowerCase());
    if (alike !== undefined) warnAlike(one, alike, problems);
    byLowerCase.set(path.toLowerCase(), one);
  }
  for (const one of byPath.values()) {
    const around = findAround(one.product.absolutePath, byPath);
    if (around !== undefined) reportInside(one, around, problems);
  }
  for (const file of readFiles) {
    const own = byPath.get(file.absolutePath);
    const around = findAround(file.absolutePath, byPath);
    if (own !== undefined) reportReplaced(own, file, problems);
    if (around !== undefined) reportHeld(around, file, problems);
  }
}

/** The nearest product that is a folder above the path. */
function findAround(
  path: string,
  products: ReadonlyMap<string, TaskProduct>,
): TaskProduct | undefined {
  for (let folder = dirname(path), below = path; folder !== below;) {
    const found = products.get(folder);
    if (found !== undefined) return found;
    below = folder;
    folder = dirname(folder);
  }
  return undefined;
}

function reportSame(
  { product, task }: TaskProduct,
  other: TaskProduct,
  problems: Problems,
): void {
  const { line } = other.product.declared.location;
  const isOneTask = task === other.task;
  problems.error({
    code: 'same-product',
    message: `Tasks must generate unique products: "${product.path}" is also ${isOneTask ? 'another product of this task' : `a product of "${other.task}"`} (line ${line}).`,
    hint: 'Give one of them another path.',
    location: product.declared.location,
  });
}

function reportInside(
  { product }: TaskProduct,
  around: TaskProduct,
  problems: Problems,
): void {
  problems.error({
    code: 'nested-product',
    message: `Tasks must generate unique products: "${product.path}" lies inside of "${around.product.path}", a product of "${around.task}".`,
    hint: 'Put them side by side: a folder that is a product belongs to it with all that is in it.',
    location: product.declared.location,
  });
}

function reportReplaced(
  { product }: TaskProduct,
  file: ReadFile,
  problems: Problems,
): void {
  problems.error({
    code: 'product-is-read',
    message: `The product "${product.path}" would replace ${file.what}.`,
    hint: 'Choose another path.',
    location: product.declared.location,
  });
}

function reportHeld(
  { product }: TaskProduct,
  file: ReadFile,
  problems: Problems,
): void {
  problems.error({
    code: 'product-is-read',
    message: `The product "${product.path}" is a folder that holds ${file.what}.`,
    hint: 'Choose a folder that holds nothing else.',
    location: product.declared.location,
  });
}

function warnAlike(
  { product }: TaskProduct,
  other: TaskProduct,
  problems: Problems,
): void {
  problems.warning({
    code: 'products-differ-in-case',
    message: `"${product.path}" differs from "${other.product.path}" of "${other.task}" in upper and lower case only.`,
    hint: 'On macOS and Windows they are one file; give one of them another path.',
    location: product.declared.location,
  });
}
