import { cp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { BuildEvent } from '../src/index.js';
import { failed } from './scripted-runner.js';
import { TestWorkspace, type TaskText } from './test-workspace.js';

const getData: TaskText = { name: 'get-data', source: 'emit raw' };
const clean: TaskText = {
  name: 'clean',
  source: 'emit clean',
  upstream: { 'get-data': ['data'] },
  imports: ['src/features.py'],
};
const fit: TaskText = {
  name: 'fit',
  source: 'emit fit',
  params: { n: 100 },
  upstream: { clean: ['data'] },
  products: ['data', 'nb', 'model'],
};
const pipeline = [getData, clean, fit];
const cleanName = { project: 'ml', variant: '', task: 'clean' };

async function builtWorkspace(): Promise<TestWorkspace> {
  const workspace = await TestWorkspace.create();
  await workspace.write('src/features.py', 'def f(): ...');
  await workspace.build(pipeline);
  workspace.runner.runs.length = 0;
  workspace.events.length = 0;
  return workspace;
}

function reasons(
  events: readonly BuildEvent[],
): Record<string, readonly string[]> {
  return Object.fromEntries(
    events.flatMap((event) =>
      event.type === 'task-started'
        ? [[event.ref.task.name, event.reasons]]
        : [],
    ),
  );
}

interface Row {
  readonly change: string;
  readonly edit?: (workspace: TestWorkspace) => Promise<void> | void;
  readonly tasks?: readonly TaskText[];
  /** Executed tasks with their reasons. */
  readonly executed: Record<string, readonly string[]>;
  readonly restored?: readonly string[];
}

test.each<Row>([
  { change: 'nothing', executed: {} },
  {
    change: 'a comment at the root',
    tasks: [{ ...getData, source: 'emit raw\n# why' }, clean, fit],
    executed: { 'get-data': ['source changed'] },
  },
  {
    change: 'other data in the middle',
    tasks: [getData, { ...clean, source: 'emit cleaner' }, fit],
    executed: {
      clean: ['source changed'],
      fit: ['upstream `clean`: product `data` changed'],
    },
  },
  {
    change: 'a param',
    tasks: [getData, clean, { ...fit, params: { n: 200 } }],
    executed: { fit: ['param `n` 100 -> 200'] },
  },
  {
    change: 'an imported module, without an effect on the data',
    edit: (workspace) => workspace.write('src/features.py', 'def g(): ...'),
    executed: { clean: ['imported `src/features.py` changed'] },
  },
  {
    change: 'a distribution',
    edit: (workspace) => {
      workspace.distributions['pandas'] = '2.3.0';
    },
    executed: {
      'get-data': ['pandas 2.3.0 added'],
      clean: ['pandas 2.3.0 added'],
      fit: ['pandas 2.3.0 added'],
    },
  },
  {
    change: 'a file that no task reads',
    edit: (workspace) => workspace.write('README.md', 'read me'),
    executed: {},
  },
  {
    change: 'a task more',
    tasks: [...pipeline, { name: 'plot', source: 'emit plot' }],
    executed: { plot: ['never run'] },
  },
  {
    change: 'a deleted product',
    edit: (workspace) => rm(workspace.path('out/clean.data')),
    executed: {},
    restored: ['clean'],
  },
  {
    change: 'an edited product',
    edit: (workspace) => workspace.write('out/fit.model', 'by hand'),
    executed: {},
    restored: ['fit'],
  },
  {
    change: 'lost run records',
    edit: (workspace) =>
      rm(join(workspace.root, '.nx'), { recursive: true, force: true }),
    executed: {},
    restored: ['get-data', 'clean', 'fit'],
  },
])('$change', async ({ edit, tasks = pipeline, executed, restored = [] }) => {
  await using workspace = await builtWorkspace();
  const before = await workspace.read('out/clean.data');
  await edit?.(workspace);
  const statuses = await workspace.build(tasks);
  expect(statuses).toEqual(
    Object.fromEntries(
      tasks.map(({ name }) => [
        name,
        name in executed
          ? 'executed'
          : restored.includes(name)
            ? 'restored'
            : 'fresh',
      ]),
    ),
  );
  expect(reasons(workspace.events)).toEqual(executed);
  if (!('clean' in executed)) {
    expect(await workspace.read('out/clean.data')).toBe(before);
  }
  // And nothing is left to do.
  const again = await workspace.build(tasks);
  expect(new Set(Object.values(again))).toEqual(new Set(['fresh']));
});

test('going back to the old text executes nothing', async () => {
  await using workspace = await builtWorkspace();
  const before = await workspace.read('out/fit.data');
  const changed = [getData, { ...clean, source: 'emit cleaner' }, fit];
  await workspace.build(changed);
  expect(await workspace.read('out/fit.data')).not.toBe(before);
  workspace.runner.runs.length = 0;
  expect(await workspace.build(pipeline)).toEqual({
    'get-data': 'fresh',
    clean: 'restored',
    fit: 'restored',
  });
  expect(workspace.runner.runs).toEqual([]);
  expect(await workspace.read('out/fit.data')).toBe(before);
});

test('a workspace that was copied elsewhere executes nothing', async () => {
  await using workspace = await builtWorkspace();
  const copy = TestWorkspace.open(join(dirname(workspace.root), 'copy'));
  await cp(workspace.root, copy.root, { recursive: true });
  await rm(join(copy.root, 'ml/out'), { recursive: true });
  const store = workspace.parts().store;
  expect(await copy.build(pipeline, {}, { store })).toEqual({
    'get-data': 'restored',
    clean: 'restored',
    fit: 'restored',
  });
  expect(copy.runner.runs).toEqual([]);
});

test('code that broke and was put back never leaves the broken product as fresh', async () => {
  await using workspace = await builtWorkspace();
  const before = await workspace.read('out/clean.ipynb');
  workspace.runner.script('clean', async () => {
    await workspace.write('out/clean.ipynb', 'with a traceback');
    await workspace.write('out/clean.data', 'half');
    return failed('boom');
  });
  const broken = [getData, { ...clean, source: 'emit broken' }, fit];
  expect(await workspace.build(broken)).toEqual({
    'get-data': 'fresh',
    clean: 'failed',
    fit: 'skipped',
  });
  expect(await workspace.read('out/clean.ipynb')).toBe(before);
  expect(await workspace.build(pipeline)).toEqual({
    'get-data': 'fresh',
    clean: 'restored',
    fit: 'fresh',
  });
  expect(await workspace.read('out/clean.ipynb')).toBe(before);
});

test('a failed task says so when it runs again, and keeps its estimate', async () => {
  await using workspace = await builtWorkspace();
  const records = workspace.parts().records;
  const before = await records.read(cleanName);
  workspace.runner.script('clean', () => Promise.resolve(failed('boom')));
  const broken = [getData, { ...clean, source: 'emit broken' }, fit];
  await workspace.build(broken);
  workspace.events.length = 0;
  await workspace.build(broken);
  expect(reasons(workspace.events)).toEqual({ clean: ['the last run failed'] });
  const after = await records.read(cleanName);
  expect(after).toMatchObject({
    status: 'failed',
    products: [],
    executionMs: before?.executionMs,
    failure: { reason: 'execution-failed', message: 'boom' },
  });
});

test('force executes what is fresh and keeps its result', async () => {
  await using workspace = await builtWorkspace();
  expect(await workspace.build(pipeline, { force: true })).toEqual({
    'get-data': 'executed',
    clean: 'executed',
    fit: 'executed',
  });
  expect(reasons(workspace.events)).toEqual({
    'get-data': ['forced'],
    clean: ['forced'],
    fit: ['forced'],
  });
  expect(await workspace.build(pipeline)).toEqual({
    'get-data': 'fresh',
    clean: 'fresh',
    fit: 'fresh',
  });
});
