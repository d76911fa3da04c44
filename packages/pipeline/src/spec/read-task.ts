/**
 * Reads one task of a pipeline.yaml. Every key is checked even if another one is wrong.
 */
import { resolve } from 'node:path';
import type { WorkspaceFiles } from '../workspace-files.js';
import { keyName } from '../yaml/merge-entries.js';
import {
  describe,
  lateIn,
  textIn,
  type YamlEntry,
  type YamlMapping,
  type YamlNode,
} from '../yaml/yaml-node.js';
import {
  checkKeys,
  type CheckedEntries,
  type SpecContext,
} from './check-keys.js';
import type { KeyTable } from './key-rule.js';
import type {
  HookSpecs,
  Located,
  MetaSpec,
  TaskClass,
  TaskSpec,
} from './pipeline-spec.js';
import { extensionOf, sourceExtensions, taskClassOf } from './task-class.js';
import {
  checkExtension,
  checkGridName,
  hasKey,
  millisecondsOf,
  nameOf,
  productClassOf,
  readParams,
  readProductKey,
  readUpstreamKey,
  reportMissing,
  serializerOf,
  textOf,
} from './task-entries.js';
import { classKeys, taskKeys } from './task-keys.js';
import { defaultName } from './task-name.js';

/** What reading a task needs. */
export interface TaskContext extends SpecContext {
  readonly root: string;
  readonly files: WorkspaceFiles;
  readonly meta: MetaSpec;
  /** Folder of the imported file; absent for tasks of pipeline.yaml. */
  readonly importFolder?: string;
}

/** The task, or undefined after reporting why it can't be known what it is. */
export function readTask(
  node: YamlNode,
  context: TaskContext,
): TaskSpec | undefined {
  const { file, problems } = context;
  const bare = textIn(node);
  if (bare !== undefined) return readBareTask(bare, node, context);
  if (node.kind !== 'mapping') {
    problems.error({
      code: 'wrong-type',
      message: `A task must be a mapping, but it is ${describe(node)}.`,
      hint: 'Write "source:" and "product:" below the dash.',
      location: file.locate(node.range),
    });
    return undefined;
  }
  const className = classIn(node, context);
  const entries = checkKeys(
    node,
    {
      table: className === undefined ? allKeys : keysOf(className),
      name: className === undefined ? 'a task' : `a task of ${className}`,
      ...(className === undefined ? {} : { belongs: ownersOf }),
    },
    context,
  );
  const product = readProductKey(node, entries, context);
  const upstream = readUpstreamKey(node, entries, context);
  const params = readParams(entries.get('params'), context);
  const source = textOf(entries.get('source'), context);
  if (source === undefined && !hasKey(node, 'source'))
    reportMissing('source', node, context);
  if (source === undefined || className === undefined) return undefined;
  checkExtension(entries.get('ext_in'), source, context);
  checkGridName(entries, source, context);
  return {
    ...placeOf(source, context),
    ...optionalKeys(node, entries, { ...context, className }),
    location: file.locate(node.range),
    name: nameOf(entries.get('name'), context) ?? defaultName(source),
    source,
    className,
    params,
    late: lateIn(node),
    ...(product === undefined ? {} : { product }),
    ...(upstream === undefined ? {} : { upstream }),
  };
}

/** `- script.py`: all that can be said of it is in the source. */
function readBareTask(
  text: string,
  node: YamlNode,
  context: TaskContext,
): TaskSpec | undefined {
  const { file, problems, files, meta } = context;
  if (!meta.extractProduct) {
    reportMissing('product', node, context);
    return undefined;
  }
  const location = file.locate(node.range);
  const source = { value: text, location };
  const place = placeOf(source, context);
  const answer = taskClassOf({
    declared: undefined,
    source: text,
    product: undefined,
    isFile: () => files.check(resolve(place.sourceFolder, text)) === undefined,
  });
  if (typeof answer === 'object') {
    problems.error({ ...answer.problem, location });
    return undefined;
  }
  return {
    ...place,
    location,
    name: defaultName(source),
    source,
    className: answer,
    params: [],
    hooks: {},
    options: new Map(),
    late: lateIn(node),
    ...(meta.extractUpstream ? {} : { upstream: [] }),
  };
}

