/** Executed notebooks in other formats, by the real nbconvert. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { loadPipeline, type Pipeline } from '@nx-notebook/pipeline';
import { Files } from './support/files.js';
import { KernelBench } from './support/kernel-bench.js';

jest.setTimeout(60_000);

let bench: KernelBench;

beforeAll(() => {
  bench = new KernelBench();
});

afterAll(async () => {
  await bench.dispose();
});

const script = [
  '# %% tags=["parameters"]',
  'upstream = None',
  'product = None',
  '# %% [markdown]',
  '# A *title*',
  '# %%',
  'print(6 * 7)',
  '',
].join('\n');

/** A pipeline with one task over `make.py`. */
async function loaded(
  files: Files,
  lines: readonly string[],
): Promise<Pipeline> {
  const task = [
    'tasks:',
    '  - source: make.py',
    ...lines.map((line) => `    ${line}`),
  ];
  files.write('pipeline.yaml', `${task.join('\n')}\n`);
  const result = await loadPipeline(join(files.root, 'pipeline.yaml'), {
    workspaceRoot: files.root,
  });
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  return result.pipeline;
}

test('one notebook in several formats, with the same bytes in every run', async () => {
  using files = new Files({ 'make.py': script });
  const pipeline = await loaded(files, [
    'product: {nb: out/a.ipynb, page: out/a.html, text: out/a.md, talk: out/talk.html, code: out/a.txt}',
    'nb_product_key: [nb, page, text, talk, code]',
    'nbconvert_exporter_name: {talk: slides, code: script}',
    'nbconvert_export_kwargs: {exclude_output_prompt: true}',
  ]);
  const read = (): Record<string, string> =>
    Object.fromEntries(
      readdirSync(join(files.root, 'out')).map((name) => [
        name,
        readFileSync(join(files.root, 'out', name), 'utf8'),
      ]),
    );
  const ran = await bench.run(pipeline);
  expect(ran.failure).toBe('');
  const first = read();
  expect(Object.keys(first)).toEqual([
    'a.html',
    'a.ipynb',
    'a.md',
    'a.txt',
    'talk.html',
  ]);
  expect(first['a.html']).toMatch(/<pre>42\n<\/pre>/);
  expect(first['a.md']).toMatch(/^A \*title\*\n[^]*\n {4}42\n/m);
  expect(first['talk.html']).toMatch(/reveal\.js/);
  expect(first['a.txt']).toContain('print(6 * 7)');
  await bench.run(pipeline);
  expect(read()).toEqual(first);
});

test('options reach the exporter, and an unknown one is said', async () => {
  using files = new Files({ 'make.py': script });
  const pipeline = await loaded(files, [
    'product: out/a.html',
    'nbconvert_export_kwargs: {exclude_input: true, exclude_inptu: true}',
  ]);
  const ran = await bench.run(pipeline);
  expect(ran.failure).toBe('');
  expect(ran.printed).toBe(
    "42\nwarning: HTMLExporter has no option 'exclude_inptu' (nbconvert_export_kwargs)\n",
  );
  const html = readFileSync(join(files.root, 'out/a.html'), 'utf8');
  expect(html).toContain('42');
  expect(html).not.toContain('>print<');
});

test('a failed export leaves no product, and the executed notebook for reading', async () => {
  using files = new Files({ 'make.py': script });
  const pipeline = await loaded(files, [
    'product: {nb: out/a.html, page: out/b.html}',
    'nb_product_key: [nb, page]',
    'nbconvert_export_kwargs: {template_name: no-such-template}',
  ]);
  const ran = await bench.run(pipeline);
  expect(ran.failure.split('\n')[0]).toMatch(
    /^out\/a\.html could not be made by nbconvert's html: /,
  );
  expect(readdirSync(join(files.root, 'out'))).toEqual(['a.ipynb']);
  expect(ran.outcome).toMatchObject({
    failure: { partialNotebook: join(files.root, 'out/a.ipynb') },
  });
  const kept = readFileSync(join(files.root, 'out/a.ipynb'), 'utf8');
  expect(kept).toContain('42');
});

test('a failed cell leaves the old export as it was', async () => {
  using files = new Files({
    'make.py': `${script}raise ValueError("no")\n`,
    'out/a.html': 'old',
  });
  const ran = await bench.run(await loaded(files, ['product: out/a.html']));
  expect(ran.outcome).toMatchObject({
    failure: {
      cause: 'cell-failed',
      partialNotebook: join(files.root, 'out/a.ipynb'),
    },
  });
  expect(readFileSync(join(files.root, 'out/a.html'), 'utf8')).toBe('old');
  expect(existsSync(join(files.root, 'out/a.ipynb'))).toBe(true);
});
