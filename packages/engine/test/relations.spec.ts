/** Tables and views: nobody takes one for what it should be without asking its database, and no store has any. */
import { expect, test } from '@jest/globals';
import type { SaveRequest } from '@nx-notebook/store';
import { assessTask, type EngineParts } from '../src/index.js';
import { failed, succeeded } from './scripted-runner.js';
import { TestWorkspace, type TaskText } from './test-workspace.js';

const make: TaskText = {
  name: 'make',
  kind: 'sql-script',
  source: 'create table t',
  relation: { name: 't', isStamped: true },
};
const dump: TaskText = {
  name: 'dump',
  kind: 'sql-dump',
  source: 'select * from t',
  upstream: { make: ['relation'] },
};
const unstamped: TaskText = {
  ...make,
  relation: { name: 't', isStamped: false },
};

/** Parts whose store says what it is asked and given. */
function watched(workspace: TestWorkspace): {
  readonly changes: Partial<EngineParts>;
  readonly found: string[];
  readonly saved: string[];
} {
  const { store } = workspace.parts();
  const found: string[] = [];
  const saved: string[] = [];
  const changes = {
    store: {
      find(key: string) {
        found.push(key);
        return store.find(key);
      },
      save(request: SaveRequest) {
        saved.push(String(request.provenance['task']));
        return store.save(request);
      },
    },
  };
  return { changes, found, saved };
}

test('a relation is neither looked for in a store nor saved there; what was read from it is', async () => {
  await using workspace = await TestWorkspace.create();
  const { changes, found, saved } = watched(workspace);
  await workspace.build([make, dump], {}, changes);
  expect(saved).toEqual(['dump']);
  expect(found).toHaveLength(1);
});

test('what was read from a relation that nothing is noted of is of use to nobody else', async () => {
  await using workspace = await TestWorkspace.create();
  const { changes, found, saved } = watched(workspace);
  await workspace.build([unstamped, dump], {}, changes);
  await workspace.build([unstamped, dump], {}, changes);
  expect(workspace.runner.runs).toEqual(['make', 'dump', 'make', 'dump']);
  expect([...found, ...saved]).toEqual([]);
});

test('a reader knows which execution made what it read', async () => {
  await using workspace = await TestWorkspace.create();
  await workspace.build([make, dump]);
  const [, reader] = workspace.refs([make, dump]);
  if (reader === undefined) throw new Error();
  const { stamps } = workspace.runner.database;
  expect(await assessTask(reader, workspace.parts())).toMatchObject({
    status: 'fresh',
    key: {
      keyData: {
        upstream: {
          make: { relation: { path: 't', digest: stamps.get('t') } },
        },
      },
    },
  });
});

test('back to an execution whose stamp is there again is back to its results', async () => {
  await using workspace = await TestWorkspace.create();
  await workspace.build([make, dump]);
  const { stamps } = workspace.runner.database;
  const first = stamps.get('t') ?? '';
  await workspace.build([{ ...make, source: 'create table t as' }, dump]);
  stamps.set('t', first);
  workspace.runner.runs.length = 0;
  const [, reader] = workspace.refs([make, dump]);
  if (reader === undefined) throw new Error();
  const [outcome] = await workspace.buildRefs([reader]);
  expect(outcome?.status).toBe('restored');
});

test('a reader alone says that there is nothing to read', async () => {
  await using workspace = await TestWorkspace.create();
  const [, reader] = workspace.refs([make, dump]);
  if (reader === undefined) throw new Error();
  expect(await workspace.buildRefs([reader])).toMatchObject([
    {
      status: 'failed',
      failure: {
        reason: 'upstream-product-missing',
        message: 'Task `ml:dump` reads t of task `make`, which is not there.',
      },
    },
  ]);
});

test('a failed execution leaves no relation that somebody would read', async () => {
  await using workspace = await TestWorkspace.create();
  await workspace.build([make, dump]);
  workspace.runner.script('make', () => Promise.resolve(failed('half done')));
  const broken = [{ ...make, source: 'create table t, broken' }, dump];
  expect(await workspace.build(broken)).toEqual({
    make: 'failed',
    dump: 'skipped',
  });
  const [, reader] = workspace.refs([make, dump]);
  if (reader === undefined) throw new Error();
  expect(await workspace.buildRefs([reader])).toMatchObject([
    { status: 'failed' },
  ]);
  workspace.runner.script('make', () => Promise.resolve(succeeded));
  expect(await workspace.build([make, dump])).toEqual({
    make: 'executed',
    dump: 'executed',
  });
});

test('a database that does not answer is told of once, and nothing is taken for fresh', async () => {
  await using workspace = await TestWorkspace.create();
  const more: TaskText = { ...dump, name: 'more' };
  await workspace.build([make, dump, more]);
  workspace.events.length = 0;
  workspace.runner.database.trouble = 'The database of `make` is not there.';
  expect(await workspace.build([make, dump, more])).toEqual({
    make: 'executed',
    dump: 'executed',
    more: 'executed',
  });
  const warnings = workspace.events.filter(({ type }) => type === 'warning');
  expect(warnings).toEqual([
    { type: 'warning', message: 'The database of `make` is not there.' },
  ]);
});

test('without anybody to ask nothing is taken for fresh', async () => {
  await using workspace = await TestWorkspace.create();
  const { relation, ...parts } = workspace.parts();
  expect(relation).toBeDefined();
  await workspace.build([make, dump]);
  const [writer, reader] = workspace.refs([make, dump]);
  if (writer === undefined || reader === undefined) throw new Error();
  expect(await assessTask(writer, parts)).toMatchObject({
    status: 'stale',
    reasons: ['table `t` could not be looked at'],
  });
  expect(await assessTask(reader, parts)).toMatchObject({
    status: 'stale',
    reasons: ['upstream `make`: product `relation` changed'],
  });
});

test('a relation that changes while it is read leaves the result in doubt', async () => {
  await using workspace = await TestWorkspace.create();
  const { stamps } = workspace.runner.database;
  workspace.runner.script('dump', async () => {
    stamps.set('t', 'theirs');
    await workspace.write('out/dump.data', 'of two executions');
    return succeeded;
  });
  const outcomes = await workspace.outcomes([make, dump]);
  expect(outcomes).toMatchObject([
    { status: 'executed' },
    { status: 'executed', isInDoubt: true },
  ]);
  expect(workspace.events).toContainEqual(
    expect.objectContaining({
      type: 'warning',
      message:
        'upstream `make`: product `relation` changed while the task ran; its result is not kept for later.',
    }),
  );
});
