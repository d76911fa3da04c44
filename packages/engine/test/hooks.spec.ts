/** Tasks and what is called around them: a hook that fails takes its task with it, and a check without products is kept. */
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { failed, writeProducts } from './scripted-runner.js';
import { joinTeam } from './shared-workspaces.js';
import { TestWorkspace, type TaskText } from './test-workspace.js';

const clean: TaskText = {
  name: 'clean',
  source: 'emit clean',
  onFinish: { path: 'hooks.check', text: 'check' },
};
const fit: TaskText = {
  name: 'fit',
  source: 'emit fit',
  upstream: { clean: ['data'] },
};
const onFinish: TaskText = {
  name: 'on_finish',
  kind: 'hook',
  source: 'check all',
  upstream: { clean: ['data', 'nb'], fit: ['data', 'nb'] },
};

test('products of a task whose on_finish fails are nobody’s: what was there before is there again', async () => {
  await using workspace = await TestWorkspace.create();
  await workspace.build([clean, fit]);
  const before = await workspace.read('out/clean.data');
  workspace.runner.script('clean', async (request) => {
    await writeProducts(request);
    return failed('on_finish: too few rows');
  });
  const worse = { ...clean, source: 'emit worse' };
  expect(await workspace.build([worse, fit])).toEqual({
    clean: 'failed',
    fit: 'skipped',
  });
  expect(await workspace.read('out/clean.data')).toBe(before);
  // Neither here nor from the store.
  await rm(join(workspace.root, '.nx'), { recursive: true });
  expect(await workspace.build([worse, fit])).toMatchObject({
    clean: 'failed',
  });
  expect(await workspace.build([clean, fit])).toEqual({
    clean: 'restored',
    fit: 'restored',
  });
});

test('a data product that a failed run left half-written is never up to date', async () => {
  await using workspace = await TestWorkspace.create();
  workspace.runner.script('clean', async () => {
    await workspace.write('out/clean.data', 'ha');
    return failed('no space left');
  });
  await workspace.build([clean]);
  expect(await workspace.read('out/clean.data')).toBeUndefined();
  workspace.runner.script('clean', writeProducts);
  expect(await workspace.build([clean])).toEqual({ clean: 'executed' });
  expect(await workspace.read('out/clean.data')).toContain('emit clean');
});

test('the check of a whole pipeline runs after all tasks, once', async () => {
  await using workspace = await TestWorkspace.create();
  const all = [clean, fit, onFinish];
  await workspace.build(all);
  expect(workspace.runner.runs).toEqual(['clean', 'fit', 'on_finish']);
  expect(await workspace.build(all)).toMatchObject({ on_finish: 'fresh' });
  const other = [clean, { ...fit, source: 'emit other' }, onFinish];
  expect(await workspace.build(other)).toMatchObject({
    clean: 'fresh',
    on_finish: 'executed',
  });
});

test('a check that a colleague has passed is not made again', async () => {
  await using workspace = await TestWorkspace.create();
  const all = [clean, fit, onFinish];
  await workspace.build(all);
  const colleague = TestWorkspace.open(
    join(dirname(workspace.root), 'colleague'),
  );
  const { store } = workspace.parts();
  expect(await colleague.build(all, {}, { store })).toEqual({
    clean: 'restored',
    fit: 'restored',
    on_finish: 'restored',
  });
});

test('a check comes from the store of a team, too', async () => {
  await using workspace = await TestWorkspace.create();
  const team = join(dirname(workspace.root), 'team');
  const all = [clean, fit, onFinish];
  await using first = await joinTeam(team);
  await first.workspace.build(all, {}, { store: first.open() });
  await using second = await joinTeam(team);
  expect(
    await second.workspace.build(all, {}, { store: second.open() }),
  ).toMatchObject({ on_finish: 'restored' });
  expect(second.workspace.runner.runs).toEqual([]);
});

test('a check that failed is made again', async () => {
  await using workspace = await TestWorkspace.create();
  workspace.runner.script('on_finish', () => Promise.resolve(failed('bad')));
  const all = [clean, fit, onFinish];
  expect(await workspace.build(all)).toMatchObject({ on_finish: 'failed' });
  expect(await workspace.build(all)).toMatchObject({
    fit: 'fresh',
    on_finish: 'failed',
  });
});

test('a function that was edited after the pipeline was loaded leaves its result in doubt', async () => {
  await using workspace = await TestWorkspace.create();
  const make: TaskText = {
    name: 'make',
    kind: 'function',
    source: 'emit made',
    file: { path: 'functions.py', text: 'emit made' },
  };
  await workspace.write('functions.py', 'emit edited');
  expect(await workspace.outcomes([make])).toMatchObject([
    { status: 'executed', isInDoubt: true },
  ]);
  expect(workspace.events).toContainEqual(
    expect.objectContaining({
      message:
        '`functions.py` was written to while the task ran; its result is not kept for later.',
    }),
  );
  await workspace.write('functions.py', 'emit made');
  expect(await workspace.build([make])).toEqual({ make: 'executed' });
  expect(await workspace.build([make])).toEqual({ make: 'fresh' });
});

test('only notebooks and scripts are given the text of a cell', async () => {
  await using workspace = await TestWorkspace.create();
  const given: Record<string, string> = {};
  const tasks = (['notebook', 'script', 'function', 'shell'] as const).map(
    (kind): TaskText => ({ name: kind, kind, source: '', params: { n: 1 } }),
  );
  for (const { name } of tasks) {
    workspace.runner.script(name, async (request) => {
      given[name] = request.injected;
      return writeProducts(request);
    });
  }
  await workspace.build(tasks);
  expect(given).toEqual({
    notebook: expect.stringContaining('n = 1\n'),
    script: expect.stringContaining('n = 1\n'),
    function: '',
    shell: '',
  });
});
