/** Paths and names that reach Nx. */
import { describe, expect, test } from '@jest/globals';
import { pathToGlob, tokenGlob, toSlashes } from '../../src/inference/glob.js';
import {
  projectNames,
  type NamedFolder,
} from '../../src/inference/project-names.js';
import { taskTargetName } from '../../src/inference/target-name.js';

describe('globs', () => {
  test.each([
    ['plain/a-b_c.1.csv', 'plain/a-b_c.1.csv'],
    ['with space+@!/x', 'with space+@!/x'],
    ['a (1).py', 'a \\(1\\).py'],
    ['a[1].py', 'a\\[1\\].py'],
    ['a{options.b}.py', 'a?options.b?.py'],
    ['a*b?.py', 'a\\*b\\?.py'],
    ['!first', '?first'],
  ])('%s on POSIX', (path, glob) => {
    expect(pathToGlob(path, 'linux')).toBe(glob);
  });

  test('no backslash on Windows, where it separates folders', () => {
    expect(pathToGlob('a (1) [b] {c}*.py', 'win32')).toBe('a ?1? ?b? ?c??.py');
  });

  test('a sibling with the same beginning is not inside the project', () => {
    expect(tokenGlob('ml-data/x.csv', 'ml', 'linux')).toBe(
      '{workspaceRoot}/ml-data/x.csv',
    );
  });

  test('Windows paths become slashes on every host', () => {
    expect(toSlashes('pipelines\\ml\\pipeline.yaml')).toBe(
      'pipelines/ml/pipeline.yaml',
    );
    expect(toSlashes('./a/b/')).toBe('a/b');
  });
});

describe('targets of tasks', () => {
  test.each([
    ['clean', 'execute--clean'],
    ['fit-0.1_b', 'execute--fit-0.1_b'],
    ['größe', 'execute--größe'],
  ])('%s keeps its name', (task, target) => {
    expect(taskTargetName('execute', task)).toBe(target);
  });

  test('a colon would end the name, and two names never become one', () => {
    const names = ['a:b', 'a b', 'a/b', 'a-b', '-a'].map((name) =>
      taskTargetName('execute', name),
    );
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^execute--[\w.-]+$/);
  });
});

describe('projects', () => {
  const names = (...folders: (string | NamedFolder)[]): unknown =>
    Object.fromEntries(
      projectNames(
        folders.map((item) =>
          typeof item === 'string' ? { root: item } : item,
        ),
      ),
    );

  test('are named after their folder', () => {
    expect(names('pipelines/ml', 'etl')).toEqual({
      'pipelines/ml': 'ml',
      etl: 'etl',
    });
  });

  test('of the same folder name get their path, both of them', () => {
    expect(names('a/ml', 'b/ml')).toEqual({ 'a/ml': 'a-ml', 'b/ml': 'b-ml' });
  });

  test('join the project that is there', () => {
    expect(names({ root: 'a/ml', ownName: '@acme/ml' })).toEqual({
      'a/ml': '@acme/ml',
    });
  });

  test('give way to a folder that names itself', () => {
    expect(names({ root: 'x', ownName: 'ml' }, 'a/ml')).toEqual({
      x: 'ml',
      'a/ml': 'a-ml',
    });
  });

  test('stay apart when a joined path is the name of another folder', () => {
    expect(names('a/ml', 'b/ml', 'a-ml')).toEqual({
      'a-ml': 'a-ml',
      'a/ml': 'a-ml-2',
      'b/ml': 'b-ml',
    });
  });

  test('at the root of the workspace are not named after the clone', () => {
    expect(names('.')).toEqual({ '.': 'root' });
  });

  test('do not depend on the order of the files', () => {
    const roots = ['a/ml', 'b/ml', 'a-ml', 'c/ml', 'etl'];
    expect(names(...roots.toReversed())).toEqual(names(...roots));
  });

  test('hold no colon', () => {
    expect(names('a:b')).toEqual({ 'a:b': 'a-b' });
  });
});
