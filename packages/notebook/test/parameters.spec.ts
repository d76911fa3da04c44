/** The parameters cell and the injected cell. */
import { describe, expect, test } from '@jest/globals';
import {
  findParametersCell,
  inject,
  isTagged,
  removeInjectedCells,
  withParametersCell,
  type Cell,
  type ExtractedName,
  type JsonValue,
  type Notebook,
} from '../src/index.js';

function cell(source: string, tags?: JsonValue): Cell {
  return { type: 'code', source, metadata: tags === undefined ? {} : { tags } };
}

function notebook(...cells: Cell[]): Notebook {
  return { cells, metadata: { kept: true } };
}

function sources(value: Notebook): string[] {
  return value.cells.map(({ source }) => source);
}

test.each([
  [['a', 'parameters'], true],
  [['parameters2'], false],
  [[], false],
  ['parameters', false],
  [null, false],
  [undefined, false],
])('a cell with tags %j is a parameters cell: %s', (tags, expected) => {
  expect(isTagged(cell('', tags), 'parameters')).toBe(expected);
});

test('the first parameters cell counts', () => {
  const tagged = ['parameters'];
  expect(
    findParametersCell(
      notebook(cell('a'), cell('b', tagged), cell('c', tagged)),
    ),
  ).toBe(1);
  expect(findParametersCell(notebook(cell('a')))).toBeUndefined();
});

describe('adding a parameters cell', () => {
  const upstream =
    '# tasks whose products this task reads, for example ["load"]';
  const product =
    '# files that this task writes, for example {"nb": "out/fit.ipynb"}';
  test.each<[string, readonly ExtractedName[] | undefined, string[]]>([
    ['python', undefined, [upstream, 'upstream = None']],
    ['r', ['upstream'], [upstream, 'upstream <- NULL']],
    [
      'python',
      ['upstream', 'product'],
      [upstream, 'upstream = None', product, 'product = None'],
    ],
    ['python', [], ['# default values of the parameters of this task']],
  ])('%s, %j', (language, extracted, lines) => {
    const [added, ...rest] = withParametersCell(
      notebook(cell('a')),
      language,
      extracted,
    ).cells;
    expect(added).toMatchObject({
      type: 'code',
      source: lines.join('\n'),
      metadata: { tags: ['parameters'] },
    });
    expect(rest).toEqual([cell('a')]);
  });

  test('nothing is added where there is one', () => {
    const value = notebook(cell('a'), cell('b', ['parameters']));
    expect(withParametersCell(value, 'python')).toBe(value);
  });
});

describe('injecting', () => {
  test.each([
    [
      'after the parameters cell',
      [cell('a'), cell('p', ['parameters']), cell('b')],
      ['a', 'p', 'new', 'b'],
    ],
    ['at the top without one', [cell('a')], ['new', 'a']],
    ['into an empty notebook', [], ['new']],
    [
      'instead of stale cells, wherever they are',
      [
        cell('old', ['injected-parameters']),
        cell('p', ['parameters']),
        cell('a'),
        cell('old', ['x', 'injected-parameters']),
      ],
      ['p', 'new', 'a'],
    ],
  ])('%s', (_name, cells, expected) => {
    const before = notebook(...cells);
    const after = inject(before, 'new');
    expect(sources(after)).toEqual(expected);
    expect(
      after.cells.find(({ source }) => source === 'new')?.metadata,
    ).toEqual({
      tags: ['injected-parameters'],
    });
    expect(after.metadata).toEqual({ kept: true });
    expect(before.cells).toEqual(cells);
  });

  test('injecting twice is injecting once', () => {
    const value = notebook(cell('p', ['parameters']));
    expect(inject(inject(value, 'x'), 'x')).toEqual(inject(value, 'x'));
  });

  test('removing gives back what was', () => {
    const value = notebook(cell('p', ['parameters']), cell('a'));
    expect(removeInjectedCells(inject(value, 'x'))).toEqual(value);
  });
});
