/**
 * Reads `meta`, `clients`, `executor` and `config`: what a pipeline.yaml says beside its tasks.
 */
import type { Location } from '@nx-notebook/notebook';
import type { TaskPath } from '../pipeline.js';
import { resolveTaskPath } from '../task-path.js';
import { listNames, nearest } from '../suggest.js';
import { keyName } from '../yaml/merge-entries.js';
import {
  describe,
  textIn,
  type YamlEntry,
  type YamlNode,
} from '../yaml/yaml-node.js';
import { checkKeys, isEmpty, type SpecContext } from './check-keys.js';
import { configKeys, metaKeys } from './keys.js';
import { findLoaderFolder, type LoaderPlace } from './source-loader.js';
import {
  classKeys,
  productClasses,
  refusedClasses,
  refusedProductClasses,
} from './task-keys.js';
import type { Located, MetaSpec } from './pipeline-spec.js';

/** `meta` of a pipeline that has none. */
export const defaultMeta: MetaSpec = {
  extractUpstream: true,
  extractProduct: false,
  productRelativeToSource: false,
  productDefaultClass: new Map(),
};

/** `meta`, and the file that more tasks are in. */
export interface MetaAnswer {
  readonly meta: MetaSpec;
  readonly imports?: ImportedFile;
}

/** The value of `import_tasks_from`. */
export interface ImportedFile extends TaskPath {
  readonly written: string;
  readonly location: Location;
}

/** The settings below `meta`. */
export function readMeta(
  entry: YamlEntry | undefined,
  context: SpecContext & LoaderPlace,
): MetaAnswer {
  if (entry?.value.kind !== 'mapping') return { meta: defaultMeta };
  const entries = checkKeys(
    entry.value,
    { table: metaKeys, name: '"meta"' },
    context,
  );
  const flag = (name: string, otherwise: boolean): boolean => {
    const node = entries.get(name)?.value;
    return node?.kind === 'scalar' && node.value.kind === 'bool'
      ? node.value.value
      : otherwise;
  };
  const loaderFolder = findLoaderFolder(entries.get('source_loader'), context);
  const imports = importedFile(entries.get('import_tasks_from'), context);
  return {
    meta: {
      extractUpstream: flag('extract_upstream', defaultMeta.extractUpstream),
      extractProduct: flag('extract_product', defaultMeta.extractProduct),
      productRelativeToSource: flag(
        'product_relative_to_source',
        defaultMeta.productRelativeToSource,
      ),
      productDefaultClass: readProductClasses(
        entries.get('product_default_class'),
        context,
      ),
      ...(loaderFolder === undefined ? {} : { loaderFolder }),
    },
    ...(imports === undefined ? {} : { imports }),
  };
}

function importedFile(
  entry: YamlEntry | undefined,
  { folder, files, file, problems }: SpecContext & LoaderPlace,
): ImportedFile | undefined {
  const written = entry === undefined ? undefined : textIn(entry.value);
  if (entry === undefined || written === undefined) return undefined;
  const location = file.locate(entry.value.range);
  const resolved = resolveTaskPath(
    { text: written, base: folder, folder },
    files,
  );
  if (!('code' in resolved)) return { ...resolved, written, location };
  problems.error({ ...resolved, location });
  return undefined;
}

function readProductClasses(
  entry: YamlEntry | undefined,
  context: SpecContext,
): ReadonlyMap<string, Located<string>> {
  const classes = new Map<string, Located<string>>();
  if (entry?.value.kind !== 'mapping') return classes;
  const { file } = context;
  for (const { key, keyRange, value } of entry.value.entries) {
    const taskClass = keyName(key);
    const isKnown = checkName(taskClass, 'Task', {
      ...context,
      location: file.locate(keyRange),
    });
    const location = file.locate(value.range);
    const productClass = readProductClass(value, context);
    if (isKnown && productClass !== undefined)
      classes.set(taskClass, { value: productClass, location });
  }
  return classes;
}

/** The name of a class of products, or undefined after reporting why it is none. */
export function readProductClass(
  node: YamlNode,
  { file, problems }: SpecContext,
): string | undefined {
  const location = file.locate(node.range);
  const name = textIn(node);
  if (name === undefined) {
    problems.error({
      code: 'wrong-type',
      message: `The class of a product must be text, but it is ${describe(node)}.`,
      hint: `Valid names are: ${listNames(productClasses)}.`,
      location,
    });
    return undefined;
  }
  return checkName(name, 'Product', { problems, location }) ? name : undefined;
}

