/**
 * Compares a mapping with its {@link KeyTable}: unknown keys, keys that are refused, values of another type. What is left
 * can be read without asking again.
 */
import type { Problems } from '../problems.js';
import { nearest } from '../suggest.js';
import type { TextFile } from '../text-file.js';
import { keyName } from '../yaml/merge-entries.js';
import {
  describe,
  type YamlEntry,
  type YamlMapping,
  type YamlNode,
} from '../yaml/yaml-node.js';
import {
  validKeys,
  type KeyRule,
  type KeyTable,
  type ValueType,
} from './key-rule.js';

/** A file being read, and where its problems go. */
export interface SpecContext {
  readonly file: TextFile;
  readonly problems: Problems;
}

/** The entries by name that count and are of the right type; empty optional ones are left out. */
export type CheckedEntries = ReadonlyMap<string, YamlEntry>;

/** Where a mapping stands. */
export interface KeyPlace {
  readonly table: KeyTable;
  /** As in "a task has no such key". */
  readonly name: string;
  /** Says of an unknown key where it belongs, if that is known. */
  readonly belongs?: (key: string) => string | undefined;
}

/** The usable entries of a mapping. */
export function checkKeys(
  mapping: YamlMapping,
  place: KeyPlace,
  context: SpecContext,
): CheckedEntries {
  const checked = new Map<string, YamlEntry>();
  for (const entry of mapping.entries) {
    const name = keyName(entry.key);
    const rule = Object.hasOwn(place.table, name)
      ? place.table[name]
      : undefined;
    if (rule === undefined) {
      reportUnknown(name, entry, { ...place, ...context });
    } else if (rule.support === 'refused') {
      if (!isEmpty(entry.value) || name === 'location')
        reportRefused(name, entry, rule, context);
    } else if (!rule.types.some((type) => fits(entry.value, type))) {
      reportType(name, entry, rule, context);
    } else if (rule.support === 'ignored') {
      warnIgnored(name, entry, rule, context);
    } else if (!rule.types.includes('empty') || !isEmpty(entry.value)) {
      checked.set(name, entry);
    }
  }
  return checked;
}

function reportUnknown(
  name: string,
  { keyRange }: YamlEntry,
  { table, name: place, belongs, file, problems }: KeyPlace & SpecContext,
): void {
  const valid = validKeys(table).map((key) => `"${key}"`);
  const suggestion = nearest(name, Object.keys(table));
  problems.error({
    code: 'unknown-key',
    message: `The following keys aren't valid: '${name}'. Valid keys are: ${valid.join(', ')}.`,
    hint:
      belongs?.(name) ??
      (suggestion === undefined
        ? `Remove it: ${place} has no such key.`
        : `Did you mean "${suggestion}"?`),
    location: file.locate(keyRange),
  });
}

function reportRefused(
  name: string,
  { keyRange }: YamlEntry,
  rule: KeyRule,
  { file, problems }: SpecContext,
): void {
  problems.error({
    code: 'not-supported',
    message: `"${name}" is not supported (${rule.meaning}).`,
    hint: rule.instead ?? 'Remove it.',
    location: file.locate(keyRange),
  });
}

function warnIgnored(
  name: string,
  { keyRange, value }: YamlEntry,
  { meaning, instead }: KeyRule,
  { file, problems }: SpecContext,
): void {
  if (instead === undefined || isEmpty(value)) return;
  problems.warning({
    code: 'ignored-key',
    message: `"${name}" has no effect here (${meaning.replace(/: .*/, '')}).`,
    hint: instead,
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
    message: `"${name}" must be ${[...new Set(wanted)].join(' or ')}, but it is ${describe(entry.value)}.`,
    hint: typeHints[rule.types[0] ?? 'any'] ?? 'Correct the value.',
    location: file.locate(entry.value.range),
  });
}

const typeNames: Readonly<Record<ValueType, string>> = {
  text: 'text',
  name: 'text',
  boolean: 'true or false',
  count: 'a whole number above 0',
  seconds: 'a number of seconds above 0',
  list: 'a list',
  mapping: 'a mapping',
  empty: 'empty',
  null: 'null',
  any: 'a value',
};

const asText =
  'Write text; what looks like a number or a flag is read as one, also in quotes.';

const typeHints: Partial<Record<ValueType, string>> = {
  text: asText,
  name: asText,
  boolean: 'Write true or false.',
  count: 'Write for example 10000.',
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
    case 'count':
      return value.kind === 'int' && value.value > 0n;
    case 'seconds':
      return (
        (value.kind === 'int' || value.kind === 'float') &&
        Number(value.value) > 0 &&
        Number.isFinite(Number(value.value))
      );
    case 'empty':
    case 'null':
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
