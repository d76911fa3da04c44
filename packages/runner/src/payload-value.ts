/**
 * Python values as JSON for the driver, and back: strings, booleans, None and lists as they are, everything that JSON
 * has no form for as an object with one key (`{"int": "12345678901234567890"}`). `nx_notebook_tasks/values.py` is the
 * other side. Pure.
 */
import type { JsonObject, JsonValue } from '@nx-notebook/notebook';
import type { Param } from '@nx-notebook/pipeline';
import { floatRepr, type PyValue } from '@nx-notebook/python';

/** A value for the driver. */
export function encodeValue(value: PyValue): JsonValue {
  switch (value.kind) {
    case 'none':
      return null;
    case 'bool':
    case 'str':
      return value.value;
    case 'int':
      return { int: String(value.value) };
    case 'float':
      return { float: floatRepr(value.value) };
    case 'list':
      return value.items.map(encodeValue);
    case 'tuple':
      return { tuple: value.items.map(encodeValue) };
    case 'set':
      return { set: value.items.map(encodeValue) };
    case 'dict':
      return {
        dict: value.entries.map(([key, item]) => [
          encodeValue(key),
          encodeValue(item),
        ]),
      };
    case 'other':
      return { other: [value.type, value.text] };
  }
}

/** Params for the driver: pairs, as their order counts. */
export function encodeParams(params: readonly Param[]): JsonValue {
  return params.map(({ name, value }) => [name, encodeValue(value)]);
}

/** A value that the driver has sent. */
export function decodeValue(json: JsonValue): PyValue {
  if (json === null) return { kind: 'none' };
  if (typeof json === 'string') return { kind: 'str', value: json };
  if (typeof json === 'boolean') return { kind: 'bool', value: json };
  if (Array.isArray(json))
    return { kind: 'list', items: json.map(decodeValue) };
  if (typeof json !== 'object') throw new TypeError('a number without a kind');
  return decodeTagged(json as JsonObject);
}

function decodeTagged(json: JsonObject): PyValue {
  const [kind = '', content = null] = Object.entries(json)[0] ?? [];
  const text = typeof content === 'string' ? content : '';
  const items = Array.isArray(content) ? (content as JsonValue[]) : [];
  switch (kind) {
    case 'int':
      return { kind, value: BigInt(text) };
    case 'float':
      return { kind, value: decodeFloat(text) };
    case 'tuple':
    case 'set':
      return { kind, items: items.map(decodeValue) };
    case 'dict':
      return {
        kind,
        entries: items.map((pair) => {
          const [key = null, item = null] = pair as JsonValue[];
          return [decodeValue(key), decodeValue(item)] as const;
        }),
      };
    case 'other':
      return { kind, type: textOf(items[0]), text: textOf(items[1]) };
    default:
      throw new TypeError(`unknown kind of value: ${kind}`);
  }
}

function textOf(json: JsonValue | undefined): string {
  return typeof json === 'string' ? json : '';
}

function decodeFloat(text: string): number {
  const special = new Map([
    ['inf', Infinity],
    ['-inf', -Infinity],
    ['nan', NaN],
  ]);
  return special.get(text) ?? Number(text);
}
