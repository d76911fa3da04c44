/** Runs under a configuration, with values of their own, and of more than one pipeline in a folder. */
import { describe, expect, test } from '@jest/globals';
import type { TaskRef } from '@nx-notebook/engine';
import { failure, success } from '@nx-notebook/notebook';
import { runTasks, type RunHost } from '../../src/executors/run-tasks.js';
import type { TaskReport } from '../../src/executors/task-report.js';
import type { TaskRequest } from '../../src/executors/task-request.js';
import { Files } from '../support/files.js';
import { executed, failed, hostOf, request } from './scripted-build.js';

const source =
  '# %% tags=["parameters"]\nupstream = None\nproduct = None\n\n# %%\nprint(1)\n';

/** Task `a` writes to a folder that env.yaml names. */
function configured(): Files {
  return new Files({
    'ml/pipeline.yaml':
      'tasks:\n  - source: a.py\n    product: "{{out}}/a.ipynb"\n',
    'ml/env.yaml': 'out: out\n',
    'ml/env.sample.yaml': 'out: out-sample\n',
    'ml/a.py': source,
  });
}

interface Run {
  readonly reports: readonly TaskReport[];
  readonly refs: readonly TaskRef[];
  readonly printed: readonly string[];
}

async function run(
  files: Files,
  requests: readonly TaskRequest[],
  rest: Partial<RunHost> = {},
): Promise<Run> {
  const refs: TaskRef[] = [];
  const build: RunHost['build'] = async function* (given) {
    await Promise.resolve();
    refs.push(...given);
    yield* given.map(executed);
  };
  const { host, printed } = hostOf(files, build, rest);
  const reports: TaskReport[] = [];
  for await (const report of runTasks(requests, host)) reports.push(report);
  return { reports, refs, printed };
}

const productOf = ({ task }: TaskRef): unknown => task.product;
const at = (path: string): unknown => ({
  kind: 'single',
  product: expect.objectContaining({ path }),
});

test('each configuration loads its own env file', async () => {
  using files = configured();
  const sample = request('a', {
    id: 'ml:execute--a:sample',
    options: { task: 'a', environment: 'sample' },
  });
  const { refs, reports } = await run(files, [request('a'), sample]);
  expect(refs.map(productOf)).toEqual([
    at('out/a.ipynb'),
    at('out-sample/a.ipynb'),
  ]);
  expect(refs.map(({ pipeline }) => pipeline.variant)).toEqual(['', '@sample']);
  expect(reports.map(({ task }) => task)).toEqual([
    'ml:execute--a',
    'ml:execute--a:sample',
  ]);
});

test('another pipeline of the folder', async () => {
  using files = configured();
  files.write(
    'ml/pipeline.serve.yaml',
    'tasks:\n  - source: a.py\n    product: serve/a.ipynb\n',
  );
  const { refs } = await run(files, [
    request('a', { options: { task: 'a', pipeline: 'serve' } }),
  ]);
  expect(refs.map(productOf)).toEqual([at('serve/a.ipynb')]);
  expect(refs[0]?.pipeline.variant).toBe('serve');
});

test('a folder of notebooks without a yaml', async () => {
  using files = new Files({
    'reports/a.py': source.replace('product = None', 'product = "a.html"'),
  });
  const { refs, reports } = await run(files, [
    request('a', {
      root: 'reports',
      options: { task: 'a', notebooks: ['reports'] },
    }),
  ]);
  expect(reports.map(({ result }) => result.status)).toEqual([undefined]);
  expect(refs.map(productOf)).toEqual([at('a.html')]);
});

describe('values for one run', () => {
  const overrides = new Map([['out', 'elsewhere']]);
  const asked = request('a', {
    filesets: new Set(['{projectRoot}/a.py']),
    outputs: new Set(['ml/out/a.ipynb']),
  });

  test('reach the tasks, and products that Nx does not know stay out of its cache', async () => {
    using files = configured();
    const { refs, reports, printed } = await run(files, [asked], { overrides });
    expect(refs.map(productOf)).toEqual([at('elsewhere/a.ipynb')]);
    expect(reports[0]?.result).toMatchObject({
      success: true,
      status: 'local-cache-kept-existing',
    });
    expect(printed).toEqual([]);
  });

  test('do not fail a process of one task: Nx finds its result never again', async () => {
    using files = configured();
    const streamsTranscript = true;
    const { reports } = await run(files, [asked], {
      overrides,
      streamsTranscript,
    });
    expect(reports[0]?.result.status).toBeUndefined();
  });

  test('that no env has are refused, with the keys that there are', async () => {
    using files = configured();
    const { reports, refs } = await run(files, [asked], {
      overrides: new Map([['uot', 'x']]),
    });
    expect(refs).toEqual([]);
    expect(reports[0]?.result.success).toBe(false);
    expect(reports[0]?.result.terminalOutput).toMatch(/uot[^]*out/);
  });
});

