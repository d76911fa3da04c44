/**
 * The variable `product` of a parameters cell, when `meta.extract_product` is true.
 */
import type { Problems } from '../problems.js';
import type { ProductDeclaration } from '../spec/pipeline-spec.js';
import { readProduct } from '../spec/product-spec.js';
import { nodeOf } from '../yaml/yaml-node.js';
import type { SourceDocument } from './source-document.js';

/** The declared product, or undefined after reporting what is wrong. */
export function readDeclaredProduct(
  document: SourceDocument,
  problems: Problems,
): ProductDeclaration | undefined {
  const last = document.assignments.findLast(({ name }) => name === 'product');
  if (last === undefined || last.value.kind === 'not-literal') {
    const cause =
      last === undefined
        ? 'the parameters cell does not assign it'
        : 'the value must be a literal, it is not computed';
    problems.error({
      code: 'no-product',
      message: `Could not parse a valid 'product' variable: ${cause}.`,
      hint: 'Write its path as text: product = "output/notebook.ipynb", or a dict with the key "nb".',
      location: document.locate(
        last?.valuePosition ?? { cell: 0, line: 1, column: 1, length: 1 },
      ),
    });
    return undefined;
  }
  const location = document.locate(last.valuePosition);
  return readProduct(nodeOf(last.value, { start: 0, end: 0 }), {
    locate: () => location,
    problems,
  });
}
