/**
 * Reads one task of a pipeline.yaml. Every key is checked even if another one is wrong.
 */
import { dirname } from 'node:path';
import { pythonRepr } from '@nx-notebook/python';
import {
  describe,
  textIn,
  type YamlEntry,
  type YamlMapping,
  type YamlNode,
} from '../yaml/yaml-node.js';
import { nearest } from '../suggest.js';
import { keyName } from '../yaml/merge-entries.js';
import {
  checkKeys,
  type CheckedEntries,
  type SpecContext,
} from './check-keys.js';
import { checkTaskClass } from './task-class.js';
import { taskKeys } from './keys.js';
import type {
  Located,
  MetaSpec,
  ParamSpec,
  TaskSpec,
} from './pipeline-spec.js';

/** The task, or undefined after reporting why it can't be known what it is. */
export function readTask(
  node: YamlNode,
  meta: MetaSpec,
  context: SpecContext,
): TaskSpec | undefined {
  const { file, problems } = context;
  const bare = textIn(node);
  if (bare !== undefined) return readBareTask(bare, node, meta, context);
  if (node.kind !== 'mapping') {
    problems.error({
      code: 'wrong-type',
      message: `A task must be a mapping, but it is ${describe(node)}.`,
      hint: 'Write "source:" and "product:" below the dash.',
      location: file.locate(node.range),
    });
    return undefined;
  }
  const entries = checkKeys(node, taskKeys, 'a task', context);
  if (!checkTaskClass(entries.get('class'), context)) return undefined;
  const product = readProductKey(node, entries, meta, context);
  const upstream = readUpstreamKey(node, entries, meta, context);
  const params = readParams(entries.get('params'), context);
  const source = textOf(entries.get('source'), context);
  if (source === undefined) {
    if (!hasKey(node, 'source')) reportMissing('source', node, context);
    return undefined;
  }
  const kernelName = textOf(entries.get('kernelspec_name'), context)?.value;
  const taskTimeoutMs = millisecondsOf(entries.get('timeout'));
  const cellTimeoutMs = millisecondsOf(entries.get('cell_timeout'));
  return {
    ...unread(context),
    location: file.locate(node.range),
    name: nameOf(entries.get('name'), context) ?? defaultName(source),
    source,
    params,
    ...(product === undefined ? {} : { product }),
    ...(upstream === undefined ? {} : { upstream }),
    ...(kernelName === undefined ? {} : { kernelName }),
    ...(taskTimeoutMs === undefined ? {} : { taskTimeoutMs }),
    ...(cellTimeoutMs === undefined ? {} : { cellTimeoutMs }),
  };
}

/** `- script.py`: all that can be said of it is in the source. */
function readBareTask(
  text: string,
  node: YamlNode,
  meta: MetaSpec,
  context: SpecContext,
): TaskSpec | undefined {
  if (!meta.extractProduct) {
    reportMissing('product', node, context);
    return undefined;
  }
  const location = context.file.locate(node.range);
  const source = { value: text, location };
  return {
    ...unread(context),
    location,
    name: defaultName(source),
    source,
    params: [],
    ...(meta.extractUpstream ? {} : { upstream: [] }),
  };
}

/** What is not read yet. */
function unread({
  file,
}: SpecContext): Pick<
  TaskSpec,
  'file' | 'sourceFolder' | 'className' | 'hooks' | 'options'
> {
  return {
    file,
    sourceFolder: dirname(file.path),
    className: 'NotebookRunner',
    hooks: {},
    options: new Map(),
  };
}

function readProductKey(
  node: YamlMapping,
  entries: CheckedEntries,
  meta: MetaSpec,
  context: SpecContext,
): TaskSpec['product'] {
  const entry = entries.get('product');
  if (meta.extractProduct) {
    if (entry !== undefined) refuseExtracted('product', entry, context);
    return undefined;
  }
  if (entry === undefined) {
    if (!hasKey(node, 'product')) reportMissing('product', node, context);
    return undefined;
  }
  return entry.value;
}

function readUpstreamKey(
  node: YamlMapping,
  entries: CheckedEntries,
  meta: MetaSpec,
  context: SpecContext,
): TaskSpec['upstream'] {
  if (meta.extractUpstream) {
    const entry = node.entries.find(({ key }) => keyName(key) === 'upstream');
    if (entry !== undefined) refuseExtracted('upstream', entry, context);
    return undefined;
  }
  const value = entries.get('upstream')?.value;
  if (value === undefined) return [];
  const items = value.kind === 'sequence' ? value.items : [value];
  const names: Located<string>[] = [];
  for (const item of items) {
    const name = nameText(item);
    const location = context.file.locate(item.range);
    if (name === undefined) {
      context.problems.error({
        code: 'wrong-type',
        message: `"upstream" must be names of tasks, but this is ${describe(item)}.`,
        hint: 'Write one name, or a list of names.',
        location,
      });
    } else names.push({ value: name, location });
  }
  return names;
}