/** The file that a task stands in, and the folder that its source is relative to. */
function placeOf(
  source: Located<string>,
  { file, root, meta, importFolder }: TaskContext,
): Pick<TaskSpec, 'file' | 'sourceFolder'> {
  const isFile = sourceExtensions.some(
    (known) => known === extensionOf(source.value),
  );
  const sourceFolder =
    (isFile ? importFolder : undefined) ?? meta.loaderFolder ?? root;
  return { file, sourceFolder };
}

function classIn(
  node: YamlMapping,
  context: TaskContext,
): TaskClass | undefined {
  const { file, files, problems } = context;
  const entryOf = (name: string): YamlEntry | undefined =>
    node.entries.find(({ key }) => keyName(key) === name);
  const declared = entryOf('class');
  const source = entryOf('source');
  const product = entryOf('product');
  const text = source && textIn(source.value);
  const written = declared && textIn(declared.value);
  if (text === undefined && written === undefined) return undefined;
  const path = text ?? '';
  const isFile = (): boolean => {
    const location = file.locate(node.range);
    const { sourceFolder } = placeOf({ value: path, location }, context);
    const absolutePath = resolve(sourceFolder, path);
    return !path.includes('\0') && files.check(absolutePath) === undefined;
  };
  const answer = taskClassOf({
    declared: written,
    source: path,
    product: product?.value,
    isFile,
  });
  if (typeof answer === 'string') return answer;
  const { at, problem } = answer;
  const entry = { class: declared, source, product }[at];
  problems.error({
    ...problem,
    location: file.locate(entry?.value.range ?? node.range),
  });
  return undefined;
}

function keysOf(className: TaskClass): KeyTable {
  return tables[className];
}

const tables = Object.fromEntries(
  Object.entries(classKeys).map(([name, own]) => [
    name,
    { ...taskKeys, ...own },
  ]),
) as Readonly<Record<TaskClass, KeyTable>>;

const allKeys: KeyTable = Object.assign(
  {},
  taskKeys,
  ...Object.values(classKeys),
) as KeyTable;

function ownersOf(key: string): string | undefined {
  const owners = Object.entries(classKeys)
    .filter(([, table]) => Object.hasOwn(table, key))
    .map(([name]) => name);
  return owners.length === 0
    ? undefined
    : `Remove it: only tasks of ${owners.join(', ')} have it.`;
}

/** What most tasks have nothing of. */
function optionalKeys(
  node: YamlMapping,
  entries: CheckedEntries,
  { className, ...context }: TaskContext & Pick<TaskSpec, 'className'>,
): Pick<TaskSpec, 'hooks' | 'options'> & Partial<TaskSpec> {
  const value = (name: string): YamlNode | undefined =>
    entries.get(name)?.value;
  const own = classKeys[className];
  const options = [...entries].filter(([name]) => Object.hasOwn(own, name));
  const productClass = productClassOf(entries.get('product_class'), context);
  const [grid, client, productClient] = [
    value('grid'),
    value('client'),
    value('product_client'),
  ];
  const kernelName = textOf(entries.get('kernelspec_name'), context)?.value;
  const taskTimeoutMs = millisecondsOf(entries.get('timeout'));
  const cellTimeoutMs = millisecondsOf(entries.get('cell_timeout'));
  return {
    hooks: hooksOf(value),
    options: new Map(options),
    ...(productClass === undefined ? {} : { productClass }),
    ...(grid === undefined ? {} : { grid }),
    ...(client === undefined ? {} : { client }),
    ...(productClient === undefined ? {} : { productClient }),
    ...serializerOf('serializer', node, entries),
    ...serializerOf('unserializer', node, entries),
    ...(kernelName === undefined ? {} : { kernelName }),
    ...(taskTimeoutMs === undefined ? {} : { taskTimeoutMs }),
    ...(cellTimeoutMs === undefined ? {} : { cellTimeoutMs }),
  };
}

/** The hooks of a task or pipeline. */
export function hooksOf(
  value: (name: string) => YamlNode | undefined,
): HookSpecs {
  const [onRender, onFinish, onFailure] = [
    value('on_render'),
    value('on_finish'),
    value('on_failure'),
  ];
  return {
    ...(onRender === undefined ? {} : { onRender }),
    ...(onFinish === undefined ? {} : { onFinish }),
    ...(onFailure === undefined ? {} : { onFailure }),
  };
}
