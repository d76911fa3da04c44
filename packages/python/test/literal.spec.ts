/** Casting and literals by table; the kernel tests compare with CPython over thousands of texts. */
import { describe, expect, it } from '@jest/globals';
import { castString, parsePythonLiteral, pythonRepr } from '../src/index.js';

const castTo = (text: string): string => {
  const value = castString(text);
  return `${value.kind} ${pythonRepr(value)}`;
};

describe('castString', () => {
  it.each([
    ['5', 'int 5'],
    [' 5', 'int 5'],
    ['5 # five', 'int 5'],
    ['-5', 'int -5'],
    ['1_000', 'int 1000'],
    ['0x10', 'int 16'],
    ['0o10', 'int 8'],
    ['12345678901234567890', 'int 12345678901234567890'],
    ['1e3', 'float 1000.0'],
    ['1.10', 'float 1.1'],
    ['[1, 2]', 'list [1, 2]'],
    ["{'a': 1}", "dict {'a': 1}"],
    ['(1, 2)', 'tuple (1, 2)'],
    ['{2, 1, 2}', 'set {2, 1}'],
    ['set()', 'set set()'],
    ["'hello'", "str 'hello'"],
    ["'a' 'b'", "str 'ab'"],
    ['TRUE', 'bool True'],
    ['fAlse', 'bool False'],
    ['Null', 'none None'],
    ['none', 'none None'],
    [' true', "str ' true'"],
    ['...', 'other ...'],
    ["b'x'", "other b'x'"],
    ['1+2j', 'other 1+2j'],
    ['007', "str '007'"],
    ['2020-01-01', "str '2020-01-01'"],
    ['inf', "str 'inf'"],
    ['yes', "str 'yes'"],
    ['', "str ''"],
    ['toString', "str 'toString'"],
    ['__proto__', "str '__proto__'"],
    ['std::vector', "str 'std::vector'"],
  ])('casts %j to %s', (text, expected) => {
    expect(castTo(text)).toBe(expected);
  });

  it('keeps a mapping as Python does: first place, last value', () => {
    expect(castTo("{1: 'a', 2: 'b', True: 'c'}")).toBe("dict {1: 'c', 2: 'b'}");
  });
});

describe('parsePythonLiteral', () => {
  it.each([
    ["f'{x}'", 'a formatted string is not a literal', 0],
    ['[1, x]', 'the name "x" is not a literal', 4],
    ["list('ab')", 'the name "list" is not a literal', 0],
    ["'\\N{BULLET}'", '\\N{...} is not supported, write the character', 1],
    ['1 + 2', 'an operation is not a literal', 0],
    ["'a", 'unterminated string literal', 0],
    ['{[1]: 2}', 'a list, set or mapping can not be a key', 0],
    ['(1', '")" expected', 2],
    ['', 'a value is missing', 0],
    ['1 2', 'unexpected text after the value', 2],
  ])('says what is wrong with %j', (text, message, offset) => {
    expect(parsePythonLiteral(text)).toEqual({ ok: false, message, offset });
  });

  it('survives deep nesting and long tokens', () => {
    const texts = [
      '('.repeat(1e5),
      '['.repeat(1e5),
      '-'.repeat(1e5),
      "'".repeat(1e5 + 1),
      '0_'.repeat(1e5),
      `${' '.repeat(1e5)}x`,
    ];
    expect(texts.map((text) => parsePythonLiteral(text).ok)).toEqual(
      texts.map(() => false),
    );
  });
});
