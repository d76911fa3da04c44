/**
 * The same inputs somewhere else: a moved clone, lost run records, another format of the same cells.
 */
import { expect, jest, test } from '@jest/globals';
import { chain, makeWorkspace } from './pipelines';

jest.setTimeout(120_000);

test('a moved clone with the same local store executes nothing', async () => {
  await using workspace = await makeWorkspace(chain);
  await workspace.succeed('run-many', '-t', 'execute');
  const before = await workspace.read('ml/out/c.ipynb');
  expect(await workspace.takeExecutions('ml')).toEqual(['a', 'b', 'c']);

  await workspace.move();
  // What a fresh clone does not have: products, run records, Nx's cache.
  for (const path of ['ml/out', '.nx']) await workspace.remove(path);
  await workspace.succeed('run-many', '-t', 'execute', '--skip-nx-cache');

  expect(await workspace.takeExecutions('ml')).toEqual([]);
  expect(await workspace.read('ml/out/c.ipynb')).toBe(before);
});

test('a copy with its run records and products finds everything fresh', async () => {
  await using workspace = await makeWorkspace(chain);
  await workspace.succeed('run-many', '-t', 'execute');
  await workspace.takeExecutions('ml');
  await workspace.move();
  await workspace.succeed('run-many', '-t', 'execute', '--skip-nx-cache');

  expect(await workspace.takeExecutions('ml')).toEqual([]);
});

test('lost run records cost no execution', async () => {
  await using workspace = await makeWorkspace(chain);
  await workspace.succeed('run-many', '-t', 'execute');
  await workspace.takeExecutions('ml');
  await workspace.remove('.nx');
  await workspace.succeed('run-many', '-t', 'execute', '--skip-nx-cache');
  expect(await workspace.takeExecutions('ml')).toEqual([]);
});

test('the same cells as .ipynb execute nothing', async () => {
  await using workspace = await makeWorkspace(chain);
  await workspace.succeed('run-many', '-t', 'execute');
  await workspace.takeExecutions('ml');
  await workspace.write({
    'ml/a.ipynb': asNotebook(await workspace.read('ml/a.py')),
  });
  await workspace.remove('ml/a.py');
  await workspace.edit('ml/pipeline.yaml', '"a.py"', '"a.ipynb"');
  await workspace.succeed('run-many', '-t', 'execute');

  expect(await workspace.takeExecutions('ml')).toEqual([]);
});

/** The cells of a percent script as a notebook file. */
function asNotebook(script: string): string {
  const cells = script
    .split(/^# %%.*\n/m)
    .slice(1)
    .map((source, index) => ({
      cell_type: 'code',
      id: `cell-${index}`,
      execution_count: null,
      metadata: index === 0 ? { tags: ['parameters'] } : {},
      outputs: [],
      source: source.trim(),
    }));
  const kernelspec = {
    name: 'python3',
    display_name: 'Python 3',
    language: 'python',
  };
  return JSON.stringify({
    cells,
    metadata: { kernelspec },
    nbformat: 4,
    nbformat_minor: 5,
  });
}
