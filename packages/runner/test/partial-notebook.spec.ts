/** Where a notebook is kept that did not complete, and what is never touched. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { loadPipeline, type Pipeline, type Task } from '@nx-notebook/pipeline';
import {
  removePartialNotebook,
  writePartialNotebook,
} from '../src/partial-notebook.js';
import { Files } from './support/files.js';

const script = '# %% tags=["parameters"]\nupstream = None\n\n# %%\nprint(1)\n';

async function first(
  files: Files,
  yaml: string,
): Promise<{ readonly pipeline: Pipeline; readonly task: Task }> {
  files.write('make.py', script);
  files.write('pipeline.yaml', yaml);
  const loaded = await loadPipeline(join(files.root, 'pipeline.yaml'), {
    workspaceRoot: files.root,
  });
  const task = loaded.ok ? loaded.pipeline.tasks[0] : undefined;
  if (!loaded.ok || task === undefined) throw new Error(JSON.stringify(loaded));
  return { pipeline: loaded.pipeline, task };
}

const notebook = { cells: [], metadata: {} };

const page = 'tasks:\n  - {source: make.py, product: out/a.html}\n';

test('a notebook that is only exported is kept beside the export, and removed', async () => {
  using files = new Files({});
  const ref = await first(files, page);
  const path = join(files.root, 'out/a.ipynb');
  expect(await writePartialNotebook(ref, notebook)).toBe(path);
  expect(await writePartialNotebook(ref, notebook)).toBe(path);
  await removePartialNotebook(ref.task);
  expect(existsSync(path)).toBe(false);
});

test('a product that is a notebook gets a name beside it', async () => {
  using files = new Files({});
  const ref = await first(
    files,
    'tasks:\n  - source: make.py\n    product: {nb: out/a.ipynb, page: out/b.html}\n    nb_product_key: [nb, page]\n',
  );
  const path = join(files.root, 'out/a.failed.ipynb');
  expect(await writePartialNotebook(ref, notebook)).toBe(path);
  await removePartialNotebook(ref.task);
  expect(existsSync(path)).toBe(false);
});

test("somebody's own notebook is neither written to nor removed", async () => {
  const own =
    '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}';
  using files = new Files({ 'out/a.ipynb': own });
  const ref = await first(files, page);
  expect(await writePartialNotebook(ref, notebook)).toBe(
    join(files.root, 'out/a.failed.ipynb'),
  );
  await removePartialNotebook(ref.task);
  expect(readFileSync(join(files.root, 'out/a.ipynb'), 'utf8')).toBe(own);
  expect(existsSync(join(files.root, 'out/a.failed.ipynb'))).toBe(false);
});

test("another task's product is never a partial notebook", async () => {
  using files = new Files({ 'other.py': script });
  const ref = await first(
    files,
    `${page}  - {source: other.py, product: out/a.ipynb}\n`,
  );
  expect(await writePartialNotebook(ref, notebook)).toBe(
    join(files.root, 'out/a.failed.ipynb'),
  );
});