function refuseExtracted(
  key: 'upstream' | 'product',
  entry: YamlEntry,
  { file, problems }: SpecContext,
): void {
  problems.error({
    code: `${key}-in-yaml`,
    message: `If "meta.extract_${key}" is true, tasks should not have ${articled(key)} key.`,
    hint: `Remove it and assign "${key}" in the parameters cell of the source, or set "extract_${key}: false" below "meta".`,
    location: file.locate(entry.keyRange),
  });
}

function articled(key: 'upstream' | 'product'): string {
  return key === 'upstream' ? 'an "upstream"' : 'a "product"';
}

function reportMissing(
  key: 'source' | 'product',
  node: YamlNode,
  { file, problems }: SpecContext,
): void {
  const hint =
    key === 'source'
      ? 'Add "source:" with the path of a notebook or script.'
      : 'Add "product:" with the path of the executed notebook, for example "product: output/notebook.ipynb".';
  problems.error({
    code: 'missing-key',
    message: `Missing keys: '${key}' in this task.`,
    hint,
    location: file.locate(node.range),
  });
}

function readParams(
  entry: YamlEntry | undefined,
  { file, problems }: SpecContext,
): readonly ParamSpec[] {
  if (entry?.value.kind !== 'mapping') return [];
  const params: ParamSpec[] = [];
  for (const { key, keyRange, value } of entry.value.entries) {
    const location = file.locate(keyRange);
    const name = keyName(key);
    if (key.kind !== 'str') {
      problems.error({
        code: 'invalid-param-name',
        message: `"${name}" can not be the name of a param: names of variables are text.`,
        hint: 'Rename it.',
        location,
      });
    } else if (name === 'upstream' || name === 'product') {
      problems.error({
        code: 'reserved-param',
        message: `A task's params cannot be initialized with ${articled(name)} key.`,
        hint: `Rename the param; "${name}" is injected anyway.`,
        location,
      });
    } else params.push({ name, location, value });
  }
  return params;
}

/** Whether the key is there, or a typo of it that was reported. */
function hasKey(node: YamlMapping, name: string): boolean {
  const known = Object.keys(taskKeys);
  return node.entries.some(({ key }) => {
    const written = keyName(key);
    return (
      written === name ||
      (!known.includes(written) && nearest(written, known) === name)
    );
  });
}

function textOf(
  entry: YamlEntry | undefined,
  { file }: SpecContext,
): Located<string> | undefined {
  const value = entry === undefined ? undefined : textIn(entry.value);
  return entry === undefined || value === undefined
    ? undefined
    : { value, location: file.locate(entry.value.range) };
}

function nameOf(
  entry: YamlEntry | undefined,
  { file }: SpecContext,
): Located<string> | undefined {
  const name = entry === undefined ? undefined : nameText(entry.value);
  return entry === undefined || name === undefined
    ? undefined
    : { value: name, location: file.locate(entry.value.range) };
}

/** The name that a task has or would have, also when it is refused: other tasks may well ask for it. */
export function declaredName(node: YamlNode): string | undefined {
  const valueOf = (name: string): YamlNode | undefined =>
    node.kind === 'mapping'
      ? node.entries.find(({ key }) => keyName(key) === name)?.value
      : undefined;
  const name = valueOf('name');
  const named = name === undefined ? undefined : nameText(name);
  if (named !== undefined) return named;
  const source = textIn(valueOf('source') ?? node);
  return source === undefined ? undefined : stemOf(source);
}

/** The name of a task. Names are cast like any text: `'5'` is the number 5, and its name is "5". */
function nameText(node: YamlNode): string | undefined {
  if (node.kind !== 'scalar') return undefined;
  const { value } = node;
  if (value.kind === 'str') return value.value;
  return value.kind === 'int' || value.kind === 'float'
    ? pythonRepr(value)
    : undefined;
}

function defaultName(source: Located<string>): Located<string> {
  return { ...source, value: stemOf(source.value) };
}

function stemOf(path: string): string {
  return path.replace(/^.*[/\\]/s, '').replace(/(?<=.)\.[^.]*$/s, '');
}

function millisecondsOf(entry: YamlEntry | undefined): number | undefined {
  if (entry?.value.kind !== 'scalar') return undefined;
  const { value } = entry.value;
  return value.kind === 'int' || value.kind === 'float'
    ? Math.max(1, Math.round(Number(value.value) * 1000))
    : undefined;
}
