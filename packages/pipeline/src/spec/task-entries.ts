/**
 * Reads single entries of a task: what each says, and whether it may stand there.
 */
import { nearest } from '../suggest.js';
import { keyName } from '../yaml/merge-entries.js';
import {
  describe,
  textIn,
  type YamlEntry,
  type YamlMapping,
  type YamlNode,
} from '../yaml/yaml-node.js';
import {
  isEmpty,
  type CheckedEntries,
  type SpecContext,
} from './check-keys.js';
import type {
  Located,
  MetaSpec,
  ParamSpec,
  TaskSpec,
} from './pipeline-spec.js';
import { readProductClass } from './read-meta.js';
import { extensionOf } from './task-class.js';
import { taskKeys } from './task-keys.js';
import { nameText } from './task-name.js';

/** `product`, or undefined if it is read from the source, or missing. */
export function readProductKey(
  node: YamlMapping,
  entries: CheckedEntries,
  context: SpecContext & { readonly meta: MetaSpec },
): TaskSpec['product'] {
  const { meta } = context;
  const entry = entries.get('product');
  if (meta.extractProduct) {
    if (entry !== undefined && !saysNothing(entry.value))
      refuseExtracted('product', entry, context);
    return undefined;
  }
  if (entry === undefined) {
    if (!hasKey(node, 'product')) reportMissing('product', node, context);
    return undefined;
  }
  return entry.value;
}

/** `upstream`, or undefined if it is read from the source. */
export function readUpstreamKey(
  node: YamlMapping,
  entries: CheckedEntries,
  context: SpecContext & { readonly meta: MetaSpec },
): TaskSpec['upstream'] {
  const { meta } = context;
  if (meta.extractUpstream) {
    const entry = node.entries.find(({ key }) => keyName(key) === 'upstream');
    if (entry !== undefined && !saysNothing(entry.value))
      refuseExtracted('upstream', entry, context);
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

/** Reports a key that every task must have. */
export function reportMissing(
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

/** The params, names checked as far as they are the same in all languages. */
export function readParams(
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
export function hasKey(node: YamlMapping, name: string): boolean {
  const known = Object.keys(taskKeys);
  return node.entries.some(({ key }) => {
    const written = keyName(key);
    return (
      written === name ||
      (!known.includes(written) && nearest(written, known) === name)
    );
  });
}

/** The text of an entry. */
export function textOf(
  entry: YamlEntry | undefined,
  { file }: SpecContext,
): Located<string> | undefined {
  const value = entry === undefined ? undefined : textIn(entry.value);
  return entry === undefined || value === undefined
    ? undefined
    : { value, location: file.locate(entry.value.range) };
}

/** The name in an entry. */
export function nameOf(
  entry: YamlEntry | undefined,
  { file }: SpecContext,
): Located<string> | undefined {
  const name = entry === undefined ? undefined : nameText(entry.value);
  return entry === undefined || name === undefined
    ? undefined
    : { value: name, location: file.locate(entry.value.range) };
}

/** A time in an entry. */
export function millisecondsOf(
  entry: YamlEntry | undefined,
): number | undefined {
  if (entry?.value.kind !== 'scalar') return undefined;
  const { value } = entry.value;
  return value.kind === 'int' || value.kind === 'float'
    ? Math.max(1, Math.round(Number(value.value) * 1000))
    : undefined;
}

/** The class of the product, or undefined if the task has none of its own. */
export function productClassOf(
  entry: YamlEntry | undefined,
  context: SpecContext,
): Located<string> | undefined {
  if (entry === undefined) return undefined;
  const value = readProductClass(entry.value, context);
  const location = context.file.locate(entry.value.range);
  return value === undefined ? undefined : { value, location };
}

/** An empty value opts out. */
export function serializerOf(
  key: 'serializer' | 'unserializer',
  node: YamlMapping,
  entries: CheckedEntries,
): Partial<Pick<TaskSpec, 'serializer' | 'unserializer'>> {
  const value = entries.get(key)?.value;
  if (value !== undefined) return { [key]: value };
  const written = node.entries.find((entry) => keyName(entry.key) === key);
  return written !== undefined && isEmpty(written.value)
    ? { [key]: 'none' }
    : {};
}

/** `ext_in` is of use only to sources without an extension, which are not found anyway. */
export function checkExtension(
  entry: YamlEntry | undefined,
  source: Located<string>,
  { file, problems }: SpecContext,
): void {
  const written = entry === undefined ? undefined : textIn(entry.value);
  if (entry === undefined || written === undefined) return;
  const extension = extensionOf(source.value);
  if (`.${written.replace(/^\./, '')}` === extension) return;
  problems.error({
    code: 'not-supported',
    message: `"ext_in" is "${written}", but the source is "${source.value}".`,
    hint: 'Rename the source so that it has this extension, and remove "ext_in".',
    location: file.locate(entry.value.range),
  });
}

/** Tasks of a grid are named after it. */
export function checkGridName(
  entries: CheckedEntries,
  source: Located<string>,
  { file, problems }: SpecContext,
): void {
  const grid = entries.get('grid');
  if (grid === undefined || entries.has('name')) return;
  problems.error({
    code: 'grid-without-name',
    message: `Error initializing task with source '${source.value}': tasks with 'grid' must have a 'name'.`,
    hint: 'Add for example "name: fit-" (numbered: fit-0, fit-1, ...) or "name: fit-[[n]]".',
    location: file.locate(grid.keyRange),
  });
}

/** Nothing, or an empty list. */
function saysNothing(node: YamlNode): boolean {
  return isEmpty(node) || (node.kind === 'sequence' && node.items.length === 0);
}
