/**
 * What a published package must and must not contain.
 */
import { describe, expect, test } from '@jest/globals';
import {
  commandProblems,
  contentProblems,
  namedFiles,
  withVersion,
} from '../scripts/pack/contents.mjs';

const manifest = {
  name: '@nx-notebook/store',
  version: '1.0.0',
  main: './dist/index.js',
  types: './dist/index.d.ts',
  exports: { '.': { default: './dist/index.js' }, './*': './dist/*.js' },
  dependencies: { '@nx-notebook/notebook': '1.0.0', yaml: '2.0.0' },
};

const good = [
  'package.json',
  'README.md',
  'LICENSE',
  'dist/index.js',
  'dist/index.d.ts',
  'python/launcher.py',
];

describe('contents', () => {
  test('of a good package give no problem', () => {
    expect(contentProblems(manifest, good, ['python/launcher.py'])).toEqual([]);
  });

  test('that are missing are named', () => {
    const files = good.filter(
      (path) => !['LICENSE', 'dist/index.d.ts'].includes(path),
    );
    expect(contentProblems(manifest, files, ['schema.json'])).toEqual([
      '@nx-notebook/store lacks LICENSE',
      '@nx-notebook/store lacks dist/index.d.ts',
      '@nx-notebook/store lacks schema.json',
    ]);
  });

  test.each([
    ['src/index.ts', 'source'],
    ['dist/index.ts', 'source'],
    ['dist/tsconfig.tsbuildinfo', 'build state'],
    ['dist/store.spec.js', 'test'],
    ['test/fixtures/a.json', 'test'],
    ['python/__pycache__/a.pyc', 'byte code'],
    ['tsconfig.json', 'compiler settings'],
  ])('%s is refused', (path, why) => {
    expect(contentProblems(manifest, [...good, path], [])).toEqual([
      `@nx-notebook/store contains ${path} (${why})`,
    ]);
  });
});

test('the files that a manifest names are found at any depth', () => {
  expect(namedFiles(manifest)).toEqual([
    'dist/index.js',
    'dist/index.d.ts',
    'dist/index.js',
  ]);
});

test('an export chosen by # is not part of the path', () => {
  expect(namedFiles({ implementation: './dist/a.js#run' })).toEqual([
    'dist/a.js',
  ]);
});

test('another version reaches the siblings and nobody else', () => {
  const siblings = new Set(['@nx-notebook/notebook', '@nx-notebook/store']);
  expect(withVersion(manifest, '1.0.0-x', siblings)).toMatchObject({
    version: '1.0.0-x',
    dependencies: { '@nx-notebook/notebook': '1.0.0-x', yaml: '2.0.0' },
  });
});

test('a command without its first line for the shell is named', () => {
  const withBin = { ...manifest, bin: { good: './a.js', bad: './b.js' } };
  const texts: Readonly<Record<string, string>> = {
    'a.js': '#!/usr/bin/env node\nrun()',
    'b.js': 'run()',
  };
  expect(commandProblems(withBin, (path) => texts[path] ?? '')).toEqual([
    '@nx-notebook/store has a command without #!: b.js',
  ]);
});
