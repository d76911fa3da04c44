/** Assignments of the parameters cell: every literal form of `upstream`, and what is none. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  openParser,
  pythonRepr,
  type AssignedValue,
  type PythonParser,
} from '../src/index.js';

let parser: PythonParser;
beforeAll(async () => {
  parser = await openParser();
});

const show = (value: AssignedValue): string =>
  value.kind === 'not-literal' ? `? ${value.text}` : pythonRepr(value);

const read = (cell: string): readonly string[] =>
  parser
    .readAssignments(cell)
    .map(({ name, value }) => `${name} = ${show(value)}`);

describe('readAssignments', () => {
  it.each<[string, readonly string[]]>([
    ["upstream = ['a', 'b']", ["upstream = ['a', 'b']"]],
    ["upstream = ('a',)", ["upstream = ('a',)"]],
    ["upstream = 'a', 'b'", ["upstream = ('a', 'b')"]],
    ["upstream = {'b', 'a', 'b'}", ["upstream = {'b', 'a'}"]],
    ["upstream = {'a': 1}", ["upstream = {'a': 1}"]],
    ['upstream = None', ['upstream = None']],
    ['upstream = []', ['upstream = []']],
    ["upstream = [\n  'a',  # first\n  'b',\n]", ["upstream = ['a', 'b']"]],
    ["upstream = ['a' 'b']", ["upstream = ['ab']"]],
    ["upstream = ['a'] + ['b']", ["upstream = ['a', 'b']"]],
    ["upstream = ['fit' + '-*']", ["upstream = ['fit-*']"]],
    ["upstream: list = ['a']", ["upstream = ['a']"]],
    ['upstream: list', []],
    ["x = 1; upstream = ['a']", ['x = 1', "upstream = ['a']"]],
    ["upstream += ['a']", ["upstream = ['a']"]],
    ["upstream = up = ['a']", ["upstream = ['a']", "up = ['a']"]],
    [
      "upstream, product = ['a'], None",
      ["upstream = ? ['a'], None", "product = ? ['a'], None"],
    ],
    ["upstream = list('ab')", ["upstream = ? list('ab')"]],
    ["upstream = [f'{x}']", ["upstream = ? [f'{x}']"]],
    ["upstream = [x for x in 'ab']", ["upstream = ? [x for x in 'ab']"]],
    ['upstream = [x]', ['upstream = ? [x]']],
    ['upstream = dict(a=1)', ['upstream = ? dict(a=1)']],
    ["upstream = 'a'", ["upstream = 'a'"]],
    ["if True:\n    upstream = ['a']", []],
    ["def f():\n    upstream = ['a']", []],
    ["upstream['x'] = 1", []],
    ['x.upstream = 1', []],
    ['files = !ls\nn = 1', ['files = ? __magic__()', 'n = 1']],
    ['%matplotlib inline\n# text\nn = -1_000', ['n = -1000']],
    ['n = (\n  1.0\n)', ['n = 1.0']],
    ["path = 'a' \\\n  'b'", ["path = 'ab'"]],
    ['"""doc"""\nn = True', ['n = True']],
    ['a = 1\na = 2', ['a = 1', 'a = 2']],
  ])('of %j', (cell, expected) => {
    expect(read(cell)).toEqual(expected);
  });

  it('points at name and value', () => {
    expect(parser.readAssignments("x = 1\n\nupstream = [\n 'a']")[1]).toEqual({
      name: 'upstream',
      value: { kind: 'list', items: [{ kind: 'str', value: 'a' }] },
      position: { cell: 0, line: 3, column: 1, length: 8 },
      valuePosition: { cell: 0, line: 3, column: 12, length: 1 },
    });
  });

  it('counts columns in UTF-16 units', () => {
    expect(parser.readAssignments("a = '😀é'; n = 1")[1]?.position).toEqual({
      cell: 0,
      line: 1,
      column: 12,
      length: 1,
    });
  });
});
