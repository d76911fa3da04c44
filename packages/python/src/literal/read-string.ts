/**
 * Python's string tokens: prefixes, quotes, escapes. Formatted strings are refused, since only Python can say what
 * they are; so is `\N{...}`, which needs the Unicode name table.
 */
import type { Cursor } from './cursor.js';

/** A string token's value; `isBytes` values are kept as text of their byte values. */
export interface StringToken {
  readonly isBytes: boolean;
  readonly value: string;
}

const START =
  /(?:[rR]|[uU]|[bB]|[rR][bB]|[bB][rR]|[fF]|[tT]|[fFtT][rR]|[rR][fFtT])?(?:'''|"""|'|")/y;

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** True when a string token starts here, whatever its prefix. */
export function startsString(cursor: Cursor): boolean {
  START.lastIndex = cursor.offset;
  return START.test(cursor.text);
}

/** Reads one string token; the caller has seen that it starts here. */
export function readString(cursor: Cursor): StringToken {
  const start = cursor.offset;
  const opening = cursor.takeMatch(START);
  const prefix = opening.replace(/["'].*$/, '').toLowerCase();
  const quote = opening.slice(prefix.length);
  if (/[ft]/.test(prefix))
    cursor.fail('a formatted string is not a literal', start);
  const isRaw = prefix.includes('r');
  const isBytes = prefix.includes('b');
  const parts: string[] = [];
  while (!cursor.take(quote)) {
    const char = cursor.peek();
    if (char === '' || (char === '\n' && quote.length === 1))
      cursor.fail('unterminated string literal', start);
    if (isBytes && char > '\x7f')
      cursor.fail('bytes can only contain ASCII literal characters');
    if (char !== '\\') {
      parts.push(char);
      cursor.offset += 1;
    } else
      parts.push(isRaw ? readRawPair(cursor) : readEscape(cursor, isBytes));
  }
  return { isBytes, value: parts.join('') };
}

function readRawPair(cursor: Cursor): string {
  const pair = cursor.peek(2);
  cursor.offset += pair.length;
  return pair;
}

function readEscape(cursor: Cursor, isBytes: boolean): string {
  const start = cursor.offset;
  cursor.offset += 1;
  const octal = cursor.takeMatch(/[0-7]{1,3}/y);
  if (octal !== '') {
    const code = Number.parseInt(octal, 8);
    return String.fromCharCode(isBytes ? code & 0xff : code);
  }
  const letter = cursor.peek();
  const simple = SIMPLE_ESCAPES[letter];
  cursor.offset += letter.length;
  if (simple !== undefined) return simple;
  if (letter === 'x') return readHex(cursor, 2, start);
  if (isBytes) return `\\${letter}`;
  if (letter === 'u') return readHex(cursor, 4, start);
  if (letter === 'U') return readHex(cursor, 8, start);
  if (letter === 'N')
    cursor.fail('\\N{...} is not supported, write the character', start);
  return `\\${letter}`;
}

function readHex(cursor: Cursor, digits: number, start: number): string {
  const hex = cursor.peek(digits);
  const code = Number.parseInt(hex, 16);
  if (!/^[0-9a-fA-F]+$/.test(hex) || hex.length < digits || code > 0x10ffff)
    cursor.fail('invalid escape', start);
  cursor.offset += digits;
  return String.fromCodePoint(code);
}
