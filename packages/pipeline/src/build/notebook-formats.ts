/**
 * Which products of a notebook are the executed notebook, and by which exporter of nbconvert each of them is written:
 * `nb_product_key`, `nbconvert_exporter_name`, and the extensions of the products.
 */
import type { Problem, Problems } from '../problems.js';
import type { Located, ProductDeclaration } from '../spec/pipeline-spec.js';
import { listNames, nearest } from '../suggest.js';
import type { TextFile } from '../text-file.js';
import { keyName } from '../yaml/merge-entries.js';
import { describe, textIn, type YamlEntry } from '../yaml/yaml-node.js';

/** What a task says of its executed notebook. */
export interface NotebookFormats {
  /** Keys of products that are the executed notebook. */
  readonly keys: readonly string[];
  /** Whether `nb_product_key` is a list, so that all notebooks among the products must be in it. */
  readonly isList: boolean;
  /** Key of a product -> exporter; the empty key is any. */
  readonly exporters: ReadonlyMap<string, Located<string>>;
}

const byExtension: Readonly<Record<string, string | undefined>> = {
  '.ipynb': undefined,
  '.html': 'html',
  '.md': 'markdown',
  '.pdf': 'pdf',
  '.tex': 'latex',
  '.rst': 'rst',
};
const extensions = Object.keys(byExtension);

/** Exporters that come with nbconvert; installed packages may add others. */
const exporterNames = [
  ...['asciidoc', 'custom', 'html', 'latex', 'markdown', 'notebook', 'pdf'],
  ...['python', 'qtpdf', 'qtpng', 'rst', 'script', 'slides', 'webpdf'],
];

/** Reads the two keys; reports what is wrong with them. */
export function readNotebookFormats(
  options: ReadonlyMap<string, YamlEntry>,
  { file, problems }: { readonly file: TextFile; readonly problems: Problems },
): NotebookFormats {
  const keyEntry = options.get('nb_product_key');
  const exporterEntry = options.get('nbconvert_exporter_name');
  const isList = keyEntry?.value.kind === 'sequence';
  const keys = keyEntry === undefined ? ['nb'] : keysIn(keyEntry);
  const exporters = new Map<string, Located<string>>();
  const report = (problem: Problem): void => {
    problems.error(problem);
  };
  if (exporterEntry === undefined) return { keys, isList, exporters };
  const { value } = exporterEntry;
  const location = file.locate(value.range);
  const name = textIn(value);
  if (name !== undefined) {
    if (isList)
      report({
        code: 'invalid-exporter',
        message:
          'When specifying nb_product_key as a list, "nbconvert_exporter_name" must be a mapping.',
        hint: `Write a mapping of keys to exporters, for example {${keys[0] ?? 'nb'}: ${name}}.`,
        location,
      });
    else exporters.set('', { value: name, location });
  } else if (value.kind === 'mapping') {
    if (!isList)
      report({
        code: 'invalid-exporter',
        message:
          'Please specify a single nbconvert_exporter_name when generating a single notebook product.',
        hint: 'Write the name of one exporter, or a list as "nb_product_key".',
        location,
      });
    for (const entry of value.entries) {
      const key = keyName(entry.key);
      const exporter = textIn(entry.value);
      const place = file.locate(entry.value.range);
      if (isList && !keys.includes(key))
        report({
          code: 'invalid-exporter',
          message: `Invalid nbconvert exporter: '${key}' is not in "nb_product_key".`,
          hint: `Keys there are: ${listNames(keys)}.`,
          location: file.locate(entry.keyRange),
        });
      else if (exporter === undefined)
        report({
          code: 'wrong-type',
          message: `"nbconvert_exporter_name.${key}" must be the name of an exporter, but it is ${describe(entry.value)}.`,
          hint: `Exporters are: ${exporterNames.join(', ')}.`,
          location: place,
        });
      else exporters.set(key, { value: exporter, location: place });
    }
  }
  return { keys, isList, exporters };
}

function keysIn({ value }: YamlEntry): readonly string[] {
  if (value.kind === 'mapping') return ['nb'];
  const items = value.kind === 'sequence' ? value.items : [value];
  return items.flatMap((item) =>
    item.kind === 'scalar' ? [keyName(item.value)] : [],
  );
}

/** Whether a product is the executed notebook. */
export function isNotebookProduct(
  key: string,
  declaration: ProductDeclaration,
  { keys }: NotebookFormats,
): boolean {
  return declaration.kind === 'single' || keys.includes(key);
}

