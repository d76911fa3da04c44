/** Products of another tool become the result of a task, where its key tells everything about them. */
import { expect, test } from '@jest/globals';
import { adoptProducts, type Adoption } from '../src/index.js';
import { TestWorkspace, type TaskText } from './test-workspace.js';

const clean: TaskText = { name: 'clean', source: 'emit clean' };
const run = { startedAt: 0, durationMs: 5000, reason: 'taken over' };

async function adopt(
  workspace: TestWorkspace,
  tasks: readonly TaskText[],
): Promise<Adoption> {
  const ref = workspace.refs(tasks).at(-1);
  if (ref === undefined) throw new Error();
  return adoptProducts(ref, run, workspace.parts());
}

test('what was taken over is fresh, and comes from the store when it is deleted', async () => {
  await using workspace = await TestWorkspace.create();
  await workspace.write('out/clean.data', 'theirs');
  await workspace.write('out/clean.ipynb', 'their notebook');
  expect(await adopt(workspace, [clean])).toEqual({ status: 'adopted' });
  expect(await workspace.outcomes([clean])).toMatchObject([
    { status: 'fresh', savedMs: 5000 },
  ]);
  await workspace.write('out/clean.data', 'by hand');
  expect(await workspace.build([clean])).toEqual({ clean: 'restored' });
  expect(await workspace.read('out/clean.data')).toBe('theirs');
});

test('a result that was there first stays', async () => {
  await using workspace = await TestWorkspace.create();
  await workspace.build([clean]);
  await workspace.write('out/clean.data', 'theirs');
  expect(await adopt(workspace, [clean])).toEqual({ status: 'known' });
  await workspace.build([clean]);
  expect(await workspace.read('out/clean.data')).toContain('emit clean');
});

test.each<[string, readonly TaskText[], string]>([
  ['a missing product', [clean], 'its product out/clean.data is not there'],
  [
    'a relation',
    [{ ...clean, relation: { name: 't', isStamped: true } }],
    'it writes no file',
  ],
  [
    'what reads a relation that nothing is noted of',
    [
      { ...clean, name: 'make', relation: { name: 't', isStamped: false } },
      { ...clean, upstream: { make: ['relation'] } },
    ],
    'it reads a table that nothing tells the origin of',
  ],
  [
    'a function that is being edited',
    [
      {
        ...clean,
        kind: 'function',
        file: { path: 'functions.py', text: 'emit clean' },
      },
    ],
    'functions.py was written to just now',
  ],
])('%s is refused', async (_, tasks, why) => {
  await using workspace = await TestWorkspace.create();
  await workspace.write('functions.py', 'emit edited');
  expect(await adopt(workspace, tasks)).toEqual({ status: 'refused', why });
});
