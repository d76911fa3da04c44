/** The batch executor as Nx calls it, with real kernels and a real store. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import { executeBatch } from '../src/executors/execute-batch.js';
import type { ExecuteOptions } from '../src/executors/execute-options.js';
import type { TaskReport } from '../src/executors/task-report.js';
import { Files } from './support/files.js';

const python = resolve(__dirname, '../../../.venv/bin/python');
const withKernels = existsSync(python) ? test : test.skip;

let files: Files;

beforeEach(() => {
  files = new Files({
    'ml/pipeline.yaml': `tasks:
  - source: raw.py
    product: {nb: out/raw.ipynb, data: out/raw.csv}
    params: {n: 3}
  - source: sum.py
    product: {nb: out/sum.ipynb, data: out/sum.txt}
`,
    'ml/raw.py': `# %% tags=["parameters"]
upstream = None
product = None
n = 1

# %%
open(product['data'], 'w').write(' '.join(map(str, range(n))))
print('wrote', n)
`,
    'ml/sum.py': `# %% tags=["parameters"]
upstream = ['raw']
product = None

# %%
numbers = [int(x) for x in open(upstream['raw']['data']).read().split()]
open(product['data'], 'w').write(str(sum(numbers)))
`,
  });
  process.env['NX_NOTEBOOK_PYTHON'] = python;
});

afterEach(() => {
  files[Symbol.dispose]();
  delete process.env['NX_NOTEBOOK_PYTHON'];
});

async function run(
  ...tasks: string[]
): Promise<Record<string, TaskReport['result']>> {
  const ids = tasks.map((task) => `ml:execute--${task}`);
  const graph = {
    roots: ids.slice(0, 1),
    tasks: Object.fromEntries(
      ids.map((id) => [
        id,
        {
          id,
          target: { project: 'ml', target: id.slice(3) },
          overrides: {},
          outputs: [],
          parallelism: true,
        },
      ]),
    ),
    dependencies: {},
    continuousDependencies: {},
  } as unknown as TaskGraph;
  const options = Object.fromEntries(
    ids.map((id, index): [string, ExecuteOptions] => [
      id,
      { task: tasks[index] ?? '' },
    ]),
  );
  const metadata = { nxNotebook: { localStore: 'store', kernels: 1 } };
  const context = {
    root: files.root,
    projectsConfigurations: {
      version: 2,
      projects: { ml: { root: 'ml', metadata } },
    },
  } as unknown as ExecutorContext;
  const results: Record<string, TaskReport['result']> = {};
  for await (const { task, result } of executeBatch(
    graph,
    options,
    {},
    context,
  )) {
    expect(results).not.toHaveProperty(task);
    results[task] = result;
  }
  return results;
}

const read = (path: string): string =>
  readFileSync(join(files.root, 'ml/out', path), 'utf8');

withKernels(
  'executes a pipeline, and nothing the second time',
  async () => {
    const first = await run('raw', 'sum');
    expect(Object.values(first).map(({ success }) => success)).toEqual([
      true,
      true,
    ]);
    expect(first['ml:execute--raw']?.terminalOutput).toContain('wrote 3');
    expect(read('sum.txt')).toBe('3');
    const notebook = read('raw.ipynb');
    const second = await run('raw', 'sum');
    expect(second['ml:execute--raw']?.terminalOutput).toContain('fresh');
    expect(second['ml:execute--sum']?.terminalOutput).toContain('fresh');
    expect(read('raw.ipynb')).toBe(notebook);
  },
  60_000,
);

withKernels(
  'a failing cell stops what is behind it, keeps its notebook, and leaves no litter once repaired',
  async () => {
    const source = readFileSync(join(files.root, 'ml/raw.py'), 'utf8');
    files.write('ml/raw.py', `${source}\nraise ValueError('boom')\n`);
    const results = await run('raw', 'sum');
    expect(results['ml:execute--raw']).toMatchObject({ success: false });
    expect(results['ml:execute--raw']?.terminalOutput).toContain(
      "raise ValueError('boom')",
    );
    expect(results['ml:execute--sum']).toMatchObject({
      success: false,
      status: 'skipped',
    });
    expect(read('raw.failed.ipynb')).toContain('boom');
    expect(existsSync(join(files.root, 'ml/out/raw.ipynb'))).toBe(false);
    files.write('ml/raw.py', source);
    expect((await run('raw', 'sum'))['ml:execute--sum']).toMatchObject({
      success: true,
    });
    expect(existsSync(join(files.root, 'ml/out/raw.failed.ipynb'))).toBe(false);
  },
  60_000,
);

withKernels(
  'an upstream that is not part of the batch is taken as it stands',
  async () => {
    await run('raw');
    expect((await run('sum'))['ml:execute--sum']).toMatchObject({
      success: true,
    });
    expect(read('sum.txt')).toBe('3');
  },
  60_000,
);
