/** A shared store behind a build: what it brings ahead, what it is not asked, and what it is told at the end. */
import {
  afterEach,
  beforeEach,
  describe,
  expect,
  jest,
  test,
} from '@jest/globals';
import { openScratch, type Scratch } from '@nx-notebook/testing';
import type { BuildEvent } from '../src/index.js';
import { joinTeam, type Member } from './shared-workspaces.js';
import type { TaskText } from './test-workspace.js';

/** Fifty tasks on a busy machine. */
jest.setTimeout(60_000);

const a: TaskText = { name: 'a', source: 'emit a' };
const b: TaskText = { name: 'b', source: 'emit b', upstream: { a: ['data'] } };
const c: TaskText = { name: 'c', source: 'emit c', upstream: { b: ['data'] } };

let scratch: Scratch;
beforeEach(async () => {
  scratch = await openScratch();
});
afterEach(async () => {
  await scratch[Symbol.asyncDispose]();
});

const join = (): Promise<Member> => joinTeam(scratch.path('share'));

/** Somebody executes the tasks and shares what they give. */
async function execute(tasks: readonly TaskText[]): Promise<void> {
  await using member = await join();
  await member.workspace.build(tasks, {}, { store: member.open() });
}

function finished(events: readonly BuildEvent[]): unknown {
  return events.find(({ type }) => type === 'store-finished');
}

describe('a chain from a far store', () => {
  const chain = Array.from({ length: 50 }, (_, index): TaskText => ({
    name: `t${index}`,
    source: `emit ${index}`,
    ...(index === 0 ? {} : { upstream: { [`t${index - 1}`]: ['data'] } }),
  }));

  test('is asked for to its end before the first product is there', async () => {
    await execute(chain);
    await using member = await join();
    const { workspace, watched } = member;
    // No product comes before all manifests were asked for.
    watched.beforeFetch = () =>
      new Promise((resolve) => {
        const look = (): void => {
          if (watched.asked.length === chain.length) resolve();
        };
        const before = watched.afterFind;
        watched.afterFind = () => {
          before();
          look();
        };
        look();
      });
    const store = member.open();
    const outcomes = await workspace.outcomes(chain, {}, { store });
    expect(outcomes).toHaveLength(chain.length);
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ status: 'restored', origin: 'folder' });
    }
    expect(watched.asked).toHaveLength(chain.length);
  });

  test('is not asked for what is fresh', async () => {
    await using member = await join();
    const { workspace, watched } = member;
    await workspace.build([a, b, c], {}, { store: member.open() });
    expect(watched.asked).toHaveLength(3);
    await workspace.build([a, b, c], {}, { store: member.open() });
    expect(watched.asked).toHaveLength(3);
  });

  test('is not asked for a task that will be fresh again', async () => {
    await using member = await join();
    const { workspace, watched } = member;
    await workspace.build([a, b, c], {}, { store: member.open() });
    await workspace.write('out/a.data', 'damaged');
    const asked = watched.asked.length;
    const again = await workspace.build(
      [a, b, c],
      {},
      { store: member.open() },
    );
    expect(again).toEqual({ a: 'restored', b: 'fresh', c: 'fresh' });
    // What is on disk is given to those who may lack it; nobody else is asked for.
    expect(watched.asked.length - asked).toBe(1);
  });

  test('is not asked for what is executed anyway, nor for what lies behind', async () => {
    await execute([a, b, c]);
    await using member = await join();
    const { workspace, watched } = member;
    const release = workspace.runner.hold('a');
    const built = workspace.build(
      [a, b, c],
      { force: ({ task }) => task.name === 'a' },
      { store: member.open() },
    );
    await workspace.runner.begun('a');
    expect(watched.asked).toEqual([]);
    release();
    expect(await built).toEqual({
      a: 'executed',
      b: 'restored',
      c: 'restored',
    });
  });

  test('that has only the beginning leaves the rest to be executed', async () => {
    await execute([a]);
    await using member = await join();
    const { workspace, watched } = member;
    const store = member.open();
    expect(await workspace.build([a, b, c], {}, { store })).toEqual({
      a: 'restored',
      b: 'executed',
      c: 'executed',
    });
    expect(new Set(watched.asked).size).toBe(watched.asked.length);
  });
});

describe('the end of a build', () => {
  test('waits for uploads and tells what was shared, before the last event', async () => {
    await using member = await join();
    const { workspace } = member;
    await workspace.build([a, b], {}, { store: member.open() });
    expect(finished(workspace.events)).toMatchObject({
      summary: { uploaded: 2, hits: 0, notUploaded: {}, troubles: [] },
    });
    expect(workspace.events.slice(-2).map(({ type }) => type)).toEqual([
      'store-finished',
      'build-finished',
    ]);
  });

  test('gives up uploads when the build is cancelled', async () => {
    await using member = await join();
    const { workspace } = member;
    const stop = new AbortController();
    const held = {
      openRemote: () => new Promise<never>(() => undefined),
      limits: { silenceMs: 50 },
    };
    workspace.runner.script('b', async () => {
      stop.abort();
      return Promise.resolve({ status: 'succeeded', cells: [] });
    });
    const { signal } = stop;
    const store = member.open(held);
    await workspace.build([a, b], { signal }, { store });
    expect(finished(workspace.events)).toMatchObject({
      summary: { uploaded: 0, notUploaded: { 'time-out': 1 } },
    });
  });

  test('is the same when nothing can be shared', async () => {
    await using member = await join();
    const { workspace } = member;
    const store = member.open({
      openRemote: () => Promise.reject(new Error('no region')),
    });
    expect(await workspace.build([a, b, c], {}, { store })).toEqual({
      a: 'executed',
      b: 'executed',
      c: 'executed',
    });
    expect(finished(workspace.events)).toMatchObject({
      summary: { asked: 1, notUploaded: { 'not usable': 3 } },
    });
  });
});

describe('who made a result', () => {
  test('stands in its manifest, and can not say what only the build knows', async () => {
    await using member = await join();
    const store = member.open();
    const provenance = { user: 'ann', task: 'forged' };
    await member.workspace.build([a], {}, { store, provenance });
    const [key = ''] = member.watched.saved;
    expect((await store.find(key))?.manifest.provenance).toMatchObject({
      user: 'ann',
      task: 'a',
      project: 'ml',
    });
  });

  test('counts for a trusted run: what another run left here is taken from the store instead', async () => {
    await execute([a, b]);
    await using member = await join();
    const { workspace } = member;
    const untrusted = { store: member.open(), scope: 'pr-1' };
    await workspace.build([a, b], {}, untrusted);
    await workspace.write('out/b.data', 'poisoned');
    const trusted = (): object => ({ store: member.open(), scope: 'trusted' });
    workspace.events.length = 0;
    const taken = await workspace.build([a, b], {}, trusted());
    expect(taken).toEqual({ a: 'restored', b: 'restored' });
    const again = await workspace.build([a, b], {}, trusted());
    expect(again).toEqual({ a: 'fresh', b: 'fresh' });
  });
});
