/** R notebooks and scripts in the real IRkernel and by Rscript. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { loadPipeline, type Pipeline } from '@nx-notebook/pipeline';
import { Files } from './support/files.js';
import { KernelBench } from './support/kernel-bench.js';

jest.setTimeout(120_000);

let bench: KernelBench;

beforeAll(() => {
  bench = new KernelBench();
});

afterAll(async () => {
  await bench.dispose();
});

async function loaded(files: Files, yaml: string): Promise<Pipeline> {
  files.write('pipeline.yaml', yaml);
  const result = await loadPipeline(join(files.root, 'pipeline.yaml'), {
    workspaceRoot: files.root,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.pipeline;
}

const script = [
  '# %% tags=["parameters"]',
  'upstream = NULL',
  'product = NULL',
  '# %%',
  'print(n + 0.5)',
  'cat(names, sep = "\\n", file = product$data)',
  '',
].join('\n');

const task = [
  '  - source: make.R',
  '    product: {nb: out/a.ipynb, page: out/a.html, data: out/a.txt}',
  '    nb_product_key: [nb, page]',
  '    params: {n: 3, names: \'ä "b"\'}',
].join('\n');

test('a script runs in the kernel of R, and is exported', async () => {
  using files = new Files({ 'make.R': script });
  const ran = await bench.run(await loaded(files, `tasks:\n${task}\n`));
  expect(ran.failure).toBe('');
  expect(ran.printed).toBe('[1] 3.5\n');
  const read = (path: string): string =>
    readFileSync(join(files.root, path), 'utf8');
  expect(read('out/a.txt')).toBe('ä "b"\n');
  expect(JSON.parse(read('out/a.ipynb'))).toMatchObject({
    metadata: { kernelspec: { name: 'ir', language: 'r' } },
  });
  expect(read('out/a.html')).toContain('[1] 3.5');
});

test('a failing cell of R Markdown is named by its line', async () => {
  using files = new Files({
    'make.Rmd': [
      '```{r, tags=c("parameters")}',
      'upstream = NULL',
      'product = NULL',
      '```',
      '',
      'Some text.',
      '',
      '```{r}',
      'stop("no such thing")',
      '```',
      '',
    ].join('\n'),
  });
  const ran = await bench.run(
    await loaded(
      files,
      'tasks:\n  - {source: make.Rmd, product: out/a.ipynb}\n',
    ),
  );
  expect(ran.failure).toContain('no such thing');
  expect(ran.failure).toMatch(/make\.Rmd:9\b/);
});

test('a script without a notebook runs by Rscript', async () => {
  using files = new Files({
    'src/make.R':
      '# + tags=["parameters"]\nupstream = NULL\nproduct = NULL\n\n# +\ncat(basename(getwd()), n, "\\n")\nwriteLines("done", product)\n',
  });
  const ran = await bench.run(
    await loaded(
      files,
      'tasks:\n  - {source: src/make.R, class: ScriptRunner, product: out/a.txt, params: {n: 3}}\n',
    ),
  );
  expect(ran.failure).toBe('');
  expect(ran.printed).toContain('src 3');
});
