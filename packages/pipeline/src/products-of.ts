/** The files of a task's products in one list, and the name of a relation. Pure. */
import type { Product, ProductSpec, Relation } from './pipeline.js';

/** All files and folders that a task writes, in the order of the file; none for a relation. */
export function productsOf({
  product,
}: {
  readonly product: ProductSpec;
}): readonly Product[] {
  switch (product.kind) {
    case 'single':
      return [product.product];
    case 'mapping':
      return product.products;
    case 'relation':
    case 'none':
      return [];
  }
}

/** The relation as SQL names it: `schema.name`, or `name`. */
export function relationName({ schema, name }: Relation): string {
  return schema === undefined ? name : `${schema}.${name}`;
}
