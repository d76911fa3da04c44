/** Failing cells in scripts and notebooks, with what executing puts between the file and the executed notebook. */
import { expect, test } from '@jest/globals';
import {
  inject,
  readNotebook,
  writeNotebook,
  type Notebook,
} from '@nx-notebook/notebook';
import { findFailurePlace } from '../src/failure-place.js';

const script = `# %% [markdown]
# # Title

# %% tags=["parameters"]
x = 1

# %%
check()

# %%
check()
y = 2
`;

function notebookOf(path: string, text: string): Notebook {
  const read = readNotebook({ path, text });
  if (!read.ok) throw new Error(read.error.message);
  return read.value.notebook;
}

/** `path:line` of a line in a cell of the notebook as it was executed. */
function placeOf(
  path: string,
  text: string,
  failed: { readonly index: number; readonly line?: number },
  now = text,
): string | undefined {
  const executed = inject(notebookOf(path, text), 'x = 2\n');
  const place = findFailurePlace({ path, text: now }, executed, failed);
  return place && `${place.line}: ${place.lineText}`;
}

test.each([
  ['a cell behind the injected one', { index: 3, line: 1 }, '8: check()'],
  ['a line of a later cell', { index: 4, line: 2 }, '12: y = 2'],
  ['an unknown line', { index: 4 }, '11: check()'],
  ['the injected cell', { index: 2, line: 1 }, undefined],
  ['no cell', { index: 9, line: 1 }, undefined],
])('in a script: %s', (_name, failed, expected) => {
  expect(placeOf('/ws/a.py', script, failed)).toBe(expected);
});

test('of two cells alike, the one that failed', () => {
  const text = script.replace('\ny = 2', '');
  expect(placeOf('/ws/a.py', text, { index: 4, line: 1 })).toBe('11: check()');
});

test('a file that changed has the place only if it still has the cell', () => {
  const failed = { index: 4, line: 2 };
  const moved = `# a comment\n\n${script}`;
  expect(placeOf('/ws/a.py', script, failed, moved)).toBe('14: y = 2');
  const gone = script.replace('y = 2', 'y = 3');
  expect(placeOf('/ws/a.py', script, failed, gone)).toBeUndefined();
});

test('in an .ipynb it is the line of the JSON', () => {
  const text = writeNotebook(notebookOf('/ws/a.py', script));
  const place = placeOf('/ws/a.ipynb', text, { index: 4, line: 2 });
  expect(place).toMatch(/^\d+: *"y = 2"$/);
});

test('a file that is no notebook any more has no place', () => {
  const text = writeNotebook(notebookOf('/ws/a.py', script));
  const failed = { index: 4, line: 2 };
  expect(placeOf('/ws/a.ipynb', text, failed, '{')).toBeUndefined();
});