function checkName(
  name: string,
  kind: 'Task' | 'Product',
  {
    problems,
    location,
  }: Pick<SpecContext, 'problems'> & Pick<Located<unknown>, 'location'>,
): boolean {
  const valid = kind === 'Task' ? Object.keys(classKeys) : [...productClasses];
  const refused =
    kind === 'Task' ? Object.keys(refusedClasses) : [...refusedProductClasses];
  if (valid.includes(name)) return true;
  if (refused.includes(name)) {
    // The default of a class that no task has harms nobody.
    if (kind === 'Task') return true;
    problems.error({
      code: 'not-supported',
      message: `Products of class "${name}" are not supported.`,
      hint: `Choose one of: ${listNames(valid)}.`,
      location,
    });
    return false;
  }
  const suggestion = nearest(name.replaceAll(/[-_ ]/g, ''), valid);
  problems.error({
    code: 'unknown-class',
    message: `"${name}" is not a valid ${kind} class name.${suggestion === undefined ? '' : ` Did you mean '${suggestion}'?`}`,
    hint: `Valid names are: ${listNames(valid)}.`,
    location,
  });
  return false;
}

/** Clients by class; that of `File` is replaced by the store. */
export function readClients(
  entry: YamlEntry | undefined,
  context: SpecContext,
): ReadonlyMap<string, YamlEntry> {
  const clients = new Map<string, YamlEntry>();
  if (entry?.value.kind !== 'mapping') return clients;
  const { file, problems } = context;
  for (const one of entry.value.entries) {
    const name = keyName(one.key);
    const location = file.locate(one.keyRange);
    if (name === 'File') {
      if (isEmpty(one.value)) continue;
      problems.warning({
        code: 'replaced-client',
        message:
          'The client of "File" is not used: products are shared through the store of the plugin.',
        hint: 'Remove it, and configure "store" in nx.json if products are to be shared.',
        location,
      });
    } else if (checkClientClass(name, { problems, location })) {
      if (isDottedPath(one.value)) clients.set(name, one);
      else if (!isEmpty(one.value)) reportDottedPath(name, one.value, context);
    }
  }
  return clients;
}

function checkClientClass(
  name: string,
  place: Pick<SpecContext, 'problems'> & Pick<Located<unknown>, 'location'>,
): boolean {
  const classes = [
    ...Object.keys(classKeys),
    ...Object.keys(refusedClasses),
    ...productClasses,
    ...refusedProductClasses,
  ];
  if (classes.includes(name)) return true;
  const suggestion = nearest(name, classes);
  place.problems.error({
    code: 'unknown-class',
    message: `"${name}" is not a valid Task or Product class name.${suggestion === undefined ? '' : ` Did you mean '${suggestion}'?`}`,
    hint: 'Below "clients", write the class of tasks or products that the client is for.',
    location: place.location,
  });
  return false;
}

function isDottedPath(node: YamlNode): boolean {
  return node.kind === 'mapping' || textIn(node) !== undefined;
}

function reportDottedPath(
  name: string,
  node: YamlNode,
  { file, problems }: SpecContext,
): void {
  problems.error({
    code: 'wrong-type',
    message: `"${name}" must be text or a mapping, but it is ${describe(node)}.`,
    hint: 'Write the function that makes the client, for example "clients.get_client".',
    location: file.locate(node.range),
  });
}

const knownExecutors = [
  'ploomber.executors.Serial',
  'ploomber.executors.Parallel',
];

/** Reports an executor that means nothing here. */
export function checkExecutor(
  entry: YamlEntry | undefined,
  { file, problems }: SpecContext,
): void {
  if (entry === undefined) return;
  const { value } = entry;
  const dotted =
    value.kind === 'mapping'
      ? value.entries.find(({ key }) => keyName(key) === 'dotted_path')?.value
      : undefined;
  const name = textIn(dotted ?? value);
  if (value.kind === 'mapping') {
    if (name !== undefined && knownExecutors.includes(name)) return;
  } else if (name === 'serial' || name === 'parallel') return;
  const isCustom = name?.includes('.') === true;
  problems.error({
    code: isCustom ? 'not-supported' : 'unknown-executor',
    message: isCustom
      ? `The executor "${name}" is not supported.`
      : `"executor" must be "serial", "parallel", or a dotted path, but it is ${name === undefined ? describe(value) : `"${name}"`}.`,
    hint: 'Remove it: the plugin decides how many kernels run.',
    location: file.locate((dotted ?? value).range),
  });
}

/** Checks `config`, which has no effect. */
export function checkConfig(root: YamlNode, context: SpecContext): void {
  if (root.kind !== 'mapping') return;
  const entry = root.entries.find(({ key }) => keyName(key) === 'config');
  if (entry?.value.kind === 'mapping') {
    checkKeys(entry.value, { table: configKeys, name: '"config"' }, context);
  }
}
