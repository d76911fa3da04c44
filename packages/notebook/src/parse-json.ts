/**
 * Reads JSON without changing the text of a number: what a double cannot hold exactly as written becomes a
 * LosslessNumber. `NaN`, `Infinity` and `-Infinity` are read because Python writes them. Never throws.
 *
 * The text is scanned once. If all numbers survive, `JSON.parse` does the work; otherwise those that do not are
 * replaced by marked strings before it and put back after it, which takes half the time of a parser in
 * JavaScript on the notebooks that need it (tables of `1.0`).
 */
import { randomUUID } from 'node:crypto';
import { LosslessNumber, parse } from 'lossless-json';
import type { JsonValue } from './json.js';
import { failure, success, type Result } from './result.js';

/** Why a text is no JSON, and at which code unit. */
export interface JsonError {
  readonly message: string;
  readonly offset: number;
}

/** Far above any real document and far below where recursion ends; Python's own reader stops near it. */
const deepestNesting = 1000;

interface FragileNumber {
  readonly start: number;
  readonly text: string;
}

/** The value of a JSON text. Of equal keys in an object the last one counts, as for `JSON.parse`. */
export function parseJson(text: string): Result<JsonValue, JsonError> {
  const scan = scanNumbers(text);
  if (scan.tooDeepAt !== undefined) {
    return failure({
      message: `Nested more than ${deepestNesting} levels deep`,
      offset: scan.tooDeepAt,
    });
  }
  try {
    return success(
      scan.numbers.length === 0
        ? (JSON.parse(text) as JsonValue)
        : parseMarked(text, scan.numbers),
    );
  } catch {
    return failure(locateError(text, scan.numbers));
  }
}

/** Finds, outside of strings, the numbers whose text a double changes. Accepts any text. */
function scanNumbers(text: string): {
  numbers: FragileNumber[];
  tooDeepAt?: number;
} {
  const numbers: FragileNumber[] = [];
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === quote) {
      index = endOfString(text, index + 1) - 1;
    } else if (code === openBracket || code === openBrace) {
      depth += 1;
      if (depth > deepestNesting) {
        return { numbers, tooDeepAt: index };
      }
    } else if (code === closeBracket || code === closeBrace) {
      depth -= 1;
    } else if (
      code === minus ||
      isDigit(code) ||
      code === bigI ||
      code === bigN
    ) {
      const end = endOfNumber(text, index);
      if (!isShort(text, index, end)) {
        const number = text.slice(index, end);
        if (isConstant(number) || String(Number(number)) !== number) {
          numbers.push({ start: index, text: number });
        }
      }
      index = end - 1;
    }
  }
  return { numbers };
}

const quote = 0x22;
const minus = 0x2d;
const dot = 0x2e;
const zero = 0x30;
const nine = 0x39;
const bigI = 0x49;
const bigN = 0x4e;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

function isDigit(code: number): boolean {
  return code >= zero && code <= nine;
}

const numberOrWord = /-?(?:\d[\d.eE+-]*|Infinity)|NaN|./suy;

/** The end of a number or constant, at least one character further. */
function endOfNumber(text: string, start: number): number {
  let end = start;
  while (isDigit(text.charCodeAt(end)) || text.charCodeAt(end) === dot) {
    end += 1;
  }
  if (end > start && !/[eE+-]/.test(text.charAt(end))) {
    return end;
  }
  numberOrWord.lastIndex = start;
  numberOrWord.test(text);
  return numberOrWord.lastIndex;
}

/** Quick proof that a double keeps a number's text: few digits, no zero in front or behind, no exponent. */
function isShort(text: string, start: number, end: number): boolean {
  if (end - start > 15) {
    return false;
  }
  let dots = 0;
  for (let index = start; index < end; index += 1) {
    const code = text.charCodeAt(index);
    if (code === dot) {
      dots += 1;
    } else if (!isDigit(code)) {
      return false;
    }
  }
  const first = text.charCodeAt(start);
  const last = text.charCodeAt(end - 1);
  return first === zero
    ? end - start === 1
    : dots === 0 || (dots === 1 && last !== zero && last !== dot);
}

function endOfString(text: string, start: number): number {
  let from = start;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) {
      return text.length;
    }
    let backslashes = 0;
    while (
      quote - backslashes > start &&
      text.charCodeAt(quote - 1 - backslashes) === 0x5c
    ) {
      backslashes += 1;
    }
    if (backslashes % 2 === 0) {
      return quote + 1;
    }
    from = quote + 1;
  }
}

function isConstant(text: string): boolean {
  return text === 'NaN' || text.endsWith('Infinity');
}

/** A character that no string of the document holds, neither as it is nor escaped. */
function unusedCharacter(text: string): string {
  for (let code = 0xe000; code < 0xf8ff; code += 1) {
    const character = String.fromCharCode(code);
    const isEscaped = new RegExp(`u${code.toString(16)}`, 'i').test(text);
    if (!isEscaped && !text.includes(character)) {
      return character;
    }
  }
  return randomUUID();
}

function parseMarked(
  text: string,
  numbers: readonly FragileNumber[],
): JsonValue {
  const mark = unusedCharacter(text);
  const pieces: string[] = [];
  let end = 0;
  for (const number of numbers) {
    if (!isConstant(number.text)) {
      JSON.parse(number.text);
    }
    pieces.push(text.slice(end, number.start), `"${mark}${number.text}"`);
    end = number.start + number.text.length;
  }
  pieces.push(text.slice(end));
  return restore(JSON.parse(pieces.join('')), mark) as JsonValue;
}

/** Puts the numbers back, in place. */
function restore(value: unknown, mark: string): unknown {
  if (typeof value === 'string') {
    return value.startsWith(mark) ? number(value.slice(mark.length)) : value;
  }
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    for (const [index, item] of items.entries()) {
      items[index] = restore(item, mark);
    }
  } else if (typeof value === 'object' && value !== null) {
    restoreMembers(value as Record<string, unknown>, mark);
  }
  return value;
}

function restoreMembers(object: Record<string, unknown>, mark: string): void {
  for (const key of Object.keys(object)) {
    const before = object[key];
    const after = restore(before, mark);
    if (after !== before) {
      // Not by assignment: `__proto__` may be an ordinary member of a document.
      Object.defineProperty(object, key, {
        value: after,
        configurable: true,
        enumerable: true,
        writable: true,
      });
    }
  }
}

function number(text: string): number | LosslessNumber {
  return isConstant(text) ? Number(text) : new LosslessNumber(text);
}

/** `JSON.parse` words and places its errors differently in each Node version, lossless-json does not. */
function locateError(
  text: string,
  numbers: readonly FragileNumber[],
): JsonError {
  let strict = text;
  for (const { start, text: constant } of numbers.filter((one) =>
    isConstant(one.text),
  )) {
    const digits = '1'.repeat(constant.length);
    strict =
      strict.slice(0, start) + digits + strict.slice(start + constant.length);
  }
  try {
    parse(strict, undefined, {
      parseNumber: (digits) => digits,
      onDuplicateKey: ({ newValue }) => newValue,
    });
  } catch (error) {
    const [, message, position] =
      /^(.*?),? at position (\d+)$/s.exec(messageOf(error)) ?? [];
    if (message !== undefined) {
      return { message, offset: Number(position) };
    }
  }
  return { message: 'Not valid JSON', offset: 0 };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
