/** Variants of one pipeline live side by side: no record, lock or message of one is taken for another's. */
import { readdir } from 'node:fs/promises';
import { expect, test } from '@jest/globals';
import type { Pipeline } from '@nx-notebook/pipeline';
import { recordsFolder, type TaskRef } from '../src/index.js';
import { TestWorkspace, type TaskText } from './test-workspace.js';

const load: TaskText = { name: 'load', source: 'emit raw' };
const fit: TaskText = {
  name: 'fit',
  source: 'emit fit',
  upstream: { load: ['data'] },
};

/** The pipeline in a variant, with products below a folder of its own. */
function variantOf(
  workspace: TestWorkspace,
  variant: string,
  tasks: readonly TaskText[] = [load, fit],
): TaskRef[] {
  const [first] = workspace.refs(tasks, 'ml', { variant });
  if (first === undefined) throw new Error();
  const own = first.pipeline.tasks.map((task) => ({
    ...task,
    product: movedTo(task.product, workspace, variant),
  }));
  const pipeline: Pipeline = { ...first.pipeline, tasks: own };
  return own.map((task) => ({ project: 'ml', pipeline, task }));
}

function movedTo(
  spec: TaskRef['task']['product'],
  workspace: TestWorkspace,
  variant: string,
): TaskRef['task']['product'] {
  if (spec.kind !== 'mapping') return spec;
  const products = spec.products.map((product) => {
    const path = `${variant}/${product.path}`;
    return { ...product, path, absolutePath: workspace.path(path) };
  });
  return { ...spec, products };
}

test('each has its own records, and the usual pipeline keeps its place', async () => {
  await using workspace = await TestWorkspace.create();
  const usual = workspace.refs([load, fit]);
  const sample = variantOf(workspace, '@sample');
  const serve = variantOf(workspace, 'serve');
  const all = [...usual, ...sample, ...serve];
  const executed = await workspace.buildRefs(all);
  expect(executed.map(({ status }) => status)).toEqual(
    Array(6).fill('executed'),
  );
  const fresh = await workspace.buildRefs(all);
  expect(fresh.map(({ status }) => status)).toEqual(Array(6).fill('fresh'));
  const names = await readdir(recordsFolder(workspace.root), {
    recursive: true,
  });
  expect(names.filter((name) => name.endsWith('load.json')).sort()).toEqual([
    expect.stringMatching(/^ml\/\+-sample~\w+\/load\.json$/),
    'ml/+serve/load.json',
    'ml/load.json',
  ]);
});

test('a variant says which it is', async () => {
  await using workspace = await TestWorkspace.create();
  workspace.runner.script('load', () => {
    throw new Error('boom');
  });
  const labels = await Promise.all(
    ['', '@sample', 'serve'].map(async (variant) => {
      const [outcome] = await workspace.buildRefs(
        variantOf(workspace, variant, [load]),
      );
      return outcome?.status === 'failed' ? outcome.failure.message : '';
    }),
  );
  expect(labels).toEqual([
    expect.stringContaining('`ml:load`'),
    expect.stringContaining('`ml:load (sample)`'),
    expect.stringContaining('`ml:load (serve)`'),
  ]);
});

test('two that mean the same thing at the same place execute it once', async () => {
  await using workspace = await TestWorkspace.create();
  const usual = workspace.refs([load, fit]);
  const same = workspace.refs([load, fit], 'ml', { variant: 'serve' });
  const outcomes = await workspace.buildRefs([...usual, ...same]);
  expect(workspace.runner.runs).toEqual(['load', 'fit']);
  const again = outcomes.filter(({ ref }) => ref.pipeline.variant === 'serve');
  expect(again.map(({ status }) => status)).toEqual(['restored', 'restored']);
});

test('two that mean different things at the same place do not overwrite each other in one run', async () => {
  await using workspace = await TestWorkspace.create();
  const usual = workspace.refs([load, fit]);
  const sample = workspace.refs(
    [{ ...load, source: 'emit sample' }, fit],
    'ml',
    { variant: '@sample' },
  );
  const outcomes = await workspace.buildRefs([...usual, ...sample]);
  expect(
    outcomes.map(({ ref, status }) => [
      ref.task.name + ref.pipeline.variant,
      status,
    ]),
  ).toEqual(
    expect.arrayContaining([
      ['load', 'executed'],
      ['fit', 'executed'],
      ['load@sample', 'failed'],
      ['fit@sample', 'skipped'],
    ]),
  );
  const failed = outcomes.find(({ status }) => status === 'failed');
  expect(failed).toMatchObject({
    failure: {
      message:
        'Tasks must generate unique products: `ml:load (sample)` would write out/load.data over what `ml:load` wrote in the same run.',
    },
  });
  expect(await workspace.read('out/load.data')).toContain('emit raw');
  // One after the other is what somebody wants who does it.
  const alone = await workspace.buildRefs(sample);
  expect(alone.map(({ status }) => status)).toEqual(['executed', 'executed']);
});

test('who shares a place with a failed task goes on', async () => {
  await using workspace = await TestWorkspace.create();
  const [usual] = workspace.refs([{ ...load, source: 'emit broken' }]);
  const [serve] = workspace.refs([load], 'ml', { variant: 'serve' });
  if (usual === undefined || serve === undefined) throw new Error();
  let runs = 0;
  workspace.runner.script('load', async () => {
    runs += 1;
    if (runs === 1) throw new Error('boom');
    await workspace.write('out/load.data', 'data');
    await workspace.write('out/load.ipynb', 'notebook');
    return { status: 'succeeded', cells: [] };
  });
  const outcomes = await workspace.buildRefs([usual, serve]);
  expect(outcomes.map(({ status }) => status)).toEqual(['failed', 'executed']);
});