test('a product that the graph does not know, without a reason, is said', async () => {
  using files = configured();
  const { reports, printed } = await run(files, [
    request('a', { outputs: new Set(['ml/other.ipynb']) }),
  ]);
  expect(reports[0]?.result.status).toBe('local-cache-kept-existing');
  expect(printed.join('')).toContain('npx nx reset');
});

test('a task that a configuration does not have succeeds, and says so', async () => {
  using files = configured();
  const { reports, refs } = await run(files, [
    request('b', {
      options: { task: 'b', environment: 'sample', absent: true },
    }),
  ]);
  expect(refs).toEqual([]);
  expect(reports[0]?.result).toMatchObject({
    success: true,
    terminalOutput:
      'ml/pipeline.yaml has no task "b" with env.sample.yaml: nothing to do.\n',
  });
});

test('a warning is shown once, whatever the number of configurations', async () => {
  using files = configured();
  for (const name of ['env.yaml', 'env.sample.yaml'])
    files.write(`ml/${name}`, `out: ${name}\n`);
  files.write(
    'ml/a.py',
    source.replace('upstream = None', 'upstream = ["x-*"]'),
  );
  const sample = request('a', {
    id: 'ml:execute--a:sample',
    options: { task: 'a', environment: 'sample' },
  });
  const { printed } = await run(files, [request('a'), sample]);
  expect(printed.join('').match(/a\.py:2:/g)).toHaveLength(1);
});

describe('values that only a run knows', () => {
  const late = (): Files =>
    new Files({
      'ml/pipeline.yaml':
        'tasks:\n  - source: a.py\n    product: "out/{{now}}.ipynb"\n  - {source: b.py, product: out/b.ipynb}\n',
      'ml/a.py': source,
      'ml/b.py': source,
    });

  test('are found out once for each pipeline, and loaded with', async () => {
    using files = late();
    const asked: string[][] = [];
    const evaluateLate: RunHost['evaluateLate'] = (pipeline) => {
      asked.push(pipeline.late.map(({ id }) => id));
      return Promise.resolve(
        success(
          new Map(
            pipeline.late.map(({ id }) => [
              id,
              { kind: 'str', value: 'today' } as const,
            ]),
          ),
        ),
      );
    };
    const { refs } = await run(files, [request('a'), request('b')], {
      evaluateLate,
    });
    expect(asked).toHaveLength(1);
    expect(refs.map(productOf)).toEqual([
      at('out/today.ipynb'),
      at('out/b.ipynb'),
    ]);
  });

  test('that can not be found out fail the tasks that need them', async () => {
    using files = late();
    const evaluateLate: RunHost['evaluateLate'] = () =>
      Promise.resolve(
        failure({
          reason: 'python-not-found',
          message: 'No Python.',
          hint: 'Install it.',
        }),
      );
    const { refs, reports } = await run(files, [request('a'), request('b')], {
      evaluateLate,
    });
    expect(refs.map(({ task }) => task.name)).toEqual(['b']);
    const [a] = reports;
    expect(a?.result.success).toBe(false);
    expect(a?.result.terminalOutput).toContain('No Python.');
  });
});

describe('a grid whose values only a run knows', () => {
  const grid = (): Files =>
    new Files({
      'ml/pipeline.yaml':
        'tasks:\n  - source: a.py\n    name: fit-\n    product: out/fit.ipynb\n    grid: {n: "values::sizes"}\n',
      'ml/a.py': source,
      'ml/values.py': 'def sizes():\n    return [1, 2]\n',
    });
  const evaluateLate: RunHost['evaluateLate'] = (pipeline) =>
    Promise.resolve(
      success(
        new Map(
          pipeline.late.map(({ id }) => [
            id,
            {
              kind: 'list',
              items: [
                { kind: 'int', value: 1n },
                { kind: 'int', value: 2n },
              ],
            } as const,
          ]),
        ),
      ),
    );

  test('is one target for all of its tasks', async () => {
    using files = grid();
    const { refs, reports } = await run(files, [request('fit-')], {
      evaluateLate,
    });
    expect(refs.map(({ task }) => task.name)).toEqual(['fit-0', 'fit-1']);
    expect(reports).toHaveLength(1);
    expect(reports[0]?.result.success).toBe(true);
  });

  test('fails when one of them fails', async () => {
    using files = grid();
    const { host } = hostOf(
      files,
      async function* ([first, second]) {
        await Promise.resolve();
        if (first)
          yield failed(first, {
            reason: 'python-not-found',
            message: 'No Python.',
            hint: 'Install it.',
          });
        if (second) yield executed(second);
      },
      { evaluateLate },
    );
    const reports: TaskReport[] = [];
    for await (const report of runTasks([request('fit-')], host))
      reports.push(report);
    expect(reports).toHaveLength(1);
    expect(reports[0]?.result.success).toBe(false);
    expect(reports[0]?.result.terminalOutput).toContain('No Python.');
  });
});
