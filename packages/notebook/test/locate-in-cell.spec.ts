/** From a place in a cell to the place in its file. */
import { expect, test } from '@jest/globals';
import { locateInCell, readNotebook, type CellPlace } from '../src/index.js';

/** The marked text, with its line and column in the file. */
function locate(path: string, text: string, place: CellPlace): string {
  const read = readNotebook({ path, text });
  if (!read.ok) {
    throw new Error(read.error.message);
  }
  const { line, column, length, lineText } = locateInCell(
    { path, text },
    read.value,
    place,
  );
  return `${line}:${column} ${lineText.slice(column - 1, column - 1 + length)}`;
}

const second = { line: 2, column: 5, length: 3 };

test.each([
  [
    'percent',
    '/a.py',
    '# %%\nx\n\n# %% tags=["a"]\na = 1\nb = BAD\n',
    { cell: 1, ...second },
    '6:5 BAD',
  ],
  [
    'text before the first marker',
    '/a.py',
    'a\nb = BAD\n# %%\n',
    { cell: 0, ...second },
    '2:5 BAD',
  ],
  [
    'a byte order mark',
    '/a.py',
    '\uFEFF# %%\na\nb = BAD\n',
    { cell: 0, ...second },
    '3:5 BAD',
  ],
  [
    'light paragraph',
    '/a.py',
    'x\n\na\nb = BAD\n',
    { cell: 1, ...second },
    '4:5 BAD',
  ],
  [
    'light explicit cell',
    '/a.py',
    'x\n\n# +\n\nb = BAD\n# -\n',
    { cell: 1, ...second },
    '5:5 BAD',
  ],
  [
    'behind a header',
    '/a.py',
    '# ---\n# title: x\n# ---\n\n# %%\na\nb = BAD\n',
    { cell: 1, ...second },
    '7:5 BAD',
  ],
  [
    'a magic that was a comment',
    '/a.py',
    '# %%\na\n# !ls BAD\n',
    { cell: 0, ...second },
    '3:7 BAD',
  ],
  [
    'a cell of another language',
    '/a.py',
    '# %% language="bash"\n# ls BAD\n',
    { cell: 0, line: 2, column: 4, length: 3 },
    '2:6 BAD',
  ],
  [
    'Markdown',
    '/a.md',
    'text\n\n```python\na\nb = BAD\n```\n',
    { cell: 1, ...second },
    '5:5 BAD',
  ],
  [
    'R Markdown',
    '/a.Rmd',
    '```{r}\na\nb = BAD\n```\n',
    { cell: 0, ...second },
    '3:5 BAD',
  ],
  [
    'the end of a line',
    '/a.py',
    '# %%\nabc\n',
    { cell: 0, line: 1, column: 3, length: 99 },
    '2:3 c',
  ],
])('%s', (_name, ...[path, text, place, expected]) => {
  expect(locate(path, text, place)).toBe(expected);
});

test.each([
  ['lines', '["a\\n",\n"b = BAD\\n", "c"]', '2:6 BAD'],
  ['one text', '"a\\nb = BAD\\nc"', '1:67 BAD'],
  ['escapes in front', '["a\\n",\n"\\"\\u00e9\\\\ BAD"]', '2:13 BAD'],
  ['characters of two units', '["a\\n",\n"😀  BAD"]', '2:6 BAD'],
  ['a line that was cut short', '["a\\n",\n"b"]', '2:3 "'],
])('.ipynb with %s', (_name, source, expected) => {
  const text = `{"nbformat": 4, "cells": [{"cell_type": "code", "source": ${source}}]}`;
  expect(locate('/a.ipynb', text, { cell: 0, ...second })).toBe(expected);
});

test('a cell that the file does not have is located somewhere in it', () => {
  expect(
    locate('/a.py', '# %%\nx\n', { cell: 7, line: 99, column: 99, length: 5 }),
  ).toBe('2:2 ');
  expect(locate('/a.py', '', { cell: 0, line: 1, column: 1, length: 1 })).toBe(
    '1:1 ',
  );
});
