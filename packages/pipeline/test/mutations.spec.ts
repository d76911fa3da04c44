/**
 * Damaged pipelines: loading always answers, with diagnostics that point into existing lines, reads nothing outside of the
 * workspace and starts nothing. NX_NOTEBOOK_MUTATIONS sets how many are tried.
 */
import child_process from 'node:child_process';
import fs from 'node:fs';
import { join, sep } from 'node:path';
import {
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import type { Diagnostic } from '@nx-notebook/notebook';
import { loadPipeline, type LoadResult } from '../src/index.js';
import { parseCases, script, type Case } from './case-file.js';
import { mutator } from './mutate.js';
import { randomNumbers } from './random-numbers.js';
import { TestFolder } from './test-folder.js';

const folder = join(__dirname, 'cases');
const cases = fs
  .readdirSync(folder)
  .sort()
  .flatMap((name) => parseCases(fs.readFileSync(join(folder, name), 'utf8')));
const rounds = Number(process.env['NX_NOTEBOOK_MUTATIONS'] ?? 10_000);
const parts = 10;

/** Beside the workspace: mutations ask for them. */
const traps = {
  'trap.py': script(),
  'trap.sql': 'SELECT 1',
  'trap.yaml': '- {source: trap.py, product: trap.ipynb}',
  'trap.ipynb': '{}',
};

describe('damaged pipelines', () => {
  const opened: string[] = [];
  const started: string[] = [];

  // Parts of ours that are loaded late are read before reading is watched.
  beforeAll(async () => {
    for (const one of cases) {
      using test = new TestFolder(Object.fromEntries(one.files));
      await loadCase(test, one);
    }
  }, 60_000);

  beforeEach(() => {
    opened.length = 0;
    started.length = 0;
    for (const name of ['readFileSync', 'openSync', 'readdirSync'] as const)
      watch(fs, name, opened);
    for (const name of ['readFile', 'open', 'readdir'] as const) {
      watch(fs, name, opened);
      watch(fs.promises, name, opened);
    }
    for (const name of [
      ...(['spawn', 'spawnSync', 'exec', 'execSync'] as const),
      ...(['execFile', 'execFileSync', 'fork'] as const),
    ])
      watch(child_process, name, started);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it.each(Array.from({ length: parts }, (_, part) => [part]))(
    'are answered with a pipeline or with diagnostics, part %d',
    async (part) => {
      const mutate = mutator(
        randomNumbers(2024 + part),
        cases.flatMap(({ files }) => [files.get('pipeline.yaml') ?? '']),
      );
      const random = randomNumbers(part);
      const share = cases.filter((_, index) => index % parts === part);
      const found: unknown[] = [];
      const perCase = Math.ceil(rounds / parts / share.length);
      for (const one of share) {
        using test = new TestFolder(Object.fromEntries(one.files));
        test.writeBeside(traps);
        for (let round = 0; round < perCase; round += 1) {
          const [path, text] = fileOf(one, random());
          const mutated = mutate(text, path);
          test.write({ [path]: mutated });
          opened.length = 0;
          const result = await loadCase(test, one);
          test.write({ [path]: text });
          const faults = faultsOf(result);
          const outside = [...opened, ...lookedAt(result)].filter(
            (each) => each !== test.root && !each.startsWith(test.root + sep),
          );
          if (faults.length + outside.length + started.length > 0)
            found.push({ path, mutated, faults, outside, started });
        }
      }
      expect(found.slice(0, 3)).toEqual([]);
    },
    120_000,
  );
  it.each([
    ['[', '['.repeat(20_000)],
    ['{a: ', '{a: '.repeat(20_000)],
    ['- ', '- '.repeat(20_000)],
    ['? ', '? '.repeat(5000)],
    ['indentation', nested(2000)],
    ['text', "tasks: '" + '['.repeat(20_000) + "'"],
    [
      'brackets in text',
      "tasks: '" + '[1,'.repeat(5000) + ']'.repeat(5000) + "'",
    ],
  ])('nested by %s thousands of times are refused', async (_name, text) => {
    using test = new TestFolder({ 'pipeline.yaml': text });
    expect(await test.load()).toMatchObject({ ok: false });
  });

  it('of many megabytes are refused', async () => {
    using test = new TestFolder({ 'pipeline.yaml': '#'.repeat(5_000_000) });
    expect(await test.load()).toMatchObject({
      ok: false,
      diagnostics: [{ code: 'file-too-large' }],
    });
  });

  it('with a chain of thousands of tasks in a circle are answered', async () => {
    const count = 1000;
    const tasks = Array.from(
      { length: count },
      (_, index) =>
        `  - {source: a.py, name: t${index}, product: ${index}.ipynb, upstream: t${(index + 1) % count}}`,
    );
    using test = new TestFolder({
      'a.py': script(),
      'pipeline.yaml': [
        'meta: {extract_upstream: false}',
        'tasks:',
        ...tasks,
      ].join('\n'),
    });
    expect(await test.load()).toMatchObject({
      ok: false,
      diagnostics: [{ code: 'cycle' }],
    });
  });
});

function nested(depth: number): string {
  return Array.from(
    { length: depth },
    (_, index) => `${' '.repeat(index)}a:`,
  ).join('\n');
}

function loadCase(test: TestFolder, one: Case): Promise<LoadResult> {
  const { file = 'pipeline.yaml', ...options } = one.options;
  return loadPipeline(test.path(file), {
    workspaceRoot: test.root,
    ...options,
  });
}

/** The file to damage: pipeline.yaml half of the time. */
function fileOf({ files }: Case, random: number): readonly [string, string] {
  const all = [...files];
  const index = Math.floor((random * 2 - 1) * all.length);
  const pipeline = ['pipeline.yaml', files.get('pipeline.yaml') ?? ''] as const;
  return index < 0 ? pipeline : (all[index] ?? pipeline);
}

/** Notes the path of each call. */
function watch<Name extends string>(
  module: Readonly<Record<Name, unknown>>,
  name: Name,
  log: string[],
): void {
  const original = module[name] as (...args: unknown[]) => unknown;
  jest
    .spyOn(module as Record<string, typeof original>, name)
    .mockImplementation((...args) => {
      if (typeof args[0] !== 'number') log.push(String(args[0]));
      return original.apply(module, args);
    });
}

function lookedAt(result: LoadResult): readonly string[] {
  const { reads, absent } = result.ok ? result.pipeline : result;
  return [...reads, ...absent];
}

/** What is wrong with an answer; nothing should be. */
function faultsOf(result: LoadResult): readonly unknown[] {
  if (result.ok) return result.pipeline.warnings.filter((one) => !isSound(one));
  const { diagnostics } = result;
  if (!diagnostics.some(({ severity }) => severity === 'error'))
    return ['refused without an error'];
  return diagnostics.filter((one) => !isSound(one));
}

/** A sentence and a place that exists. */
function isSound({ message, location }: Diagnostic): boolean {
  if (!/[.!?]$/.test(message) || location === undefined) return false;
  const { line, column, length, lineText } = location;
  return (
    line >= 1 && column >= 1 && length >= 1 && column <= lineText.length + 1
  );
}
