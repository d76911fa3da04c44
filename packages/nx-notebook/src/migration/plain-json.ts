/**
 * Params as Ploomber's metadata files hold them: Python's JSON. Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import type { PyValue } from '@nx-notebook/python';

/** The value as JSON.parse would read what Python's json.dumps wrote; undefined where that refuses it. */
export function plainJson(value: PyValue): unknown {
  switch (value.kind) {
    case 'none':
      return null;
    case 'bool':
    case 'str':
      return value.value;
    case 'int':
    case 'float':
      return Number(value.value);
    case 'list':
    case 'tuple':
      return value.items.map(plainJson);
    case 'dict':
      return Object.fromEntries(
        value.entries.map(([key, item]) => [
          String(plainJson(key)),
          plainJson(item),
        ]),
      );
    case 'set':
    case 'other':
      return undefined;
  }
}

/** Whether two JSON values are equal; the order of keys does not count, as in Python. */
export function isSameJson(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(one, other);
}
