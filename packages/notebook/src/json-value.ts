/**
 * Questions to ask of a JSON value.
 */
import { isLosslessNumber } from 'lossless-json';
import type { JsonObject, JsonValue } from './json.js';

/** Whether a value is an object, and neither a list nor a number that keeps its text. */
export function isJsonObject(
  value: JsonValue | undefined,
): value is JsonObject {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !isLosslessNumber(value)
  );
}

/** Whether a value is a list. */
export function isJsonArray(
  value: JsonValue | undefined,
): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The object at a key; empty if there is something else or nothing. */
export function objectAt(object: JsonObject, key: string): JsonObject {
  const value = object[key];
  return isJsonObject(value) ? value : {};
}

/** A copy without some keys. */
export function omitKeys(
  object: JsonObject,
  keys: readonly string[],
): JsonObject {
  return Object.fromEntries(
    Object.entries(object).filter(([key]) => !keys.includes(key)),
  );
}

/** A copy in which each member went through a function. */
export function mapObject(
  object: JsonObject,
  change: (value: JsonValue, key: string) => JsonValue,
): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value = null]) => [
      key,
      change(value, key),
    ]),
  );
}
