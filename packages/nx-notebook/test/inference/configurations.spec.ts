/** One target stands for a task under every configuration: what each of them adds to it. */
import { describe, expect, test } from '@jest/globals';
import type { ProjectConfiguration, TargetConfiguration } from '@nx/devkit';
import {
  inferredSets,
  pipeline,
  product,
  setOf,
  task,
  twoTasks,
} from './models.js';

type Project = Omit<ProjectConfiguration, 'root'>;

function target(project: Project, name: string): TargetConfiguration {
  const found = project.targets?.[name];
  if (found === undefined) throw new Error(`no target ${name}`);
  return found;
}

const both = (sample = twoTasks('out-sample')): Project =>
  inferredSets([setOf({ '': twoTasks(), sample })]);

test('each configuration names its env file and where products go', () => {
  expect(target(both(), 'execute--clean')).toMatchObject({
    cache: true,
    options: {
      task: 'clean',
      products: { nb: 'out/clean.ipynb', data: 'out/clean.csv' },
    },
    configurations: {
      sample: {
        environment: 'sample',
        products: {
          nb: 'out-sample/clean.ipynb',
          data: 'out-sample/clean.csv',
        },
      },
    },
    outputs: [
      '{projectRoot}/{options.products.nb}',
      '{projectRoot}/{options.products.data}',
    ],
    dependsOn: ['execute--raw'],
  });
});

test('inputs are those of all configurations', () => {
  const inputs = target(both(), 'execute--clean').inputs ?? [];
  for (const out of ['out', 'out-sample']) {
    const path = `pipelines/ml/${out}/raw.csv`;
    expect(inputs).toEqual(
      expect.arrayContaining([
        { dependentTasksOutputFiles: path },
        { dependentTasksOutputFiles: `${path}/**/*` },
        { fileset: `{projectRoot}/${out}/raw.csv`, includeIgnored: true },
      ]),
    );
  }
});

test('the parent has the configuration, too: else Nx would not hand it on', () => {
  expect(target(both(), 'execute').configurations).toEqual({ sample: {} });
});

test('without configurations nothing of them is in the graph', () => {
  const project = inferredSets([setOf({ '': twoTasks() })]);
  expect(target(project, 'execute')).not.toHaveProperty('configurations');
  expect(target(project, 'execute--raw')).not.toHaveProperty('configurations');
  expect(target(project, 'execute--raw').options).toEqual({ task: 'raw' });
});

test('what a configuration says of a task is in the hash of that task alone', () => {
  const sample = (meaning: string): Project =>
    both(pipeline(task('raw'), task('clean', { meaning })));
  const inputs = (project: Project, name: string): unknown =>
    target(project, `execute--${name}`).inputs;
  expect(inputs(sample('n 1'), 'clean')).not.toEqual(
    inputs(sample('n 2'), 'clean'),
  );
  expect(inputs(sample('n 1'), 'raw')).toEqual(inputs(sample('n 2'), 'raw'));
});

describe('products whose names or places Nx can not take as they are', () => {
  test('keys with a dot, or that look like a number that was given', () => {
    const products = ['a.b', '_0', 'ok'].map((key, index) =>
      product(key, `pipelines/ml/out/${index}.csv`),
    );
    const odd = pipeline(task('a', { products }));
    const project = inferredSets([setOf({ '': odd, sample: odd })]);
    expect(target(project, 'execute--a')).toMatchObject({
      options: {
        products: { _0: 'out/0.csv', _1: 'out/1.csv', ok: 'out/2.csv' },
      },
      outputs: [
        '{projectRoot}/{options.products._0}',
        '{projectRoot}/{options.products._1}',
        '{projectRoot}/{options.products.ok}',
      ],
    });
  });

  test('a configuration that writes outside of the project', () => {
    const at = (path: string) =>
      pipeline(task('a', { products: [product('nb', path)] }));
    const project = inferredSets([
      setOf({ '': at('pipelines/ml/a [1].ipynb'), sample: at('x/a.ipynb') }),
    ]);
    const escaped =
      process.platform === 'win32' ? 'a ?1?.ipynb' : 'a \\[1\\].ipynb';
    expect(target(project, 'execute--a')).toMatchObject({
      options: { products: { nb: `pipelines/ml/${escaped}` } },
      configurations: { sample: { products: { nb: 'x/a.ipynb' } } },
      outputs: ['{workspaceRoot}/{options.products.nb}'],
    });
  });
});

describe('tasks that only some configurations have', () => {
  const grid = (...names: string[]) =>
    pipeline(...names.map((name) => task(name)));

  test('a smaller grid: the rest is declared, and does nothing', () => {
    const project = inferredSets([
      setOf({ '': grid('fit-0', 'fit-1'), sample: grid('fit-0') }),
    ]);
    expect(target(project, 'execute').dependsOn).toEqual([
      'execute--fit-0',
      'execute--fit-1',
    ]);
    expect(target(project, 'execute--fit-1').configurations).toEqual({
      sample: { environment: 'sample', products: {}, absent: true },
    });
  });

  test('a bigger grid: the default does nothing', () => {
    const project = inferredSets([
      setOf({ '': grid('fit-0'), sample: grid('fit-0', 'fit-1') }),
    ]);
    expect(target(project, 'execute--fit-1')).toMatchObject({
      options: { task: 'fit-1', products: {}, absent: true },
      configurations: {
        sample: {
          environment: 'sample',
          absent: false,
          products: { nb: 'pipelines/ml/out/fit-1.ipynb'.slice(13) },
        },
      },
    });
  });
});

