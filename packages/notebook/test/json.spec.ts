/** JSON in and out without a changed number. */
import { describe, expect, test } from '@jest/globals';
import { parseJson, stringifyJson, type JsonValue } from '../src/index.js';
import { compareCodePoints } from '../src/stringify-json.js';

function parse(text: string): JsonValue {
  const result = parseJson(text);
  if (!result.ok) {
    throw new Error(`${result.error.message} at ${result.error.offset}`);
  }
  return result.value;
}

describe('numbers keep their text', () => {
  test.each([
    '0',
    '-1',
    '1.5',
    '1.0',
    '-0',
    '-0.0',
    '1e5',
    '1E+5',
    '1e-07',
    '1e400',
    '12345678901234567890',
    '0.1000',
    '9007199254740993',
    '[1,1.0,[2.50,{"a":1.0}]]',
    '{"a":1.0,"b":"1.0","c":[null,true,1e2]}',
    'NaN',
    '[NaN,Infinity,-Infinity]',
  ])('%s', (text) => {
    expect(stringifyJson(parse(text))).toBe(text);
  });

  test('those that a double holds are plain numbers', () => {
    expect(parse('[1, 2.5, -3e-10]')).toEqual([1, 2.5, -3e-10]);
  });

  test('numbers inside of strings are text', () => {
    expect(parse('["1.0", "\\"1.0\\\\", 1.0]')).toEqual([
      '1.0',
      '"1.0\\',
      parse('1.0'),
    ]);
  });
});

describe('objects', () => {
  test.each(['{"a":1,"a":2}', '{"a":1.0,"a":2}'])(
    'of equal keys in %s the last one counts',
    (text) => {
      expect(parse(text)).toEqual({ a: 2 });
    },
  );

  test.each([
    '{"__proto__":{"x":1}}',
    '{"__proto__":{"x":1.0}}',
    '{"__proto__":1.0}',
  ])('%s is an ordinary member', (text) => {
    const value = parse(text);
    expect(Object.keys(value as object)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(stringifyJson(value)).toBe(text);
  });
});

describe('errors have a place', () => {
  test.each([
    ['', 0],
    ['{"a": 1,}', 8],
    ['{"a": 1.0, b}', 11],
    ['[1, 2', 5],
    ['[1.0, 2', 7],
    ['{"a" 1}', 5],
    ['"abc', 4],
    ['"a\nb"', 2],
    ['[1] x', 4],
    ['[01]', 2],
    ['[NaN, x]', 6],
    ['nul', 0],
    ['[1.2.3]', 4],
    ['{"a": 1, "a": x}', 14],
  ])('%j at %d', (text, offset) => {
    const result = parseJson(text);
    expect(result.ok ? 'parsed' : result.error.offset).toBe(offset);
    expect(result.ok ? '' : result.error.message).not.toBe('');
  });

  test('too deep a nesting is an error, not a crash', () => {
    const result = parseJson('['.repeat(100_000));
    expect(result).toEqual({
      ok: false,
      error: { message: 'Nested more than 1000 levels deep', offset: 1000 },
    });
  });
});

describe('writing', () => {
  test('sorts keys by code point, as Python does', () => {
    const value = parse(
      '{"b":1,"10":1,"9":1,"\\ue000":1,"\\ud83d\\ude00":1,"":1,"B":1}',
    );
    expect(stringifyJson(value, { sortKeys: true })).toBe(
      '{"":1,"10":1,"9":1,"B":1,"b":1,"\ue000":1,"😀":1}',
    );
  });

  test.each([
    ['a', 'b', -1],
    ['a', 'a', 0],
    ['ab', 'a', 1],
    ['\uffff', '😀', -1],
    ['😀', '😁', -1],
    ['😀', '\ue000', 1],
  ])('%j against %j', (left, right, sign) => {
    expect(Math.sign(compareCodePoints(left, right))).toBe(sign);
    expect(Math.sign(compareCodePoints(right, left))).toBe(
      sign === 0 ? 0 : -sign,
    );
  });

  test('indents as Python does', () => {
    const value = { a: [1, []], b: {}, c: undefined, d: { e: 'x' } };
    expect(stringifyJson(value, { indent: 1 })).toBe(
      '{\n "a": [\n  1,\n  []\n ],\n "b": {},\n "d": {\n  "e": "x"\n }\n}',
    );
  });

  test('escapes what JSON must escape, and nothing else', () => {
    expect(stringifyJson('"\\/\b\f\n\r\t\x00\x1f\x7fé\u2028😀')).toBe(
      '"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7fé\u2028😀"',
    );
  });

  test('half a surrogate pair stays readable JSON', () => {
    expect(stringifyJson('\ud83d')).toBe('"\\ud83d"');
  });
});
