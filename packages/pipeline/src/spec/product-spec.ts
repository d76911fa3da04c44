/**
 * Reads a `product`, from the yaml or from a parameters cell: a path, or a mapping of names to paths.
 */
import type { Location } from '@nx-notebook/notebook';
import type { Problems } from '../problems.js';
import type { TextRange } from '../text-file.js';
import { keyName } from '../yaml/merge-entries.js';
import { describe, textIn, type YamlNode } from '../yaml/yaml-node.js';
import type { Located, ProductDeclaration } from './pipeline-spec.js';

const example =
  'Write a path, or a mapping such as {nb: output/notebook.ipynb, data: output/data.csv}.';

/** Where a product was written, and where problems go. */
export interface ProductContext {
  readonly locate: (range: TextRange) => Location;
  readonly problems: Problems;
}

/** The declared product, or undefined after reporting what is wrong with it. */
export function readProduct(
  node: YamlNode,
  context: ProductContext,
): ProductDeclaration | undefined {
  if (node.kind === 'mapping') return readMapping(node, context);
  const path = readPath(node, '"product"', context);
  return path === undefined ? undefined : { kind: 'single', path };
}

function readMapping(
  node: YamlNode & { kind: 'mapping' },
  context: ProductContext,
): ProductDeclaration | undefined {
  const paths: [string, Located<string>][] = [];
  for (const { key, value } of node.entries) {
    const name = keyName(key);
    const path = readPath(value, `"product.${name}"`, context);
    if (path !== undefined) paths.push([name, path]);
  }
  return paths.length < node.entries.length
    ? undefined
    : { kind: 'mapping', paths, location: context.locate(node.range) };
}

function readPath(
  node: YamlNode,
  what: string,
  { locate, problems }: ProductContext,
): Located<string> | undefined {
  const location = locate(node.range);
  const value = textIn(node);
  if (value !== undefined) return { value, location };
  problems.error({
    code: 'invalid-product',
    message: `${what} must be a path, but it is ${describe(node)}.`,
    hint: example,
    location,
  });
  return undefined;
}
