/**
 * Compares a mapping with its {@link KeyTable}: unknown keys, keys that are not supported yet, values of another type.
 * What is left can be read without asking again.
 */
import type { Problems } from '../problems.js';
import { didYouMean, listNames } from '../suggest.js';
import type { TextFile } from '../text-file.js';
import { keyName } from '../yaml/merge-entries.js';
import {
  describe,
  type YamlEntry,
  type YamlMapping,
  type YamlNode,
} from '../yaml/yaml-node.js';
import {
  supportedKeys,
  type KeyRule,
  type KeyTable,
  type ValueType,
} from './keys.js';

/** A file being read, and where its problems go. */
export interface SpecContext {
  readonly file: TextFile;
  readonly problems: Problems;
}

/** The entries by name that are supported and of the right type; empty optional ones are left out. */
export type CheckedEntries = ReadonlyMap<string, YamlEntry>;

/** The usable entries of a mapping; `place` names it in messages ("a task"). */
export function checkKeys(
  mapping: YamlMapping,
  table: KeyTable,
  place: string,
  context: SpecContext,
): CheckedEntries {
  const checked = new Map<string, YamlEntry>();
  for (const entry of mapping.entries) {
    const name = keyName(entry.key);
    const rule = Object.hasOwn(table, name) ? table[name] : undefined;
    if (rule === undefined) {
      reportUnknown(name, entry, { table, place, ...context });
    } else if (rule.support === 'not-yet') {
      reportNotYet(name, entry, rule, context);
    } else if (!rule.types.some((type) => fits(entry.value, type))) {
      reportType(name, entry, rule, context);
    } else if (!rule.types.includes('empty') || !isEmpty(entry.value)) {
      checked.set(name, entry);
    }
  }
  return checked;
}

function reportUnknown(
  name: string,
  { keyRange }: YamlEntry,
  {
    table,
    place,
    file,
    problems,
  }: SpecContext & { readonly table: KeyTable; readonly place: string },
): void {
  const valid = supportedKeys(table);
  problems.error({
    code: 'unknown-key',
    message: `The following keys aren't valid: '${name}'. Valid keys are: ${listNames(valid)}.`,
    hint: didYouMean(
      name,
      Object.keys(table),
      `Remove it: ${place} has no such key.`,
    ),
    location: file.locate(keyRange),
  });
}

function reportNotYet(
  name: string,
  { keyRange }: YamlEntry,
  rule: KeyRule,
  { file, problems }: SpecContext,
): void {
  problems.error({
    code: 'not-supported-yet',
    message: `"${name}" is not supported yet.`,
    hint: rule.instead ?? 'Remove it.',
    location: file.locate(keyRange),
  });
}

function reportType(
  name: string,
  entry: YamlEntry,
  rule: KeyRule,
  { file, problems }: SpecContext,
): void {
  const wanted = rule.types
    .filter((type) => type !== 'empty')
    .map((type) => typeNames[type]);
  problems.error({
    code: 'wrong-type',
    message: `"${name}" must be ${wanted.join(' or ')}, but it is ${describe(entry.value)}.`,
    hint: typeHints[rule.types[0] ?? 'any'] ?? 'Correct the value.',
    location: file.locate(entry.value.range),
  });
}

const typeNames: Readonly<Record<ValueType, string>> = {
  text: 'text',
  name: 'text',
  boolean: 'true or false',
  seconds: 'a number of seconds above 0',
  list: 'a list',
  mapping: 'a mapping',
  empty: 'empty',
  any: 'a value',
};

const asText =
  'Write text; what looks like a number or a flag is read as one, also in quotes.';

const typeHints: Partial<Record<ValueType, string>> = {
  text: asText,
  name: asText,
  boolean: 'Write true or false.',
  seconds: 'Write for example 60 or 0.5.',
  list: 'Write one dash and one value a line.',
  mapping: 'Write one "key: value" a line.',
};

function fits(node: YamlNode, type: ValueType): boolean {
  if (type === 'any') return true;
  if (node.kind === 'sequence') return type === 'list';
  if (node.kind === 'mapping') return type === 'mapping';
  const { value } = node;
  switch (type) {
    case 'text':
      return value.kind === 'str';
    case 'name':
      return ['str', 'int', 'float'].includes(value.kind);
    case 'boolean':
      return value.kind === 'bool';
    case 'seconds':
      return (
        (value.kind === 'int' || value.kind === 'float') &&
        Number(value.value) > 0 &&
        Number.isFinite(Number(value.value))
      );
    case 'empty':
      return value.kind === 'none';
    case 'list':
    case 'mapping':
      return false;
  }
}

/** Whether nothing is there: `~`, `null`, `none` or no value at all. */
export function isEmpty(node: YamlNode): boolean {
  return node.kind === 'scalar' && node.value.kind === 'none';
}
