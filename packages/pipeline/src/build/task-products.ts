/**
 * The products of one task: declared in the yaml or in its source, files or a relation, for one combination of a grid.
 */
import { dirname } from 'node:path';
import type { Location } from '@nx-notebook/notebook';
import type { PythonCall } from '../pipeline.js';
import type {
  Located,
  ProductDeclaration,
  TaskSpec,
} from '../spec/pipeline-spec.js';
import { readProduct } from '../spec/product-spec.js';
import { readRelation } from '../templates/relation.js';
import type { TextRange } from '../text-file.js';
import { textIn, type YamlNode } from '../yaml/yaml-node.js';
import type { BuildContext } from './build-context.js';
import { elementProduct, elementRelation, type GridElement } from './grid.js';
import {
  readNotebookFormats,
  type NotebookFormats,
} from './notebook-formats.js';
import { codeFile, extractedProduct, type OpenedTask } from './open-task.js';
import { resolveProducts, type ResolvedProducts } from './products.js';
import { productClassOf, type TaskCalls } from './task-calls.js';

/** A product as it was written, before it is told apart what it is. */
interface WrittenProduct {
  readonly node: YamlNode;
  readonly locate: (range: TextRange) => Location;
  /** As the source says. */
  readonly className?: string;
}

/** The products of a task that may be one of a grid. */
export type DeclaredProducts =
  | {
      readonly kind: 'files';
      readonly declaration: ProductDeclaration;
      readonly base: string;
      readonly formats: NotebookFormats | undefined;
    }
  | {
      readonly kind: 'relation';
      readonly written: WrittenProduct;
      readonly className: string;
      readonly client: PythonCall | undefined;
    };

/** What finding the products of a task needs. */
export interface ProductQuery {
  readonly spec: TaskSpec;
  readonly task: OpenedTask;
  readonly client: PythonCall | undefined;
  readonly calls: TaskCalls;
  readonly context: BuildContext;
}

/** What a task declares, or undefined after reporting what is wrong. */
export async function declaredProducts({
  spec,
  task,
  client,
  calls,
  context,
}: ProductQuery): Promise<DeclaredProducts | undefined> {
  const { meta, problems, root } = context;
  const written = writtenProduct(spec, task, context);
  const productClass = productClassOf(spec, context);
  const className = written?.className ?? productClass.value;
  if (!checkClass(spec, { ...productClass, value: className }, context))
    return undefined;
  if (className !== 'File') {
    if (written === undefined) return undefined;
    const owner = await calls.productClientOf(spec, className, client);
    return { kind: 'relation', written, className, client: owner };
  }
  const declaration =
    written === undefined
      ? meta.extractProduct
        ? extractedProduct(task, context)
        : undefined
      : readProduct(written.node, { ...written, problems });
  if (declaration === undefined) return undefined;
  const source = codeFile(task);
  const isRelativeToSource =
    meta.productRelativeToSource && spec.grid === undefined;
  return {
    kind: 'files',
    declaration,
    base:
      isRelativeToSource && source !== undefined && task.kind !== 'function'
        ? dirname(source)
        : root,
    formats:
      spec.className === 'NotebookRunner'
        ? readNotebookFormats(spec.options, { file: spec.file, problems })
        : undefined,
  };
}

/** The products of one combination, or undefined after reporting what is wrong. */
export function elementProducts(
  declared: DeclaredProducts,
  element: GridElement | undefined,
  context: BuildContext,
): ResolvedProducts | undefined {
  const { problems } = context;
  if (declared.kind === 'files') {
    const { declaration, base, formats } = declared;
    const own =
      element === undefined
        ? declaration
        : elementProduct(declaration, element, problems);
    return resolveProducts(own, { ...context, base, formats });
  }
  const { written, className, client } = declared;
  const node =
    element === undefined
      ? written.node
      : elementNode(written, element, context);
  const { locate } = written;
  const relation = readRelation(node, { className, client, locate, problems });
  return relation && { spec: { kind: 'relation', relation }, all: [] };
}

function writtenProduct(
  { product, file }: TaskSpec,
  task: OpenedTask,
  { meta, problems }: BuildContext,
): WrittenProduct | undefined {
  if (!meta.extractProduct) {
    return product && { node: product, locate: (range) => file.locate(range) };
  }
  if (task.kind === 'template') return task.opened.product;
  if (task.kind === 'function') {
    problems.error({
      code: 'no-product',
      message:
        'Products can not be read from Python functions ("meta.extract_product").',
      hint: 'Set "extract_product: false" below "meta" and write "product" in each task.',
      location: task.opened.source.call.location,
    });
  }
  return undefined;
}

/** Which classes of products a class of tasks can have. */
function checkClass(
  { className }: TaskSpec,
  { value, location }: Located<string>,
  { problems }: BuildContext,
): boolean {
  const isRelation = value !== 'File';
  if (isRelation === (className === 'SQLScript')) return true;
  problems.error({
    code: 'wrong-product-class',
    message: `Products of class ${value} are not supported for tasks of class ${className}.`,
    hint: isRelation
      ? 'Remove "product_class" and write the path of a file.'
      : 'Remove "product_class" and write a relation: [schema, name, table]. For a file, use "class: SQLDump".',
    location,
  });
  return false;
}

/** `[schema?, name, type]` with the name of the combination. */
function elementNode(
  { node, locate }: WrittenProduct,
  element: GridElement,
  { problems }: BuildContext,
): YamlNode {
  if (node.kind !== 'sequence') return node;
  const place = node.items.length === 3 ? 1 : 0;
  const items = node.items.map((item, index) => {
    const name = index === place ? textIn(item) : undefined;
    if (name === undefined) return item;
    const location = locate(item.range);
    const value = elementRelation(name, element, { location, problems });
    return {
      kind: 'scalar',
      value: { kind: 'str', value },
      range: item.range,
    } as const;
  });
  return { ...node, items };
}
