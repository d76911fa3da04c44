/**
 * Writes JSON the way Python's `json.dumps(sort_keys=True, ensure_ascii=False)` does, so that files equal those of
 * nbformat byte for byte. Numbers keep the text they were read with. Knows nothing of notebooks.
 */
import { isLosslessNumber } from 'lossless-json';
import type { JsonObject, JsonValue } from './json.js';

/** How {@link stringifyJson} lays out a value. */
export interface JsonFormat {
  /**
   * Blanks per level, one item per line; 0 for one line without blanks.
   * @default 0
   */
  readonly indent?: number;
  /**
   * Sorts keys by code point, as Python does; otherwise JavaScript's own order is kept.
   * @default false
   */
  readonly sortKeys?: boolean;
  /**
   * How many levels the value lies inside of an outer text; for writing a document piece by piece.
   * @default 0
   */
  readonly depth?: number;
}

interface Layout {
  readonly indent: string;
  readonly colon: string;
  readonly sortKeys: boolean;
}

/** The text of `value`; `undefined` members of objects are left out. No line break at its end. */
export function stringifyJson(
  value: JsonValue,
  format: JsonFormat = {},
): string {
  const indent = ' '.repeat(format.indent ?? 0);
  const layout = {
    indent,
    colon: indent === '' ? ':' : ': ',
    sortKeys: format.sortKeys ?? false,
  };
  const lineBreak =
    indent === '' ? '' : '\n' + indent.repeat(format.depth ?? 0);
  return textOf(value, lineBreak, layout);
}

/** Orders strings by code point; the order of UTF-16 code units differs from it above U+FFFF. */
export function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const a = left.charCodeAt(index);
    const b = right.charCodeAt(index);
    if (a !== b) {
      return rank(a) - rank(b);
    }
  }
  return left.length - right.length;
}

/** A surrogate stands for a code point above all others of one unit. */
function rank(codeUnit: number): number {
  return (codeUnit & 0xf800) === 0xd800 ? codeUnit + 0x10000 : codeUnit;
}

function textOf(value: JsonValue, lineBreak: string, layout: Layout): string {
  if (typeof value === 'number') {
    return numberText(value);
  }
  if (value === null || typeof value !== 'object') {
    return JSON.stringify(value);
  }
  if (isLosslessNumber(value)) {
    return value.toString();
  }
  return isArray(value)
    ? arrayText(value, lineBreak, layout)
    : objectText(value, lineBreak, layout);
}

/** Python writes numbers that JSON has not as `NaN`, `Infinity` and `-Infinity`, and reads them again. */
function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function arrayText(
  items: readonly JsonValue[],
  lineBreak: string,
  layout: Layout,
): string {
  if (items.length === 0) {
    return '[]';
  }
  const inner = lineBreak + layout.indent;
  const texts = items.map((item) => textOf(item, inner, layout));
  return `[${inner}${texts.join(`,${inner}`)}${lineBreak}]`;
}

function objectText(
  object: JsonObject,
  lineBreak: string,
  layout: Layout,
): string {
  const keys = Object.keys(object);
  if (layout.sortKeys) {
    keys.sort(compareCodePoints);
  }
  const inner = lineBreak + layout.indent;
  const texts: string[] = [];
  for (const key of keys) {
    const member = object[key];
    if (member !== undefined) {
      texts.push(
        JSON.stringify(key) + layout.colon + textOf(member, inner, layout),
      );
    }
  }
  return texts.length === 0
    ? '{}'
    : `{${inner}${texts.join(`,${inner}`)}${lineBreak}}`;
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}
