/** What VS Code is told, and what of its settings stays. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { parse } from 'jsonc-parser';
import { addEditorSchemas } from '../../src/generators/editor-schemas.js';

const file = '.vscode/settings.json';

test('settings are made, with schemas that the package has', () => {
  const tree = createTreeWithEmptyWorkspace();
  expect(addEditorSchemas(tree)).toMatch(/^\.vscode\/settings\.json: added/);
  const settings = parse(tree.read(file, 'utf-8') ?? '') as {
    'yaml.schemas': Record<string, readonly string[]>;
  };
  const paths = Object.keys(settings['yaml.schemas']);
  expect(paths).toHaveLength(2);
  for (const path of paths) {
    const published = path.replace('./node_modules/nx-notebook', '../..');
    expect([path, existsSync(join(__dirname, published))]).toEqual([
      path,
      true,
    ]);
  }
});

test('comments and other settings stay, and a second time changes nothing', () => {
  const tree = createTreeWithEmptyWorkspace();
  const before = [
    '{',
    '  // Ours.',
    '  "editor.tabSize": 2,',
    '  "yaml.schemas": { "./own.json": ["a.yaml"] },',
    '}',
    '',
  ].join('\n');
  tree.write(file, before);
  addEditorSchemas(tree);
  const once = tree.read(file, 'utf-8') ?? '';
  expect(once).toContain('  // Ours.\n  "editor.tabSize": 2,\n');
  expect(parse(once, [], { allowTrailingComma: true })).toMatchObject({
    'yaml.schemas': { './own.json': ['a.yaml'] },
  });
  expect(addEditorSchemas(tree)).toBe(
    '.vscode/settings.json: knows the schemas already',
  );
  expect(tree.read(file, 'utf-8')).toBe(once);
});

test('settings that are no JSON stay untouched', () => {
  const tree = createTreeWithEmptyWorkspace();
  tree.write(file, '{"a": ');
  expect(addEditorSchemas(tree)).toMatch(
    /can't be read.*# yaml-language-server: \$schema=/,
  );
  expect(tree.read(file, 'utf-8')).toBe('{"a": ');
});
