/**
 * Python literals without Python: the same texts are accepted, with the same values, as by `ast.literal_eval`
 * (Python 3.11), except `\N{...}` escapes. Recursive descent, no backtracking, bounded depth. Sets keep the order
 * of their text, since Python's own order is not one.
 */
import type { PyValue } from '../value.js';
import { Cursor, LiteralError } from './cursor.js';
import { distinct, distinctEntries } from './equality.js';
import { readNumber, startsNumber } from './read-number.js';
import { readString, startsString } from './read-string.js';

/** What a text means as a Python literal, or why it is none. `offset` counts UTF-16 units, line ends as one. */
export type LiteralResult =
  | { readonly ok: true; readonly value: PyValue }
  | { readonly ok: false; readonly message: string; readonly offset: number };

/** A value and what it was written as: only an unsigned number may take a sign, only `1 + 2j` an operator. */
interface Operand {
  readonly form: 'number' | 'signed' | 'value';
  readonly value: PyValue;
}

const IDENTIFIER = /[\p{L}_][\p{L}\p{N}_]*/uy;

const CONSTANTS: Readonly<Record<string, PyValue>> = {
  None: { kind: 'none' },
  True: { kind: 'bool', value: true },
  False: { kind: 'bool', value: false },
};

/** Reads one Python literal as `ast.literal_eval` does. */
export function parsePythonLiteral(text: string): LiteralResult {
  const cursor = new Cursor(text.replaceAll(/\r\n?/g, '\n'));
  try {
    if (text.includes('\0')) cursor.fail('a null character');
    cursor.skipToStart();
    const value = readSequence(cursor);
    cursor.skipToEnd();
    return { ok: true, value };
  } catch (error) {
    if (!(error instanceof LiteralError)) throw error;
    return { ok: false, message: error.message, offset: error.offset };
  }
}

/** `a` or, with a comma, the tuple `a, b`: what stands at the top or between parentheses. */
function readSequence(cursor: Cursor): PyValue {
  return readTupleOrOne(cursor).value;
}

function readTupleOrOne(cursor: Cursor): Operand {
  const first = readOperand(cursor);
  cursor.skipBlanks();
  if (cursor.peek() !== ',') return first;
  const items = [first.value];
  while (cursor.take(',')) {
    cursor.skipBlanks();
    if (cursor.isAtEnd() || /[)#\n]/.test(cursor.peek())) break;
    items.push(readOperand(cursor).value);
    cursor.skipBlanks();
  }
  return { form: 'value', value: { kind: 'tuple', items } };
}

/** A value, or the complex number `1 + 2j`. */
function readOperand(cursor: Cursor): Operand {
  const start = cursor.offset;
  const left = readSigned(cursor);
  cursor.skipBlanks();
  if (!/^[+-]/.test(cursor.peek())) return left;
  cursor.offset += 1;
  cursor.skipBlanks();
  const right = readAtom(cursor);
  const isComplex =
    left.form !== 'value' &&
    (left.value.kind === 'int' || left.value.kind === 'float') &&
    right.form === 'number' &&
    right.value.kind === 'other';
  if (!isComplex) cursor.fail('an operation is not a literal', start);
  const text = cursor.text.slice(start, cursor.offset);
  return { form: 'value', value: { kind: 'other', type: 'complex', text } };
}

function readSigned(cursor: Cursor): Operand {
  const start = cursor.offset;
  const sign = cursor.peek();
  if (sign !== '-' && sign !== '+') return readAtom(cursor);
  cursor.offset += 1;
  cursor.skipBlanks();
  const { form, value } = readAtom(cursor);
  if (form !== 'number') cursor.fail('a sign before what is no number', start);
  return { form: 'signed', value: sign === '-' ? negate(value) : value };
}

function negate(value: PyValue): PyValue {
  if (value.kind === 'int') return { kind: 'int', value: -value.value };
  if (value.kind === 'float') return { kind: 'float', value: -value.value };
  return value.kind === 'other' ? { ...value, text: `-${value.text}` } : value;
}

function readAtom(cursor: Cursor): Operand {
  if (cursor.isAtEnd()) cursor.fail('a value is missing');
  if (startsNumber(cursor))
    return { form: 'number', value: readNumber(cursor) };
  if (startsString(cursor))
    return { form: 'value', value: readStrings(cursor) };
  if (cursor.take('...'))
    return {
      form: 'value',
      value: { kind: 'other', type: 'ellipsis', text: '...' },
    };
  switch (cursor.peek()) {
    case '(':
      return readParenthesised(cursor);
    case '[':
      return {
        form: 'value',
        value: { kind: 'list', items: readItems(cursor, ']') },
      };
    case '{':
      return { form: 'value', value: readBraces(cursor) };
    default:
      return { form: 'value', value: readName(cursor) };
  }
}

function readName(cursor: Cursor): PyValue {
  const start = cursor.offset;
  const name = cursor.takeMatch(IDENTIFIER);
  if (name === '') cursor.fail('not a literal');
  const constant = Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name] : undefined;
  if (constant !== undefined) return constant;
  cursor.skipBlanks();
  if (name !== 'set' || cursor.peek() !== '(')
    cursor.fail(`the name "${name}" is not a literal`, start);
  if (readItems(cursor, ')').length > 0)
    cursor.fail('a call is not a literal', start);
  return { kind: 'set', items: [] };
}

