import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import type {
  BuildCommand,
  BuildReport,
  StopAt,
} from './fixtures/build-process.js';
import { TestWorkspace, type TaskText } from './test-workspace.js';

jest.setTimeout(60_000);

const a: TaskText = { name: 'a', source: 'emit a' };
const b: TaskText = { name: 'b', source: 'emit b', upstream: { a: ['data'] } };
const newB: TaskText = { ...b, source: 'emit new b' };

const fixtures = join(__dirname, 'fixtures');
const children = new Set<BuildProcess>();

afterEach(async () => {
  for (const child of children) await child.kill();
  children.clear();
});

/** A build in another process. */
class BuildProcess {
  readonly #child: ChildProcess;
  readonly #reports: BuildReport[] = [];
  #wake = (): void => undefined;

  constructor(command: BuildCommand) {
    const script = join(fixtures, 'build-process.ts');
    this.#child = fork(join(fixtures, 'run-sources.cjs'), [script], {
      execArgv: [],
    });
    this.#child.on('message', (report) => {
      this.#reports.push(report as BuildReport);
      this.#wake();
    });
    this.#child.on('disconnect', () => this.#wake());
    this.#child.send(command);
    children.add(this);
  }

  /** The first report that fits; fails when the process ended without it. */
  async report<T extends BuildReport>(
    fits: (report: BuildReport) => report is T,
  ): Promise<T> {
    for (;;) {
      const found = this.#reports.find(fits);
      if (found !== undefined) return found;
      if (!this.#child.connected) throw new Error('the build ended');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  goOn(): void {
    this.#child.send('go on');
  }

  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null)
      return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }
}

function isStopped(
  report: BuildReport,
): report is BuildReport & { type: 'stopped' } {
  return report.type === 'stopped';
}

function isBegun(
  report: BuildReport,
): report is BuildReport & { type: 'begun' } {
  return report.type === 'begun';
}

function isWaiting(
  report: BuildReport,
): report is BuildReport & { type: 'event' } {
  return report.type === 'event' && report.event === 'waiting';
}

function isEnded(
  report: BuildReport,
): report is BuildReport & { type: 'ended' } {
  return report.type === 'ended';
}

/** Builds the old text, then kills a build of the new text at one place. */
async function killedAt(at: StopAt): Promise<TestWorkspace> {
  const workspace = await TestWorkspace.create();
  await workspace.build([a, b]);
  const killed = new BuildProcess({
    root: workspace.root,
    tasks: [a, newB],
    stop: { task: 'b', at },
  });
  await killed.report(isStopped);
  await killed.kill();
  await ageLocks(workspace);
  workspace.runner.runs.length = 0;
  return workspace;
}

/** Makes the locks of the dead look as old as they would be 5 s later. */
async function ageLocks(workspace: TestWorkspace): Promise<void> {
  const folder = join(workspace.root, '.nx/notebook/locks/ml');
  for (const name of await readdir(folder)) {
    if (name.endsWith('.lock')) await utimes(join(folder, name), 1, 1);
  }
}

const table: readonly {
  readonly at: StopAt;
  /** How the task ends in the next build of the new text, and of the old text. */
  readonly forward: string;
  readonly back: string;
}[] = [
  { at: 'running', forward: 'executed', back: 'fresh' },
  { at: 'half-written', forward: 'executed', back: 'fresh' },
  { at: 'written', forward: 'executed', back: 'fresh' },
  { at: 'saving', forward: 'executed', back: 'fresh' },
  { at: 'saved', forward: 'restored', back: 'fresh' },
  { at: 'recorded', forward: 'fresh', back: 'restored' },
];

test.each(table)(
  'killed when $at, the next build goes on',
  async ({ at, forward }) => {
    await using workspace = await killedAt(at);
    expect(await workspace.build([a, newB])).toEqual({
      a: 'fresh',
      b: forward,
    });
    expect(workspace.runner.runs).toEqual(forward === 'executed' ? ['b'] : []);
    expect(await workspace.read('out/b.data')).toContain('emit new b');
    expect(await workspace.build([a, newB])).toEqual({
      a: 'fresh',
      b: 'fresh',
    });
  },
);

test.each(table)(
  'killed when $at, and put back: no kernel',
  async ({ at, back }) => {
    await using workspace = await killedAt(at);
    expect(await workspace.build([a, b])).toEqual({ a: 'fresh', b: back });
    expect(workspace.runner.runs).toEqual([]);
    expect(await workspace.read('out/b.data')).toContain('emit b');
    expect(await workspace.build([a, b])).toEqual({ a: 'fresh', b: 'fresh' });
  },
);

test('what a killed run left is not taken as it stands by who reads it', async () => {
  await using workspace = await TestWorkspace.create();
  const killed = new BuildProcess({
    root: workspace.root,
    tasks: [a],
    stop: { task: 'a', at: 'half-written' },
  });
  await killed.report(isStopped);
  await killed.kill();
  await ageLocks(workspace);
  expect(await workspace.read('out/a.data')).toBe('half');
  const refs = workspace.refs([a, b]).filter(({ task }) => task.name === 'b');
  expect(await workspace.buildRefs(refs)).toMatchObject([
    { status: 'failed', failure: { reason: 'upstream-product-missing' } },
  ]);
  expect(await workspace.read('out/a.data')).toBeUndefined();
});

test('killed while restoring: the next build restores again', async () => {
  await using workspace = await TestWorkspace.create();
  await workspace.build([a, b]);
  await workspace.write('out/b.data', 'by hand');
  const killed = new BuildProcess({
    root: workspace.root,
    tasks: [a, b],
    stop: { task: 'b', at: 'restored' },
  });
  await killed.report(isStopped);
  await killed.kill();
  await ageLocks(workspace);
  // The record of the execution fits what was restored.
  expect(await workspace.build([a, b])).toEqual({ a: 'fresh', b: 'fresh' });
});

test('a dead holder delays the next build, but does not stop it', async () => {
  await using workspace = await TestWorkspace.create();
  const killed = new BuildProcess({
    root: workspace.root,
    tasks: [a],
    stop: { task: 'a', at: 'running' },
  });
  await killed.report(isStopped);
  await killed.kill();
  expect(await workspace.build([a])).toEqual({ a: 'executed' });
});

test('two processes at once execute each task once, and both end right', async () => {
  await using workspace = await TestWorkspace.create();
  const tasks = [a, b];
  const first = new BuildProcess({ root: workspace.root, tasks, hold: 'a' });
  await first.report(isBegun);
  const second = new BuildProcess({ root: workspace.root, tasks });
  const waiting = await second.report(isWaiting);
  expect(waiting.reason).toMatch(/^another run \(process \d+\) has `ml:a`$/);
  first.goOn();
  const ends = [await first.report(isEnded), await second.report(isEnded)];
  expect(ends.map(({ statuses }) => statuses['a'])).toEqual([
    'executed',
    'fresh',
  ]);
  expect(ends.map(({ statuses }) => statuses['b']).toSorted()).toEqual([
    'executed',
    'fresh',
  ]);
  const log = await workspace.read('../runs.log');
  expect(log?.trim().split('\n').toSorted()).toEqual(['a', 'b']);
});
