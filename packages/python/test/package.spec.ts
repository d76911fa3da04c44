/** What the package must be to its users: light to load, and with the grammar that its npm source ships. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import { expect, it } from '@jest/globals';

const root = path.resolve(__dirname, '..');
const sha256 = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex');

it('has the grammar of the locked tree-sitter-python', () => {
  const grammar = createRequire(__filename).resolve(
    'tree-sitter-python/tree-sitter-python.wasm',
  );
  expect(sha256(path.join(root, 'wasm/tree-sitter-python.wasm'))).toBe(
    sha256(grammar),
  );
});

it('packs the grammar', () => {
  const { files } = JSON.parse(
    readFileSync(path.join(root, 'package.json'), 'utf8'),
  ) as { files: string[] };
  expect(files).toContain('wasm');
});

it('loads no parser before it is asked to parse', () => {
  const script = `
    const before = Object.keys(require.cache);
    require('./dist/index.js');
    console.log(Object.keys(require.cache).filter((file) => file.includes('tree-sitter')).length);
  `;
  const output = execFileSync(process.execPath, ['-e', script], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(output).toBe('0\n');
});
