/**
 * Traps in which Nx answers from its cache although an input changed: one regression test each. Most of them are globs
 * that match nothing, which is not an error.
 */
import { describe, expect, jest, test } from '@jest/globals';
import type { TestWorkspace } from '@nx-notebook/testing';
import {
  makeWorkspace,
  pipeline,
  reads,
  writes,
  type TaskSketch,
} from './pipelines';

jest.setTimeout(120_000);

const executeAll = ['run-many', '-t', 'execute', '--batch=false'] as const;

/** Runs twice, so that everything is in Nx's cache, then changes the source of `a`. */
async function settled(tasks: readonly TaskSketch[]): Promise<TestWorkspace> {
  const workspace = await makeWorkspace(pipeline('ml', tasks));
  await workspace.succeed(...executeAll);

  await workspace.takeExecutions('ml');
  await workspace.succeed(...executeAll);
  expect(await workspace.takeExecutions('ml')).toEqual([]);
  return workspace;
}

describe('a change is seen', () => {
  test('inside a product that is a folder', async () => {
    const inFolder = (text: string): string =>
      `import os\nos.makedirs(product["data"], exist_ok=True)\nopen(product["data"] + "/part.txt", "w").write("${text}")`;
    await using workspace = await settled([
      {
        name: 'a',
        cells: [inFolder('one')],
        product: { nb: 'out/a.ipynb', data: 'out/parts' },
      },
      {
        name: 'b',
        upstream: ['a'],
        cells: [writes('open(upstream["a"]["data"] + "/part.txt").read()')],
      },
    ]);
    await workspace.edit('ml/a.py', '"one"', '"two"');
    await workspace.succeed(...executeAll);
    expect(await workspace.takeExecutions('ml')).toEqual(['a', 'b']);
    expect(await workspace.read('ml/out/b.txt')).toBe('two');
  });

  test('in files with the characters of globs in their names', async () => {
    await using workspace = await settled([
      {
        name: 'a',
        source: 'Untitled (1) [x] {y}.py',
        cells: [writes('"one"')],
        product: { nb: 'out/a (1).ipynb', data: 'out/[a] {1}.txt' },
      },
      { name: 'b', upstream: ['a'], cells: [writes(reads('a'))] },
    ]);
    await workspace.edit('ml/Untitled (1) [x] {y}.py', '"one"', '"two"');
    await workspace.succeed(...executeAll);
    expect(await workspace.takeExecutions('ml')).toEqual(['a', 'b']);
    expect(await workspace.read('ml/out/b.txt')).toBe('two');

    await workspace.remove('ml/out');
    await workspace.succeed(...executeAll);
    expect(await workspace.takeExecutions('ml')).toEqual([]);
    expect(await workspace.read('ml/out/[a] {1}.txt')).toBe('two');
  });

  test('in an upstream product with --exclude-task-dependencies', async () => {
    await using workspace = await settled([
      { name: 'a', cells: [writes('"one"')] },
      { name: 'b', upstream: ['a'], cells: [writes(reads('a'))] },
    ]);
    const alone = ['run', 'ml:execute--b', '--exclude-task-dependencies'];
    await workspace.succeed(...alone);
    await workspace.edit('ml/a.py', '"one"', '"two"');
    await workspace.succeed('run', 'ml:execute--a');
    await workspace.succeed(...alone);
    expect(await workspace.takeExecutions('ml')).toEqual(['a', 'b']);
    expect(await workspace.read('ml/out/b.txt')).toBe('two');
  });

  test('in the executed notebook of an upstream that has no other product', async () => {
    const reading = 'open(upstream["a"]["nb"]).read()';
    await using workspace = await settled([
      { name: 'a', cells: ['1'], product: { nb: 'out/a.ipynb' } },
      { name: 'b', upstream: ['a'], cells: [writes(reading)] },
    ]);
    await workspace.edit('ml/a.py', 'product = None', 'product = None  # !');
    await workspace.succeed(...executeAll);
    expect(await workspace.takeExecutions('ml')).toEqual(['a', 'b']);
    expect(await workspace.read('ml/out/b.txt')).toContain('# !');
  });

  test('in the executed notebook of an upstream that is read in a loop', async () => {
    const loop =
      'text = "".join(open(p["nb"]).read() for p in upstream.values())';
    await using workspace = await settled([
      { name: 'a', cells: [writes('"one"')] },
      { name: 'b', upstream: ['a'], cells: [loop, writes('text')] },
    ]);
    await workspace.edit('ml/a.py', 'product = None', 'product = None  # !');
    await workspace.succeed(...executeAll);
    expect(await workspace.takeExecutions('ml')).toEqual(['a', 'b']);
  });

  test('in a module outside of the pipeline that is on sys.path', async () => {
    await using workspace = await makeWorkspace({
      ...pipeline('ml', [
        {
          name: 'a',
          cells: [
            'import sys\nsys.path.insert(0, "../shared")\nimport words',
            writes('words.text'),
          ],
        },
      ]),
      'shared/words.py': 'text = "one"\n',
    });
    await workspace.succeed(...executeAll);
    await workspace.edit('shared/words.py', 'one', 'two');
    await workspace.succeed(...executeAll);
    expect(await workspace.takeExecutions('ml')).toEqual(['a', 'a']);
    expect(await workspace.read('ml/out/a.txt')).toBe('two');
  });
});

describe('a change is not seen', () => {
  test('behind a task whose data stayed the same', async () => {
    await using workspace = await settled([
      { name: 'a', cells: [writes('"one"')] },
      {
        name: 'b',
        upstream: ['a'],
        cells: [writes(`str(len(${reads('a')}))`)],
      },
      { name: 'c', upstream: ['b'], cells: [writes(reads('b'))] },
    ]);
    await workspace.edit('ml/a.py', '"one"', '"two"');
    await workspace.succeed(...executeAll);
    expect(await workspace.takeExecutions('ml')).toEqual(['a', 'b']);
  });

  test('in a resource until its bytes change', async () => {
    await using workspace = await makeWorkspace({
      ...pipeline('ml', [
        {
          name: 'a',
          cells: [writes('open(resources_["words"]).read()')],
          yaml: ['params:', '  resources_: {words: words.txt}'],
        },
      ]),
      'ml/words.txt': 'one',
    });
    await workspace.succeed(...executeAll);
    await workspace.write({ 'ml/words.txt': 'one' });
    await workspace.succeed(...executeAll);
    expect(await workspace.takeExecutions('ml')).toEqual(['a']);
    await workspace.write({ 'ml/words.txt': 'two' });
    await workspace.succeed(...executeAll);
    expect(await workspace.takeExecutions('ml')).toEqual(['a']);
    expect(await workspace.read('ml/out/a.txt')).toBe('two');
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
