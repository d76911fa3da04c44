/**
 * From declared products to {@link ProductSpec}s: paths resolved, the executed notebook found. Conflicts between tasks
 * are found elsewhere.
 */
import type { Product, ProductSpec } from '../pipeline.js';
import type { Problems } from '../problems.js';
import type { Located, ProductDeclaration } from '../spec/pipeline-spec.js';
import { nearest } from '../suggest.js';
import { resolveTaskPath } from '../task-path.js';
import type { WorkspaceFiles } from '../workspace-files.js';

/** Name of the executed notebook in a mapping. */
const notebookKey = 'nb';

/** A product and where it was declared. */
export interface LocatedProduct extends Product {
  readonly declared: Located<string>;
}

/** A task's products, and their declarations for messages about them. */
export interface ResolvedProducts {
  readonly spec: ProductSpec;
  readonly all: readonly LocatedProduct[];
}

/** Where products are relative to. */
export interface ProductPlace {
  /** What the paths are relative to. */
  readonly base: string;
  /** Folder of the pipeline. */
  readonly folder: string;
  readonly files: WorkspaceFiles;
  readonly problems: Problems;
}

/** The products, or undefined after reporting what is wrong. */
export function resolveProducts(
  declaration: ProductDeclaration,
  place: ProductPlace,
): ResolvedProducts | undefined {
  const declared =
    declaration.kind === 'single'
      ? [['product', declaration.path] as const]
      : declaration.paths;
  const all = declared
    .map(([key, path]) =>
      resolveProduct(path, place, {
        key,
        isNotebook: declaration.kind === 'single' || key === notebookKey,
      }),
    )
    .filter((product) => product !== undefined);
  if (
    declaration.kind === 'mapping' &&
    !declaration.paths.some(([key]) => key === notebookKey)
  ) {
    reportNoNotebook(declaration, place.problems);
    return undefined;
  }
  if (all.length < declared.length) return undefined;
  const products = all.map(({ key, path, absolutePath, isNotebook }) => ({
    key,
    path,
    absolutePath,
    isNotebook,
  }));
  const [only] = products;
  if (declaration.kind === 'mapping' || only === undefined) {
    return { spec: { kind: 'mapping', products }, all };
  }
  return { spec: { kind: 'single', product: only }, all };
}

function resolveProduct(
  declared: Located<string>,
  { base, folder, files, problems }: ProductPlace,
  { key, isNotebook }: { readonly key: string; readonly isNotebook: boolean },
): LocatedProduct | undefined {
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
  if (isNotebook && !checkNotebookFormat(declared, key, problems)) {
    return undefined;
  }
  return { key, ...resolved, isNotebook, declared };
}

const formatsNotYet = ['.html', '.md', '.pdf', '.tex', '.rst'];

function checkNotebookFormat(
  { value, location }: Located<string>,
  key: string,
  problems: Problems,
): boolean {
  const extension = /\.[^./]*$/.exec(value)?.[0] ?? '';
  if (extension === '.ipynb') return true;
  const mapping = `product: {nb: ${key === notebookKey ? 'output/notebook' : stemOf(value)}.ipynb, data: ${value}}`;
  const typo = nearest(extension, ['.ipynb']);
  if (formatsNotYet.includes(extension)) {
    problems.error({
      code: 'not-supported-yet',
      message: `The executed notebook in the format "${extension}" is not supported yet.`,
      hint: `Write it as "${stemOf(value)}.ipynb".`,
      location,
    });
  } else if (typo !== undefined) {
    problems.error({
      code: 'unknown-notebook-format',
      message: `'${extension}' is not a valid product extension. Did you mean '${typo}'?`,
      hint: `Write "${stemOf(value)}.ipynb".`,
      location,
    });
  } else {
    problems.error({
      code: 'unknown-notebook-format',
      message: `Could not determine format for product '${value}': the executed notebook is an .ipynb file.`,
      hint:
        key === notebookKey
          ? `Write "${stemOf(value)}.ipynb".`
          : `If it is what the notebook writes, name it beside the executed notebook: ${mapping}.`,
      location,
    });
  }
  return false;
}

function reportNoNotebook(
  declaration: ProductDeclaration & { kind: 'mapping' },
  problems: Problems,
): void {
  const names = declaration.paths.map(([key]) => key);
  const typo = names.find((name) => name.toLowerCase() === notebookKey);
  problems.error({
    code: 'no-notebook-product',
    message: `Missing key '${notebookKey}' in product: the path of the executed notebook.`,
    hint:
      typo === undefined
        ? 'Add for example "nb: output/notebook.ipynb".'
        : `Rename "${typo}" to "${notebookKey}".`,
    location: declaration.location,
  });
}

function stemOf(path: string): string {
  return path.replace(/(?<=[^/])\.[^./]*$/, '');
}
