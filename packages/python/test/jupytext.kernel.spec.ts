/** Formats that only jupytext reads, converted by the real one. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { PythonLookup } from '../src/index.js';
import { openConverter } from '../src/index.js';

jest.setTimeout(60_000);

const venv = path.resolve(__dirname, '../../../.venv/bin/python');
const sphinx = [
  '"""',
  'Title',
  '=====',
  '"""',
  '####################',
  '# Some text',
  'x = 1',
  '',
  '####################',
  '# More text',
  'print(x)',
  '',
].join('\n');

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'nx-notebook-jupytext-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function lookup(interpreter: string): () => Promise<PythonLookup> {
  return () =>
    Promise.resolve({
      ok: true,
      origin: 'test',
      interpreter: { path: interpreter, version: '3.11', sitePackages: [] },
    });
}

const never = (): Promise<PythonLookup> =>
  Promise.reject(new Error('Python was asked for'));

test('a Sphinx-Gallery script becomes the cells of a notebook', async () => {
  const convert = openConverter({ python: lookup(venv) });
  const converted = await convert({ path: '/w/a.py', text: sphinx });
  const notebook = JSON.parse(converted.ok ? converted.ipynb : '{}') as {
    cells: readonly { cell_type: string; source: readonly string[] }[];
  };
  expect(
    notebook.cells.map((cell) => [
      cell.cell_type,
      [cell.source].flat().join(''),
    ]),
  ).toEqual([
    ['code', '%matplotlib inline'],
    ['markdown', 'Title\n====='],
    ['markdown', 'Some text'],
    ['code', 'x = 1'],
    ['markdown', 'More text'],
    ['code', 'print(x)'],
  ]);
});

test('the same text is not converted twice, not even by another process', async () => {
  const notebook = { path: '/w/a.py', text: sphinx };
  const first = openConverter({ python: lookup(venv), cacheFolder: folder });
  const converted = await first(notebook);
  const second = openConverter({ python: never, cacheFolder: folder });
  expect(await second(notebook)).toEqual(converted);
});

test('a conversion that was cut on disk is made again', async () => {
  const notebook = { path: '/w/a.py', text: sphinx };
  const options = { python: lookup(venv), cacheFolder: folder };
  const converted = await openConverter(options)(notebook);
  const kept = path.join(folder, 'nx-notebook-converted');
  for (const name of readdirSync(kept)) {
    writeFileSync(path.join(kept, name), '{"cells": [');
  }
  expect(await openConverter(options)(notebook)).toEqual(converted);
});

test('nothing of the workspace is imported', async () => {
  const trap = path.join(folder, 'jupytext.py');
  writeFileSync(trap, 'raise SystemExit("imported")\n');
  const before = process.cwd();
  process.chdir(folder);
  try {
    const convert = openConverter({ python: lookup(venv) });
    const file = path.join(folder, 'a.py');
    expect(await convert({ path: file, text: sphinx })).toMatchObject({
      ok: true,
    });
  } finally {
    process.chdir(before);
  }
});

test('an interpreter without jupytext: what to install, and where', async () => {
  // A launcher of the same interpreter that sees no packages at all.
  const bare = path.join(folder, 'python');
  writeFileSync(bare, `#!/bin/sh\nexec "${venv}" -S "$@"\n`, { mode: 0o755 });
  const convert = openConverter({ python: lookup(bare) });
  expect(await convert({ path: '/w/a.py', text: sphinx })).toEqual({
    ok: false,
    message: `only the Python package jupytext reads it, which ${bare} does not have`,
    hint: `Install it: ${bare} -m pip install jupytext`,
  });
});

test('a text that jupytext refuses is told in its words', async () => {
  const convert = openConverter({ python: lookup(venv) });
  const text = '```{code-cell} ipython3\n---\ntags: [a\n---\nx\n```\n';
  const converted = await convert({ path: '/w/a.md', text });
  expect(converted).toMatchObject({
    ok: false,
    message: expect.stringMatching(/^jupytext can't read it: \w+: .*line 1/),
  });
});

test('no Python: what its look-up said', async () => {
  const convert = openConverter({
    python: () =>
      Promise.resolve({ ok: false, message: 'No Python.', hint: 'Get one.' }),
  });
  expect(await convert({ path: '/w/a.py', text: sphinx })).toMatchObject({
    ok: false,
    message: 'No Python.',
    hint: 'Get one.',
  });
});
