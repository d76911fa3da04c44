/** The writer gives the bytes of the installed nbformat. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readNotebook, writeNotebook } from '../src/index.js';
import { runPython } from './python.js';

const texts = [
  readFileSync(join(__dirname, 'fixtures/rich-outputs.ipynb'), 'utf8'),
  '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
  '{"cells": [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": []}], "metadata": {"signature": "x", "orig_nbformat": 3, "l": [[]]}, "nbformat": 4, "nbformat_minor": 5}',
];

test('files equal those of nbformat byte for byte', () => {
  const written = texts.map((text) => {
    const read = readNotebook({ path: '/w/a.ipynb', text });
    return read.ok ? writeNotebook(read.value.notebook) : read.error.message;
  });
  expect(written).toEqual(
    runPython('nbformat_write.py', { input: JSON.stringify(texts) }),
  );
}, 60_000);
