/**
 * Python's number tokens: ints of any size and base, floats, imaginary numbers. Signs are not part of a token.
 */
import type { PyValue } from '../value.js';
import type { Cursor } from './cursor.js';

/** sys.set_int_max_str_digits: longer decimal ints are a syntax error in CPython. */
const MAX_DECIMAL_DIGITS = 4300;

const BASED = /0(?:[xX](?:_?[0-9a-fA-F])+|[oO](?:_?[0-7])+|[bB](?:_?[01])+)/y;
const DECIMAL =
  /(?:[0-9](?:_?[0-9])*)?(?:\.(?:[0-9](?:_?[0-9])*)?)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?/y;
const IDENTIFIER_PART = /[\p{L}\p{N}_]/u;

/** True when a number starts here. */
export function startsNumber(cursor: Cursor): boolean {
  return /^(?:[0-9]|\.[0-9])/.test(cursor.peek(2));
}

/** Reads one number; the caller has seen that it starts here. */
export function readNumber(cursor: Cursor): PyValue {
  const start = cursor.offset;
  const based = cursor.takeMatch(BASED);
  const value =
    based === '' ? readDecimal(cursor) : int(based.replaceAll('_', ''));
  if (IDENTIFIER_PART.test(cursor.peek())) cursor.fail('invalid number', start);
  return value;
}

function readDecimal(cursor: Cursor): PyValue {
  const start = cursor.offset;
  const token = cursor.takeMatch(DECIMAL);
  const digits = token.replaceAll('_', '');
  if (/^[jJ]/.test(cursor.peek())) {
    cursor.offset += 1;
    return { kind: 'other', type: 'complex', text: `${token}j` };
  }
  if (/[.eE]/.test(digits)) return { kind: 'float', value: Number(digits) };
  if (/^0+[1-9]/.test(digits))
    cursor.fail('leading zeros in decimal integer literals', start);
  if (digits.length > MAX_DECIMAL_DIGITS)
    cursor.fail(`more than ${MAX_DECIMAL_DIGITS} digits`, start);
  return int(digits);
}

function int(digits: string): PyValue {
  return { kind: 'int', value: BigInt(digits) };
}
