/** Deterministic files: ids, lines, order. The bytes are compared with nbformat's in write-notebook.kernel.spec.ts. */
import { describe, expect, test } from '@jest/globals';
import {
  notebookChunks,
  readNotebook,
  writeNotebook,
  type Cell,
  type Notebook,
} from '../src/index.js';
import { splitPythonLines } from '../src/python-lines.js';

function code(source: string, id?: string): Cell {
  return {
    type: 'code',
    source,
    metadata: {},
    ...(id !== undefined && { id }),
  };
}

function notebook(...cells: Cell[]): Notebook {
  return { cells, metadata: {} };
}

function idsOf(...cells: Cell[]): string[] {
  const written = JSON.parse(writeNotebook(notebook(...cells))) as {
    cells: { id: string }[];
  };
  return written.cells.map(({ id }) => id);
}

test('the whole file', () => {
  expect(
    writeNotebook({
      cells: [
        {
          type: 'markdown',
          source: '# A\n',
          metadata: { b: 1, a: [] },
          id: 'm',
        },
        {
          ...code('1\n2', 'c'),
          executionCount: 1,
          outputs: [{ output_type: 'stream', name: 'stdout', text: 'a\nb' }],
        },
      ],
      metadata: { kernelspec: { name: 'python3' } },
    }),
  ).toBe(`{
 "cells": [
  {
   "cell_type": "markdown",
   "id": "m",
   "metadata": {
    "a": [],
    "b": 1
   },
   "source": [
    "# A\\n"
   ]
  },
  {
   "cell_type": "code",
   "execution_count": 1,
   "id": "c",
   "metadata": {},
   "outputs": [
    {
     "name": "stdout",
     "output_type": "stream",
     "text": [
      "a\\n",
      "b"
     ]
    }
   ],
   "source": [
    "1\\n",
    "2"
   ]
  }
 ],
 "metadata": {
  "kernelspec": {
   "name": "python3"
  }
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
`);
});

test('a file that was read is written unchanged', () => {
  const text = writeNotebook(notebook(code('a'), code('b', 'b'), code('')));
  const read = readNotebook({ path: '/w/a.ipynb', text });
  expect(read.ok && writeNotebook(read.value.notebook)).toBe(text);
});

test('the pieces are the file', () => {
  const value = notebook(code('a'), code('b'));
  const pieces = [...notebookChunks(value)];
  expect(pieces).toHaveLength(4);
  expect(pieces.join('')).toBe(writeNotebook(value));
});

describe('cell ids', () => {
  test('valid ones are kept', () => {
    expect(idsOf(code('', 'a'), code('', 'B-_9'))).toEqual(['a', 'B-_9']);
  });

  test.each([[''], ['a b'], ['é'], ['x'.repeat(65)]])(
    '%j is replaced by one that does not depend on it',
    (id) => {
      expect(idsOf(code('x', id))).toEqual(idsOf(code('x')));
    },
  );

  test('of equal ones the first cell keeps it', () => {
    const [first, second] = idsOf(code('x', 'a'), code('y', 'a'));
    expect(first).toBe('a');
    expect(second).toBe(idsOf(code('y'))[0]);
  });

  test('equal cells have different ones, the same in every run', () => {
    const ids = idsOf(code('x'), code('x'), code('x'));
    expect(new Set(ids).size).toBe(3);
    expect(idsOf(code('x'), code('x'), code('x'))).toEqual(ids);
  });

  test('a cell in front does not change those behind it', () => {
    const [, second] = idsOf(code('new'), code('x'));
    expect([second]).toEqual(idsOf(code('x')));
  });

  test('a made one never equals a given one', () => {
    const [made] = idsOf(code('x'));
    const ids = idsOf(code('x'), code('y', made));
    expect(ids[1]).toBe(made);
    expect(ids[0]).not.toBe(made);
  });
});

test.each([
  ['', []],
  ['a', ['a']],
  ['a\n', ['a\n']],
  ['\n\n', ['\n', '\n']],
  ['a\r\nb\rc', ['a\r\n', 'b\r', 'c']],
  [
    '1\v2\f3\x1c4\x1d5\x1e6\x857\u20288\u20299\x1f',
    [
      '1\v',
      '2\f',
      '3\x1c',
      '4\x1d',
      '5\x1e',
      '6\x85',
      '7\u2028',
      '8\u2029',
      '9\x1f',
    ],
  ],
])('lines of %j', (text, lines) => {
  expect(splitPythonLines(text)).toEqual(lines);
});