/** One or more adjacent strings, joined. */
function readStrings(cursor: Cursor): PyValue {
  const start = cursor.offset;
  const { isBytes, value } = readString(cursor);
  const parts = [value];
  let end = cursor.offset;
  cursor.skipBlanks();
  while (startsString(cursor)) {
    const next = readString(cursor);
    if (next.isBytes !== isBytes)
      cursor.fail('bytes and text can not be joined', start);
    parts.push(next.value);
    end = cursor.offset;
    cursor.skipBlanks();
  }
  if (!isBytes) return { kind: 'str', value: parts.join('') };
  const text = cursor.text.slice(start, end);
  return { kind: 'other', type: 'bytes', text };
}

/** Parentheses vanish around one value, so `-(5)` still is a number. */
function readParenthesised(cursor: Cursor): Operand {
  openBracket(cursor);
  if (isClosed(cursor, ')'))
    return { form: 'value', value: { kind: 'tuple', items: [] } };
  const inner = readTupleOrOne(cursor);
  closeBracket(cursor, ')');
  return inner;
}

function readItems(cursor: Cursor, closing: string): readonly PyValue[] {
  openBracket(cursor);
  const items: PyValue[] = [];
  while (!isClosed(cursor, closing)) {
    items.push(readOperand(cursor).value);
    cursor.skipBlanks();
    if (cursor.take(',')) continue;
    closeBracket(cursor, closing);
    break;
  }
  return items;
}

function readBraces(cursor: Cursor): PyValue {
  const start = cursor.offset;
  openBracket(cursor);
  if (isClosed(cursor, '}')) return { kind: 'dict', entries: [] };
  const first = readOperand(cursor).value;
  cursor.skipBlanks();
  const value =
    cursor.peek() === ':' ? readDict(cursor, first) : readSet(cursor, first);
  return value ?? cursor.fail('a list, set or mapping can not be a key', start);
}

function readSet(cursor: Cursor, first: PyValue): PyValue | undefined {
  const items = [first];
  while (cursor.take(',')) {
    cursor.skipBlanks();
    if (cursor.peek() === '}') break;
    items.push(readOperand(cursor).value);
    cursor.skipBlanks();
  }
  closeBracket(cursor, '}');
  const members = distinct(items);
  return members && { kind: 'set', items: members };
}

function readDict(cursor: Cursor, firstKey: PyValue): PyValue | undefined {
  const entries: (readonly [PyValue, PyValue])[] = [];
  let key = firstKey;
  for (;;) {
    cursor.skipBlanks();
    if (!cursor.take(':')) cursor.fail('":" expected');
    cursor.skipBlanks();
    entries.push([key, readOperand(cursor).value]);
    cursor.skipBlanks();
    if (!cursor.take(',')) break;
    cursor.skipBlanks();
    if (cursor.peek() === '}') break;
    key = readOperand(cursor).value;
  }
  closeBracket(cursor, '}');
  const kept = distinctEntries(entries);
  return kept && { kind: 'dict', entries: kept };
}

function openBracket(cursor: Cursor): void {
  cursor.offset += 1;
  cursor.open();
}

function isClosed(cursor: Cursor, closing: string): boolean {
  cursor.skipBlanks();
  if (!cursor.take(closing)) return false;
  cursor.close();
  return true;
}

function closeBracket(cursor: Cursor, closing: string): void {
  if (!isClosed(cursor, closing)) cursor.fail(`"${closing}" expected`);
}
