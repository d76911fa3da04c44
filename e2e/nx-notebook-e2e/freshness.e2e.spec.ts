/**
 * What runs again and what does not, in the ways that Nx can drive us: both versions, with and without its daemon,
 * as a batch and task by task, no two combinations alike. The tests of one combination share a workspace and follow
 * each other.
 */
import {
  afterAll,
  beforeAll,
  describe,
  expect,
  jest,
  test,
} from '@jest/globals';
import type { NxRun, TestWorkspace } from '@nx-notebook/testing';
import type { NxVersion } from './global-setup';
import { chain, makeWorkspace, pipeline, reads, writes } from './pipelines';

jest.setTimeout(120_000);

interface Combination {
  readonly nx: NxVersion;
  readonly daemon: boolean;
  readonly batch: boolean;
}

const combinations: readonly Combination[] = [
  { nx: '24.0.0', daemon: false, batch: true },
  { nx: '24.0.0', daemon: true, batch: false },
  { nx: '23.3.2', daemon: true, batch: true },
];

describe.each(combinations)(
  'nx $nx, daemon $daemon, batch $batch',
  ({ nx, daemon, batch }) => {
    let workspace: TestWorkspace;

    beforeAll(async () => {
      workspace = await makeWorkspace(chain, { nx, daemon });
    });

    afterAll(async () => {
      await workspace[Symbol.asyncDispose]();
    });

    const execute = (): Promise<NxRun> =>
      workspace.succeed(
        'run-many',
        '-t',
        'execute',
        // Else Nx shows the output of failed tasks only.
        '--output-style=static',
        ...(batch ? [] : ['--batch=false']),
      );

    const executed = (): Promise<readonly string[]> =>
      workspace.takeExecutions('ml');

    test('the first run executes everything', async () => {
      await execute();
      expect(await executed()).toEqual(['a', 'b', 'c']);
      expect(await workspace.read('ml/out/c.txt')).toBe('ONE\n1\n');
    });

    test('the second run is answered by Nx alone', async () => {
      const { tasks } = await execute();
      expect(await executed()).toEqual([]);
      expect(
        ['a', 'b', 'c'].map(
          (task) => tasks[`ml:execute--${task}`]?.cacheStatus,
        ),
      ).toEqual(['local-cache-hit', 'local-cache-hit', 'local-cache-hit']);
    });

    test('a comment executes its own task and nothing behind it', async () => {
      await workspace.edit('ml/a.py', 'product = None', 'product = None  # !');
      await execute();
      expect(await executed()).toEqual(['a']);
    });

    test('other data execute what reads them', async () => {
      await workspace.edit('ml/b.py', '{n}', '{n}{n}');
      await execute();
      expect(await executed()).toEqual(['b', 'c']);
      expect(await workspace.read('ml/out/c.txt')).toBe('ONE\n11\n');
    });

    test('the old text executes nothing and brings the old data back', async () => {
      await workspace.edit('ml/b.py', '{n}{n}', '{n}');
      await execute();
      expect(await executed()).toEqual([]);
      expect(await workspace.read('ml/out/c.txt')).toBe('ONE\n1\n');
    });

    test('a deleted product comes back without a kernel', async () => {
      await workspace.remove('ml/out/b.txt');
      await execute();
      expect(await executed()).toEqual([]);
      expect(await workspace.read('ml/out/b.txt')).toBe('one\n1\n');
    });

    test('an edited product comes back without a kernel', async () => {
      await workspace.write({ 'ml/out/b.txt': 'tampered' });
      await execute();
      expect(await executed()).toEqual([]);
      expect(await workspace.read('ml/out/b.txt')).toBe('one\n1\n');
    });

    test('another param executes its task, and the run says which', async () => {
      await workspace.edit('ml/pipeline.yaml', '{n: 1}', '{n: 2}');
      const { output } = await execute();
      expect(await executed()).toEqual(['b', 'c']);
      expect(output).toMatch(/param.*\bn\b.*\b1\b.*\b2\b/);
    });

    test('an imported module executes exactly the tasks that import it', async () => {
      await workspace.edit('ml/lib.py', 'upper()', 'title()');
      await execute();
      expect(await executed()).toEqual(['c']);
      expect(await workspace.read('ml/out/c.txt')).toBe('One\n2\n');
    });

    test('a new task executes alone', async () => {
      const { 'ml/d.py': source = '' } = pipeline('ml', [
        { name: 'd', upstream: ['a'], cells: [writes(reads('a'))] },
      ]);
      await workspace.write({
        'ml/d.py': source,
        'ml/pipeline.yaml': `${await workspace.read('ml/pipeline.yaml')}  - source: d.py\n    product: {nb: out/d.ipynb, data: out/d.txt}\n`,
      });
      await execute();
      expect(await executed()).toEqual(['d']);
    });

    test('a file that no task reads executes nothing', async () => {
      await workspace.write({ 'ml/README.md': '# ml\n' });
      await execute();
      expect(await executed()).toEqual([]);
    });

    test("without Nx's cache our store answers", async () => {
      await workspace.succeed('reset');
      await workspace.remove('ml/out');
      const { tasks } = await execute();
      expect(await executed()).toEqual([]);
      expect(tasks['ml:execute--a']?.cacheStatus).toBe('cache-miss');
      expect(await workspace.read('ml/out/c.txt')).toBe('One\n2\n');
    });
  },
);
