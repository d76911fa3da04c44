/** Equal digests for equal sources, different ones for any difference that may matter. */
import { describe, expect, test } from '@jest/globals';
import {
  cellsDigest,
  inject,
  readNotebook,
  writeNotebook,
  type Cell,
  type Notebook,
} from '../src/index.js';

function digest(...cells: Cell[]): string {
  return cellsDigest({ cells, metadata: {} });
}

function code(source: string, tags: string[] = []): Cell {
  return { type: 'code', source, metadata: { tags } };
}

function read(path: string, text: string): Notebook {
  const result = readNotebook({ path, text });
  if (!result.ok) {
    throw new Error(result.error.message);
  }
  return result.value.notebook;
}

test('is pinned: a change here executes every task of every user again', () => {
  expect(
    digest(code('x = 1', ['parameters']), {
      type: 'markdown',
      source: 'é',
      metadata: {},
    }),
  ).toBe('5e60003c14d3cb1a931afb4a4899f736d7013033ad718dbd85d524e4a6594955');
});

test('a script and the notebook made of it are equal', () => {
  const script = read(
    '/w/a.py',
    '# %% tags=["parameters"]\nupstream = None\n\n# %% [markdown]\n# text\n\n# %%\n# %time x\n',
  );
  const light = read(
    '/w/b.py',
    '# + tags=["parameters"]\nupstream = None\n# -\n\n# text\n\n# %time x\n',
  );
  const ipynb = read('/w/a.ipynb', writeNotebook(script));
  expect(cellsDigest(ipynb)).toBe(cellsDigest(script));
  expect(cellsDigest(light)).toBe(cellsDigest(script));
});

describe('equal', () => {
  const plain = code('x = 1\ny');
  test.each<[string, Cell]>([
    ['id', { ...plain, id: 'a' }],
    [
      'outputs and count',
      { ...plain, outputs: [{ output_type: 'stream' }], executionCount: 4 },
    ],
    ['metadata', { ...plain, metadata: { collapsed: true } }],
    ['tags without a meaning here', code('x = 1\ny', ['hide'])],
    ['line break at the end', code('x = 1\ny\n')],
    ['several of them', code('x = 1\ny\n\n')],
    ['Windows line breaks', code('x = 1\r\ny\r\n')],
  ])('%s', (_name, cell) => {
    expect(digest(cell)).toBe(digest(plain));
  });

  test('an injected cell does not count', () => {
    const value = {
      cells: [code('p', ['parameters']), code('a')],
      metadata: {},
    };
    expect(cellsDigest(inject(value, 'n = 1'))).toBe(cellsDigest(value));
  });
});

describe('different', () => {
  const plain = [code('x'), code('y')];
  test.each<[string, Cell[]]>([
    ['source', [code('x '), code('y')]],
    ['a comment', [code('x'), code('y  # z')]],
    ['blank line at the start', [code('\nx'), code('y')]],
    ['order', [code('y'), code('x')]],
    ['cells joined', [code('x\ny')]],
    ['an empty cell', [code('x'), code(''), code('y')]],
    ['type', [{ ...code('x'), type: 'raw' }, code('y')]],
    ['raises-exception', [code('x'), code('y', ['raises-exception'])]],
    ['skip-execution', [code('x'), code('y', ['skip-execution'])]],
    ['parameters', [code('x', ['parameters']), code('y')]],
  ])('%s', (_name, cells) => {
    expect(digest(...cells)).not.toBe(digest(...plain));
  });

  test('a line break more in a file that a cell magic writes', () => {
    expect(digest(code('%%writefile a\nx\n'))).not.toBe(
      digest(code('%%writefile a\nx')),
    );
  });
});
