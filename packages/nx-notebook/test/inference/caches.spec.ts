/** What inference keeps between two commands, and when it stops believing it. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { PythonFacts } from '@nx-notebook/python';
import { dataFolder } from '../../src/data-folder.js';
import { openFactsFile } from '../../src/inference/facts-file.js';
import { openGraphCache } from '../../src/inference/graph-cache.js';
import type { Environment } from '../../src/settings/settings.js';
import { openSpecFiles } from '../../src/inference/spec-files.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nx-notebook-cache-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const now = (): bigint => BigInt(Date.now()) * 1_000_000n;

/** A file that was last changed long ago, as most files are. */
function oldFile(name: string, text = ''): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  utimesSync(path, 1000, 1000);
  return path;
}

describe('models of pipelines', () => {
  const models = [
    { configuration: '', pipeline: { tasks: [], variables: [] }, errors: 0 },
  ];
  /** In the future, because the time of a file's last inode change can't be set back. */
  const later = (): bigint => now() + 10_000_000_000n;

  function keep(reads: readonly string[], startedNs = later()): void {
    const cache = openGraphCache(folder, {
      pluginVersion: '1',
      env: { HOME: '/home/ann' },
    });
    const variables = ['HOME', 'STAGE'];
    cache.set('ml', { question: 'how', reads, variables, models, startedNs });
    cache.persist();
  }

  const kept = (
    version = '1',
    env: Environment = { HOME: '/home/ann', OTHER: '1' },
    question = 'how',
  ): unknown =>
    openGraphCache(folder, { pluginVersion: version, env }).get('ml', question);

  test('are found again', () => {
    keep([oldFile('pipeline.yaml')]);
    expect(kept()).toEqual(models);
  });

  test('are forgotten when a file changes that they were read from, also in time and size alone', () => {
    const file = oldFile('pipeline.yaml', 'a');
    keep([oldFile('a.py'), file]);
    writeFileSync(file, 'b');
    utimesSync(file, 1000, 1000);
    expect(kept()).toBeUndefined();
  });

  test('are forgotten when a file appears that was looked for', () => {
    keep([oldFile('pipeline.yaml'), join(folder, 'env.yaml')]);
    expect(kept()).toEqual(models);
    writeFileSync(join(folder, 'env.yaml'), '');
    expect(kept()).toBeUndefined();
  });

  test.each<[string, Environment]>([
    ['has another value', { HOME: '/home/bob' }],
    ['is gone', {}],
    ['appeared', { HOME: '/home/ann', STAGE: '' }],
  ])('are forgotten when a variable that was read %s', (_name, env) => {
    keep([oldFile('pipeline.yaml')]);
    expect(kept('1', env)).toBeUndefined();
  });

  test('are forgotten when they are asked for in another way', () => {
    keep([oldFile('pipeline.yaml')]);
    expect(kept('1', undefined, 'otherwise')).toBeUndefined();
  });

  test('are forgotten when a file is gone', () => {
    const file = oldFile('pipeline.yaml');
    keep([file]);
    rmSync(file);
    expect(kept()).toBeUndefined();
  });

  test('are not kept when a file was changed just before it was read', () => {
    keep([oldFile('pipeline.yaml')], now());
    expect(kept()).toBeUndefined();
  });

  test('belong to one version of the plugin', () => {
    keep([oldFile('pipeline.yaml')]);
    expect(kept('2')).toBeUndefined();
  });

  test('of pipelines that are gone do not stay', () => {
    keep([oldFile('pipeline.yaml')]);
    openGraphCache(folder, { pluginVersion: '1', env: {} }).persist();
    expect(kept()).toBeUndefined();
  });

  test.each([
    ['{'],
    ['null'],
    ['{"version":"1 2"}'],
    ['{"version":"1 2","entries":5}'],
  ])('a damaged file is an empty one: %s', (text) => {
    writeFileSync(join(folder, 'nx-notebook-graph.json'), text);
    expect(kept()).toBeUndefined();
  });
});

