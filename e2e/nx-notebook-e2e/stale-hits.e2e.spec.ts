/**
 * Traps in which Nx answers from its cache although an input changed: one regression test each. Most of them are globs
 * that match nothing, which is not an error.
 */
import {
  afterAll,
  beforeAll,
  describe,
  expect,
  jest,
  test,
} from '@jest/globals';
import type { TestWorkspace } from '@nx-notebook/testing';
import {
  makeWorkspace,
  pipeline,
  reads,
  writes,
  type TaskSketch,
} from './pipelines';

jest.setTimeout(240_000);

const executeAll = ['run-many', '-t', 'execute', '--batch=false'] as const;

/** One pipeline, what is edited in it, and what that executes. */
interface Trap {
  readonly tasks: readonly TaskSketch[];
  /** Beside the pipeline's own. */
  readonly files?: Readonly<Record<string, string>>;
  /** Path below the pipeline's folder, old text, new text. */
  readonly edit: readonly [path: string, before: string, after: string];
  readonly executed: readonly string[];
  /** A product and its text after the edit. */
  readonly product?: readonly [path: string, text: string];
}

const writeInFolder =
  'import os\nos.makedirs(product["data"], exist_ok=True)\nopen(product["data"] + "/part.txt", "w").write("one")';
const comment = ['a.py', 'product = None', 'product = None  # !'] as const;
const oneToTwo = ['a.py', '"one"', '"two"'] as const;

const traps: Readonly<Record<string, Trap>> = {
  'inside a product that is a folder': {
    tasks: [
      {
        name: 'a',
        cells: [writeInFolder],
        product: { nb: 'out/a.ipynb', data: 'out/parts' },
      },
      {
        name: 'b',
        upstream: ['a'],
        cells: [writes('open(upstream["a"]["data"] + "/part.txt").read()')],
      },
    ],
    edit: oneToTwo,
    executed: ['a', 'b'],
    product: ['out/b.txt', 'two'],
  },
  'in files with the characters of globs in their names': {
    tasks: [
      {
        name: 'a',
        source: 'Untitled (1) [x] {y}.py',
        cells: [writes('"one"')],
        product: { nb: 'out/a (1).ipynb', data: 'out/[a] {1}.txt' },
      },
      { name: 'b', upstream: ['a'], cells: [writes(reads('a'))] },
    ],
    edit: ['Untitled (1) [x] {y}.py', '"one"', '"two"'],
    executed: ['a', 'b'],
    product: ['out/b.txt', 'two'],
  },
  'in the executed notebook of an upstream that has no other product': {
    tasks: [
      { name: 'a', cells: ['1'], product: { nb: 'out/a.ipynb' } },
      {
        name: 'b',
        upstream: ['a'],
        cells: [writes('str("# !" in open(upstream["a"]["nb"]).read())')],
      },
    ],
    edit: comment,
    executed: ['a', 'b'],
    product: ['out/b.txt', 'True'],
  },
  'in the executed notebook of an upstream that is read in a loop': {
    tasks: [
      { name: 'a', cells: [writes('"one"')] },
      {
        name: 'b',
        upstream: ['a'],
        cells: [
          'text = "".join(open(p["nb"]).read() for p in upstream.values())',
          writes('text'),
        ],
      },
    ],
    edit: comment,
    executed: ['a', 'b'],
  },
  'in a module outside of the pipeline that is on sys.path': {
    tasks: [
      {
        name: 'a',
        cells: [
          'import sys\nsys.path.insert(0, "../shared")\nimport words',
          writes('words.text'),
        ],
      },
    ],
    files: { 'shared/words.py': 'text = "one"\n' },
    edit: ['../shared/words.py', 'one', 'two'],
    executed: ['a'],
    product: ['out/a.txt', 'two'],
  },
  'in the bytes of a resource': {
    tasks: [
      {
        name: 'a',
        cells: [writes('open(resources_["words"]).read()')],
        yaml: ['params:', '  resources_: {words: ../shared/words.txt}'],
      },
    ],
    files: { 'shared/words.txt': 'one' },
    edit: ['../shared/words.txt', 'one', 'two'],
    executed: ['a'],
    product: ['out/a.txt', 'two'],
  },
  'and nothing runs behind a task whose data stayed the same': {
    tasks: [
      { name: 'a', cells: [writes('"one"')] },
      {
        name: 'b',
        upstream: ['a'],
        cells: [writes(`str(len(${reads('a')}))`)],
      },
      { name: 'c', upstream: ['b'], cells: [writes(reads('b'))] },
    ],
    edit: oneToTwo,
    executed: ['a', 'b'],
  },
};

describe('a change is seen', () => {
  const folders = Object.keys(traps).map((_, index) => `p${index}`);
  let workspace: TestWorkspace;
  let twice: (readonly string[])[];

  // All pipelines in one workspace: each run of Nx serves them all.
  beforeAll(async () => {
    const all = Object.values(traps);
    const files = all.map(({ tasks, files: more }, index) => ({
      ...pipeline(`p${index}`, tasks),
      ...more,
    }));
    workspace = await makeWorkspace(
      Object.assign({}, ...files) as Record<string, string>,
    );
    await workspace.succeed(...executeAll);
    for (const folder of folders) await workspace.takeExecutions(folder);
    await workspace.succeed(...executeAll);
    twice = [];
    for (const folder of folders)
      twice.push(await workspace.takeExecutions(folder));
    for (const [index, { edit }] of all.entries())
      await workspace.edit(`p${index}/${edit[0]}`, edit[1], edit[2]);
    await workspace.succeed(...executeAll);
  });

  afterAll(async () => {
    await workspace[Symbol.asyncDispose]();
  });

  test('and before it everything is a hit', () => {
    expect(twice.flat()).toEqual([]);
  });

  test.each(
    Object.entries(traps).map(
      ([name, trap], index) => [name, trap, index] as const,
    ),
  )('%s', async (_name, { executed, product }, index) => {
    const folder = `p${index}`;
    expect(await workspace.takeExecutions(folder)).toEqual(executed);
    if (product === undefined) return;
    const [path, text] = product;
    expect(await workspace.read(`${folder}/${path}`)).toBe(text);
  });

  test('and products with odd names come back from the cache', async () => {
    await workspace.remove('p1/out');
    await workspace.succeed(...executeAll);
    expect(await workspace.takeExecutions('p1')).toEqual([]);
    expect(await workspace.read('p1/out/[a] {1}.txt')).toBe('two');
  });

  test('in an upstream product with --exclude-task-dependencies', async () => {
    const alone = ['run', 'p6:execute--b', '--exclude-task-dependencies'];
    await workspace.succeed(...alone);
    await workspace.edit('p6/a.py', '"two"', '"three"');
    await workspace.succeed('run', 'p6:execute--a');
    await workspace.succeed(...alone);
    expect(await workspace.takeExecutions('p6')).toEqual(['a', 'b']);
    expect(await workspace.read('p6/out/b.txt')).toBe('5');
  });
});

test('a product outside of the workspace is refused, because Nx would never restore it', async () => {
  await using workspace = await makeWorkspace(
    pipeline('ml', [
      {
        name: 'a',
        cells: ['1'],
        product: { nb: '../../outside/a.ipynb' },
      },
    ]),
  );
  const run = await workspace.nx(...executeAll);
  expect(run.exitCode).not.toBe(0);
  expect(run.output).toMatch(/ml\/pipeline\.yaml:5:\d+/);
  expect(await workspace.takeExecutions('ml')).toEqual([]);
});