describe('a configuration that does not load', () => {
  test('leaves the default as it is, and its own runs say what is wrong', () => {
    const project = inferredSets([setOf({ '': twoTasks(), sample: null })]);
    expect(target(project, 'execute--raw')).toMatchObject({
      executor: 'nx-notebook:execute',
      options: { products: { nb: 'out/raw.ipynb' } },
      configurations: { sample: { environment: 'sample', products: {} } },
    });
    expect(
      target(project, 'execute--raw').configurations?.['sample'],
    ).not.toHaveProperty('absent');
  });

  test('counts in the hash: repaired, it is another one', () => {
    const broken = inferredSets([setOf({ '': twoTasks(), sample: null })]);
    expect(target(broken, 'execute--raw').inputs).not.toEqual(
      target(both(twoTasks()), 'execute--raw').inputs,
    );
  });

  test('as the default, without an env.yaml for example', () => {
    const project = inferredSets([setOf({ '': null, sample: twoTasks() })]);
    expect(target(project, 'execute--raw')).toMatchObject({
      executor: 'nx-notebook:execute',
      options: { task: 'raw', products: {} },
    });
  });

  test('together with all others is a target that says so', () => {
    const project = inferredSets([setOf({ '': null, sample: null })]);
    expect(project.targets).toEqual({
      execute: expect.objectContaining({
        executor: 'nx-notebook:diagnose',
        configurations: { sample: { environment: 'sample' } },
      }),
    });
    expect(project.metadata?.description).toBe(
      'pipelines/ml/pipeline.yaml has 2 errors: nx run ml:execute shows them',
    );
  });
});

test('pipelines of one folder are one project, each with its own targets', () => {
  const serve = { name: 'serve', targetName: 'execute-serve', shown: 's' };
  const project = inferredSets([
    setOf({ '': twoTasks() }),
    setOf({ '': pipeline(task('raw')) }, serve),
    setOf({ '': null }, { name: 'x', targetName: 'execute-x', shown: 'x' }),
  ]);
  expect(Object.keys(project.targets ?? {})).toEqual([
    'execute',
    'execute--raw',
    'execute--clean',
    'execute-serve',
    'execute-serve--raw',
    'execute-x',
  ]);
  expect(target(project, 'execute-serve--raw').options).toEqual({
    task: 'raw',
    pipeline: 'serve',
  });
  expect(target(project, 'execute-x')).toMatchObject({
    executor: 'nx-notebook:diagnose',
    options: { pipeline: 'x' },
  });
  expect(project.metadata).toMatchObject({
    description:
      'Notebook pipeline of 2 tasks; Pipeline serve of 1 task; x has 2 errors: nx run ml:execute-x shows them',
    targetGroups: { 'execute-serve': ['execute-serve', 'execute-serve--raw'] },
  });
});

test('what Nx can not hash is not kept by it', () => {
  const volatile = pipeline(task('a', { isVolatile: true }), task('b'));
  const project = inferredSets([
    setOf({ '': pipeline(task('a'), task('b')), sample: volatile }),
  ]);
  expect(target(project, 'execute--a').cache).toBe(false);
  expect(target(project, 'execute--b').cache).toBe(true);
});

test('environment variables that a pipeline is made of are inputs of its tasks', () => {
  const variables = ['PLOOMBER_ENV_FILENAME', 'USER', 'STAGE'];
  const project = inferredSets([setOf({ '': { ...twoTasks(), variables } })]);
  const inputs = target(project, 'execute--raw').inputs ?? [];
  expect(
    inputs.filter((input) => typeof input === 'object' && 'env' in input),
  ).toEqual([{ env: 'STAGE' }, { env: 'USER' }]);
});

test.each([
  ['function', 'python', 'Calls a function of pipelines/ml/a.py; writes x.csv'],
  ['shell', 'shell', 'Runs pipelines/ml/a.py; writes x.csv'],
] as const)('a %s says what it is', (kind, language, description) => {
  const products = [product('product', 'x.csv')];
  const model = pipeline(task('a', { kind, language, products }));
  const project = inferredSets([setOf({ '': model })]);
  expect(target(project, 'execute--a').metadata).toMatchObject({
    description,
    technologies: [language],
  });
});

test('a hook without products has no outputs', () => {
  const model = pipeline(
    task('a'),
    task('on_finish', {
      kind: 'hook',
      products: [],
      upstream: [{ task: 'a', reads: ['nb', 'data'] }],
    }),
  );
  const hook = target(
    inferredSets([setOf({ '': model })]),
    'execute--on_finish',
  );
  expect(hook).toMatchObject({
    outputs: [],
    dependsOn: ['execute--a'],
    metadata: {
      description: 'Calls on_finish of the pipeline, after all tasks',
    },
  });
});