describe('facts of Python sources', () => {
  const facts = { imports: [] } as unknown as PythonFacts;

  test('survive the process', () => {
    const file = openFactsFile(folder, '1');
    file.set('d', facts);
    file.persist();
    expect(openFactsFile(folder, '1').get('d')).toEqual(facts);
    expect(openFactsFile(folder, '2').get('d')).toBeUndefined();
  });

  test('of another process are kept, the most recently used longest', () => {
    const first = openFactsFile(folder, '1');
    for (let index = 0; index < 10_000; index += 1)
      first.set(`${index}`, facts);
    first.persist();
    const second = openFactsFile(folder, '1');
    second.get('0');
    second.set('new', facts);
    second.persist();
    const third = openFactsFile(folder, '1');
    expect(third.get('0')).toEqual(facts);
    expect(third.get('new')).toEqual(facts);
    expect(third.get('1')).toBeUndefined();
  });

  test('are not written when nothing is new', () => {
    const file = openFactsFile(folder, '1');
    file.get('d');
    file.persist();
    expect(readdirSync(folder)).toEqual([]);
  });
});

describe('spec files', () => {
  const digest = 'd'.repeat(64);

  test('carry a digest as a file of that name and content', () => {
    const specs = openSpecFiles(folder, join(folder, '.nx/workspace-data'));
    expect(specs.input(digest)).toEqual({
      fileset: `{workspaceRoot}/.nx/workspace-data/nx-notebook-specs/${digest}`,
      includeIgnored: true,
    });
    const path = join(folder, '.nx/workspace-data/nx-notebook-specs', digest);
    expect(readFileSync(path, 'utf8')).toBe(digest);
  });

  test.each(['', '0'.repeat(64)])(
    'are made again when they hold %j',
    (text) => {
      const data = join(folder, 'data');
      openSpecFiles(folder, data).input(digest);
      const file = join(data, 'nx-notebook-specs', digest);
      writeFileSync(file, text);
      openSpecFiles(folder, data).input(digest);
      expect(readFileSync(file, 'utf8')).toBe(digest);
    },
  );

  test('are made again when they were removed', () => {
    const data = join(folder, 'data');
    openSpecFiles(folder, data).input(digest);
    rmSync(data, { recursive: true });
    openSpecFiles(folder, data).input(digest);
    expect(readdirSync(join(data, 'nx-notebook-specs'))).toEqual([digest]);
  });

  test.each([
    ['outside the workspace', () => join(tmpdir(), 'elsewhere')],
    [
      'where nothing can be written',
      () => {
        writeFileSync(join(folder, 'file'), '');
        return join(folder, 'file');
      },
    ],
  ])('give way to a command when the data folder is %s', (_name, data) => {
    const specs = openSpecFiles(folder, data());
    expect(specs.input(digest)).toEqual({ runtime: `echo ${digest}` });
    expect(specs.folder).toBeUndefined();
  });

  test('that nobody asks for go when they are many and old', () => {
    const specs = join(folder, 'nx-notebook-specs');
    mkdirSync(specs);
    for (let index = 0; index < 2100; index += 1) {
      const path = join(specs, `${index}`);
      writeFileSync(path, '');
      if (index < 2000) utimesSync(path, 1000, 1000);
    }
    const opened = openSpecFiles(folder, folder);
    opened.input('0');
    opened.prune(Date.now());
    expect(readdirSync(specs)).toHaveLength(101);
    expect(readdirSync(specs)).toContain('0');
  });
});

test.each([
  [{}, '/w/.nx/workspace-data'],
  [{ NX_WORKSPACE_DATA_DIRECTORY: 'd' }, '/w/d'],
  [{ NX_WORKSPACE_DATA_DIRECTORY: '/abs' }, '/abs'],
  [{ NX_PROJECT_GRAPH_CACHE_DIRECTORY: 'old' }, '/w/old'],
])('the data folder is where Nx has it: %p', (env, expected) => {
  expect(dataFolder('/w', env)).toBe(expected);
});
