/**
 * From declared products to {@link ProductSpec}s: paths resolved, executed notebooks found. Conflicts between tasks are
 * found elsewhere.
 */
import type { Product, ProductSpec } from '../pipeline.js';
import type { Located, ProductDeclaration } from '../spec/pipeline-spec.js';
import { resolveTaskPath } from '../task-path.js';
import type { BuildContext } from './build-context.js';
import {
  checkNotebookKeys,
  exporterOf,
  isNotebookProduct,
  type NotebookFormats,
} from './notebook-formats.js';

/** A product and where it was declared. */
export interface LocatedProduct extends Product {
  readonly declared: Located<string>;
}

/** A task's products, and their declarations for messages about them. */
export interface ResolvedProducts {
  readonly spec: ProductSpec;
  readonly all: readonly LocatedProduct[];
}

/** What the products of a task depend on. */
export interface ProductPlace extends Pick<
  BuildContext,
  'folder' | 'files' | 'problems'
> {
  /** What the paths are relative to. */
  readonly base: string;
  /** Only for notebooks: which products the executed notebook is. */
  readonly formats: NotebookFormats | undefined;
}

/** The products, or undefined after reporting what is wrong. */
export function resolveProducts(
  declaration: ProductDeclaration,
  place: ProductPlace,
): ResolvedProducts | undefined {
  const { formats, problems } = place;
  const isSingle = declaration.kind === 'single';
  const declared = isSingle
    ? [['product', declaration.path] as const]
    : declaration.paths;
  const all = declared.flatMap(([key, path]) => {
    const resolved = resolvePath(path, place);
    if (resolved === undefined) return [];
    const base = { key, ...resolved, declared: path };
    if (formats === undefined || !isNotebookProduct(key, declaration, formats))
      return [{ ...base, isNotebook: false }];
    const format = exporterOf(path, key, { formats, isSingle, problems });
    return format === 'refused'
      ? []
      : [{ ...base, isNotebook: true, ...format }];
  });
  const isComplete =
    formats === undefined || checkNotebookKeys(declaration, formats, problems);
  if (!isComplete || all.length < declared.length) return undefined;
  const products = all.map(
    ({ key, path, absolutePath, isNotebook, exporter }: LocatedProduct) => ({
      key,
      path,
      absolutePath,
      isNotebook,
      ...(exporter === undefined ? {} : { exporter }),
    }),
  );
  const [only] = products;
  if (!isSingle || only === undefined) {
    return { spec: { kind: 'mapping', products }, all };
  }
  return { spec: { kind: 'single', product: only }, all };
}

function resolvePath(
  declared: Located<string>,
  { base, folder, files, problems }: ProductPlace,
): Pick<Product, 'path' | 'absolutePath'> | undefined {
  const text = declared.value;
  const { location } = declared;
  const resolved = resolveTaskPath({ text, base, folder }, files);
  if ('code' in resolved) {
    problems.error({ ...resolved, location });
    return undefined;
  }
  if (!files.leadsInside(resolved.absolutePath)) {
    problems.error({
      code: 'outside-workspace',
      message: `The path "${text}" leads out of the workspace through a link.`,
      hint: `Choose a path that is really below ${files.root}.`,
      location,
    });
    return undefined;
  }
  return resolved;
}