/** The exporter of an executed notebook: undefined for an .ipynb, `refused` after reporting that there is none. */
export function exporterOf(
  { value, location }: Located<string>,
  key: string,
  {
    formats,
    isSingle,
    problems,
  }: {
    readonly formats: NotebookFormats;
    readonly isSingle: boolean;
    readonly problems: Problems;
  },
): { readonly exporter?: string } | 'refused' {
  const chosen = formats.exporters.get('') ?? formats.exporters.get(key);
  if (chosen !== undefined)
    return namedExporter(chosen, { value, location }, problems);
  const extension = extensionOf(value);
  if (Object.hasOwn(byExtension, extension)) {
    const exporter = byExtension[extension];
    return exporter === undefined ? {} : { exporter };
  }
  problems.error(unknownFormat({ value, location }, { extension, isSingle }));
  return 'refused';
}

function namedExporter(
  { value: name, location }: Located<string>,
  product: Located<string>,
  problems: Problems,
): { readonly exporter?: string } | 'refused' {
  const exporter = name === 'md' ? 'markdown' : name;
  if (exporter === 'ipynb') return {};
  const typo = exporterNames.includes(exporter.toLowerCase())
    ? undefined
    : nearest(exporter, [...exporterNames, 'ipynb']);
  if (typo !== undefined) {
    problems.error({
      code: 'unknown-exporter',
      message: `'${name}' is not a valid 'nbconvert_exporter_name' value. Did you mean '${typo}'?`,
      hint: `Exporters of nbconvert are: ${exporterNames.join(', ')}.`,
      location,
    });
    return 'refused';
  }
  if (exporter === 'webpdf' && extensionOf(product.value) !== '.pdf') {
    problems.error({
      code: 'unknown-notebook-format',
      message: `Expected output to have extension .pdf when using the webpdf exporter, got: '${product.value}'.`,
      hint: `Write "${stemOf(product.value)}.pdf".`,
      location: product.location,
    });
    return 'refused';
  }
  return { exporter };
}

function unknownFormat(
  { value, location }: Located<string>,
  {
    extension,
    isSingle,
  }: { readonly extension: string; readonly isSingle: boolean },
): Problem {
  const typo = nearest(extension, extensions);
  if (typo !== undefined)
    return {
      code: 'unknown-notebook-format',
      message: `'${extension}' is not a valid product extension. Did you mean '${typo}'?`,
      hint: `Write "${stemOf(value)}${typo}".`,
      location,
    };
  const mapping = `product: {nb: ${isSingle ? stemOf(value) : 'output/notebook'}.ipynb, data: ${value}}`;
  return {
    code: 'unknown-notebook-format',
    message: `Could not determine format for product '${value}'${extension === '' ? ' because it has no extension' : ''}. Extensions of executed notebooks are: ${extensions.join(' ')}.`,
    hint: isSingle
      ? `If it is what the notebook writes, name it beside the executed notebook: ${mapping}. For another format, write "nbconvert_exporter_name".`
      : `Write "${stemOf(value)}.ipynb", or the format as "nbconvert_exporter_name".`,
    location,
  };
}

/** Reports keys of executed notebooks that the products lack, and notebooks that the keys lack. */
export function checkNotebookKeys(
  declaration: ProductDeclaration,
  { keys, isList }: NotebookFormats,
  problems: Problems,
): boolean {
  if (declaration.kind === 'single') {
    if (!isList) return true;
    problems.error({
      code: 'no-notebook-product',
      message: '"nb_product_key" is a list, but "product" is one path.',
      hint: `Write a mapping: {${keys.map((key) => `${key}: ...`).join(', ')}}.`,
      location: declaration.path.location,
    });
    return false;
  }
  const names = declaration.paths.map(([key]) => key);
  const missing = keys.find((key) => !names.includes(key));
  if (missing !== undefined) {
    const typo = names.find(
      (name) => name.toLowerCase() === missing.toLowerCase(),
    );
    problems.error({
      code: 'no-notebook-product',
      message: `Missing key '${missing}' in product: the path of the executed notebook.`,
      hint:
        typo === undefined
          ? `Add for example "${missing}: output/notebook.ipynb"${missing === 'nb' ? '' : ', or correct "nb_product_key"'}.`
          : `Rename "${typo}" to "${missing}".`,
      location: declaration.location,
    });
    return false;
  }
  const unlisted = isList
    ? declaration.paths.find(
        ([key, { value }]) =>
          !keys.includes(key) && extensions.includes(extensionOf(value)),
      )
    : undefined;
  if (unlisted === undefined) return true;
  problems.error({
    code: 'no-notebook-product',
    message: `Missing key '${unlisted[0]}' in nb_product_key: "${unlisted[1].value}" has the extension of an executed notebook.`,
    hint: 'Add it to the list.',
    location: unlisted[1].location,
  });
  return false;
}

/** The last extension of a path, with its dot. */
function extensionOf(path: string): string {
  return /(?<=[^/])\.[^./]*$/.exec(path)?.[0] ?? '';
}

function stemOf(path: string): string {
  return path.replace(/(?<=[^/])\.[^./]*$/, '');
}
