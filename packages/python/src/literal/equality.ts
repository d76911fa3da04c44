/**
 * When two values are the same key of a mapping or member of a set, by Python's rules: `1 == 1.0 == True`.
 */
import type { PyValue } from '../value.js';

/**
 * A text that is equal for values that Python takes as the same key, or undefined for values that can't be keys
 * (lists, sets, mappings).
 */
export function keyOf(value: PyValue): string | undefined {
  switch (value.kind) {
    case 'none':
      return 'None';
    case 'bool':
      return value.value ? 'n1' : 'n0';
    case 'int':
      return `n${value.value}`;
    case 'float':
      return Number.isInteger(value.value)
        ? `n${BigInt(value.value)}`
        : `f${value.value}`;
    case 'str':
      return `s${JSON.stringify(value.value)}`;
    case 'other':
      return `o${value.type} ${value.text}`;
    case 'tuple':
      return keyOfTuple(value.items);
    case 'list':
    case 'set':
    case 'dict':
      return undefined;
  }
}

/** The items without repetitions; the first of equal ones stays. Undefined when one of them can't be a member. */
export function distinct(
  items: readonly PyValue[],
): readonly PyValue[] | undefined {
  const byKey = new Map<string, PyValue>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) return undefined;
    if (!byKey.has(key)) byKey.set(key, item);
  }
  return [...byKey.values()];
}

/** The entries as Python keeps them: the first key and its place, the last value. Undefined when a key can't be one. */
export function distinctEntries(
  entries: readonly (readonly [PyValue, PyValue])[],
): readonly (readonly [PyValue, PyValue])[] | undefined {
  const byKey = new Map<string, readonly [PyValue, PyValue]>();
  for (const [name, value] of entries) {
    const key = keyOf(name);
    if (key === undefined) return undefined;
    byKey.set(key, [byKey.get(key)?.[0] ?? name, value]);
  }
  return [...byKey.values()];
}

function keyOfTuple(items: readonly PyValue[]): string | undefined {
  const keys = items.map(keyOf);
  return keys.includes(undefined) ? undefined : `(${keys.join(',')})`;
}
