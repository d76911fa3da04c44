/** ScriptRunner in real processes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { loadPipeline, type Pipeline, type Task } from '@nx-notebook/pipeline';
import { Files } from './support/files.js';
import { KernelBench } from './support/kernel-bench.js';
import { callOf } from './support/tasks.js';

jest.setTimeout(60_000);

let bench: KernelBench;

beforeAll(() => {
  bench = new KernelBench();
});

afterAll(async () => {
  await bench.dispose();
});

/** Files with a script `sub/make.py`, as a pipeline that runs it by ScriptRunner. */
async function scriptOf(
  code: string,
  more: Readonly<Record<string, string>> = {},
): Promise<
  Disposable & { readonly files: Files; readonly pipeline: Pipeline }
> {
  const files = new Files({
    'sub/make.py': `# %% tags=["parameters"]\nupstream = None\nproduct = None\n\n# %% [markdown]\n# # Title\n\n# %%\n${code}\n`,
    'pipeline.yaml':
      'tasks:\n  - source: sub/make.py\n    product: out/made.ipynb\n    params: {n: 1}\n',
    ...more,
  });
  const { root } = files;
  const loaded = await loadPipeline(join(root, 'pipeline.yaml'), {
    workspaceRoot: root,
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  const task = loaded.pipeline.tasks[0] as Task;
  const { source, product } = task;
  if (source.kind !== 'notebook' || product.kind !== 'single')
    throw new Error('no notebook');
  const { path, absolutePath, kernelName, language, facts } = source;
  const script: Task = {
    ...task,
    cwd: join(root, 'sub'),
    source: {
      kind: 'script',
      path,
      absolutePath,
      kernelName,
      language,
      format: source.format,
      notebook: source.notebook,
      parametersCell: source.parametersCell,
      ...(facts === undefined ? {} : { facts }),
    },
    product: {
      kind: 'single',
      product: { ...product.product, isNotebook: false },
    },
  };
  return {
    files,
    pipeline: { ...loaded.pipeline, tasks: [script] },
    [Symbol.dispose]: () => files[Symbol.dispose](),
  };
}

test('the cells with their parameters are one script in the folder of the source', async () => {
  using made = await scriptOf(
    `import os, sys, here
print(n, product, os.path.basename(os.getcwd()), here.x, file=sys.stderr)

# %%
print("__main__" == __name__)
open(product, "w").close()`,
    { 'sub/here.py': 'x = 2\n' },
  );
  const { files, pipeline } = made;
  const ran = await bench.run(pipeline);
  expect(ran.failure).toBe('');
  expect(ran.printed).toContain('1 ../out/made.ipynb sub 2\n');
  expect(ran.printed).toContain('True\n');
  expect(readFileSync(join(files.root, 'out/made.ipynb'), 'utf8')).toBe('');
});

test('a script that raises points to its line in the source', async () => {
  using made = await scriptOf(
    'def fail():\n    raise ValueError("boom")\n\n\n# %%\nprint("before", flush=True)\nfail()',
  );
  const { pipeline } = made;
  const { failure } = await bench.run(pipeline);
  expect(failure).toBe(
    `Script sub/make.py ended with exit code 1: ValueError: boom
sub/make.py:10:
   5 | # %% [markdown]
   6 | # # Title
   7 |
   8 | # %%
   9 | def fail():
> 10 |     raise ValueError("boom")
  11 |
  12 |
  13 | # %%
  14 | print("before", flush=True)
  15 | fail()

Last output:
before

Last error output:
Traceback (most recent call last):
  File "make.py", line 15, in <module>
    fail()
  File "make.py", line 10, in fail
    raise ValueError("boom")
ValueError: boom`,
  );
});

test('an exit code is a failure', async () => {
  using made = await scriptOf('raise SystemExit(3)');
  const { pipeline } = made;
  expect((await bench.run(pipeline)).failure).toBe(
    'Script sub/make.py ended with exit code 3.',
  );
});

test('a script ends with its task, and hooks know of its failure', async () => {
  using made = await scriptOf(
    'import time\nprint("here", flush=True)\ntime.sleep(60)',
    {
      'hooks.py':
        'def tell(task, product):\n    print("told", task.name, product)\n',
    },
  );
  const { files, pipeline } = made;
  const [script] = pipeline.tasks as [Task];
  const hooks = { onFailure: callOf(files.root, 'hooks.tell') };
  const hooked = { ...pipeline, tasks: [{ ...script, hooks }] };
  const ran = await bench.run(hooked, { limits: { taskTimeoutMs: 4000 } });
  expect(ran.failure).toContain('The task ran longer than its limit of 4 s.');
  expect(ran.printed).toBe('here\ntold make out/made.ipynb\n');
});

test('R without Rscript says so', async () => {
  using made = await scriptOf('pass');
  const { pipeline } = made;
  const [script] = pipeline.tasks as [Task];
  const source = { ...script.source, language: 'r' } as Task['source'];
  const path = process.env['PATH'];
  process.env['PATH'] = '/nowhere';
  const own = new KernelBench();
  try {
    const ran = await own.run({ ...pipeline, tasks: [{ ...script, source }] });
    expect(ran.failure).toContain(
      'The program Rscript was not found.\nInstall R, or correct PATH.\nsub/make.py:1:',
    );
  } finally {
    process.env['PATH'] = path;
    await own.dispose();
  }
});
