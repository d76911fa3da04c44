/** Pipelines that get the same Python are asked for it once. */
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { pythonFolder } from '../src/python-folder.js';
import { Files } from './support/files.js';

test.each([
  ['a/b', '.'],
  ['a/c', '.'],
  ['own/b/c', 'own'],
  ['old/b', 'old/b'],
  ['.', '.'],
])('that of %s is looked for in %s', (folder, expected) => {
  using files = new Files({
    '.venv/pyvenv.cfg': '',
    'own/.venv/pyvenv.cfg': '',
    'old/b/venv/pyvenv.cfg': '',
  });
  expect(pythonFolder(join(files.root, folder), files.root)).toBe(
    join(files.root, expected),
  );
});

test('without any environment it is looked for in the workspace', () => {
  using files = new Files({ 'a/pipeline.yaml': '' });
  expect(pythonFolder(join(files.root, 'a'), files.root)).toBe(files.root);
});

test('a folder outside of the workspace is left as it is', () => {
  expect(pythonFolder('/elsewhere/a', '/workspace')).toBe('/elsewhere/a');
});
