/**
 * What forbids putting an entry into a store on disk, before anything is written. Pure.
 */
import { isSha256, problemOfProducts } from '../products/manifest.js';
import type { ProductEntry } from '../store.js';

/** The rest of a sentence; nothing when the entry may be stored. `limit`: bytes of the whole store. */
export function problemOfRequest(
  {
    key,
    products,
  }: {
    readonly key: string;
    readonly products: readonly {
      readonly name: string;
      readonly entry: ProductEntry;
    }[];
  },
  limit: number,
): string | undefined {
  if (!isSha256(key)) return `\`${key}\` is not a sha256 key`;
  for (const { name, entry } of products) {
    if (name !== entry.name) return `product \`${name}\` has another's entry`;
  }
  const bytes = products.reduce((sum, { entry }) => sum + entry.sizeBytes, 0);
  if (bytes > limit) {
    return `its products have ${inMegabytes(bytes)}, and the whole local store is limited to ${inMegabytes(limit)}; raise the limit`;
  }
  return problemOfProducts(products.map((product) => product.entry));
}

function inMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
