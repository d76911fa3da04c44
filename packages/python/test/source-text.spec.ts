/** The text of parameters in the injected cell, character by character. */
import { describe, expect, it } from '@jest/globals';
import {
  castString,
  floatRepr,
  toPythonSource,
  toRSource,
  type PyValue,
} from '../src/index.js';

const str = (value: string): PyValue => ({ kind: 'str', value });
const float = (value: number): PyValue => ({ kind: 'float', value });

describe('source text of a parameter', () => {
  it.each<[PyValue, string, string]>([
    [castString('none'), 'None', 'NULL'],
    [castString('true'), 'True', 'TRUE'],
    [castString('false'), 'False', 'FALSE'],
    [castString('3'), '3', '3'],
    [
      castString('123456789012345678901'),
      '123456789012345678901',
      '123456789012345678901',
    ],
    [float(1), '1.0', '1.0'],
    [float(1e-7), '1e-07', '1e-07'],
    [float(1.5e-9), '1.5e-09', '1.5e-09'],
    [float(1e20), '1e+20', '1e+20'],
    [float(Infinity), "float('inf')", 'Inf'],
    [float(-Infinity), "float('-inf')", '-Inf'],
    [float(NaN), "float('nan')", 'NaN'],
    [str('a "b" \\ c'), '"a \\"b\\" \\\\ c"', '"a \\"b\\" \\\\ c"'],
    [str('a\nb\tc\r'), '"a\\nb\\tc\\r"', '"a\\nb\\tc\\r"'],
    [str('\x01\x7f'), '"\\x01\\x7f"', '"\\u0001\\u007f"'],
    [str('éé\\xe9'), '"\\xe9\\xe9\\\\xe9"', '"\\u00e9\\u00e9\\\\xe9"'],
    [str('☃😀'), '"\\u2603\\U0001f600"', '"\\u2603\\U0001f600"'],
    [
      castString('[1, "two", None]'),
      '[1, "two", None]',
      'list(1, "two", NULL)',
    ],
    [
      castString('{1: "a", "x": {"y": [True]}}'),
      '{"1": "a", "x": {"y": [True]}}',
      'list("1" = "a", "x" = list("y" = list(TRUE)))',
    ],
    [
      castString('{None: 1, 1.0: 2, (1,): 3}'),
      '{"None": 1, "1.0": 2, "(1,)": 3}',
      'list("None" = 1, "1.0" = 2, "(1,)" = 3)',
    ],
    [castString('(1, 2)'), '"(1, 2)"', '"(1, 2)"'],
    [castString(`("it's",)`), `"(\\"it's\\",)"`, `"(\\"it's\\",)"`],
    [castString('[]'), '[]', 'list()'],
    [castString('{}'), '{}', 'list()'],
  ])('of %p', (value, python, r) => {
    expect(toPythonSource(value)).toEqual({ ok: true, text: python });
    expect(toRSource(value)).toEqual({ ok: true, text: r });
  });

  it.each([
    ['{1, 2}', 'set'],
    ["[1, {'a': b'x'}]", 'bytes'],
    ['...', 'ellipsis'],
    ['2j', 'complex'],
  ])('refuses %s', (text, type) => {
    const refusal = {
      ok: false,
      type,
      message: `a value of type ${type} can not be a parameter of a notebook; use text, numbers, true, false, null, lists and mappings`,
    };
    expect(toPythonSource(castString(text))).toEqual(refusal);
    expect(toRSource(castString(text))).toEqual(refusal);
  });
});

describe('floatRepr', () => {
  it.each([
    [0, '0.0'],
    [-0, '-0.0'],
    [100, '100.0'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [1.25e16, '1.25e+16'],
    [-1234.5, '-1234.5'],
    [5e-324, '5e-324'],
  ])('of %p', (value, expected) => {
    expect(floatRepr(value)).toBe(expected);
  });
});
