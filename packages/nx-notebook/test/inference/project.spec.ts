/** Targets as values, one case for each way in which a target of Nx can be silently wrong. */
import { describe, expect, test } from '@jest/globals';
import type { TargetConfiguration } from '@nx/devkit';
import type { PipelineModel } from '../../src/inference/pipeline-model.js';
import type { ProjectSource } from '../../src/inference/project.js';
import {
  inferred,
  inferredSets,
  pipeline as pipelineOf,
  product,
  setOf,
  task,
  twoTasks,
} from './models.js';

const digests = expect.stringMatching(/^spec [0-9a-f]{64}$/);

function target(
  pipeline: PipelineModel,
  name: string,
  rest: Partial<ProjectSource> = {},
): TargetConfiguration {
  const found = inferred(pipeline, rest).targets?.[name];
  if (found === undefined) throw new Error(`no target ${name}`);
  return found;
}

function spec(pipeline: PipelineModel, name: string): unknown {
  return target(pipeline, name).inputs?.find(
    (input) =>
      typeof input === 'object' &&
      'runtime' in input &&
      input.runtime.startsWith('spec '),
  );
}

test('a task that reads a product of another one', () => {
  expect(target(twoTasks(), 'execute--clean')).toEqual({
    executor: 'nx-notebook:execute',
    cache: true,
    options: { task: 'clean' },
    inputs: [
      { fileset: '{projectRoot}/clean.py', includeIgnored: true },
      { externalDependencies: [] },
      { runtime: digests },
      { runtime: 'environment' },
      { dependentTasksOutputFiles: 'pipelines/ml/out/raw.csv' },
      { dependentTasksOutputFiles: 'pipelines/ml/out/raw.csv/**/*' },
      { fileset: '{projectRoot}/out/raw.csv', includeIgnored: true },
    ],
    outputs: ['{projectRoot}/out/clean.ipynb', '{projectRoot}/out/clean.csv'],
    dependsOn: ['execute--raw'],
    metadata: {
      description:
        'Executes pipelines/ml/clean.py in a Jupyter kernel; writes pipelines/ml/out/clean.ipynb, pipelines/ml/out/clean.csv',
      technologies: ['jupyter', 'python'],
      help: {
        command: 'npx nx run ml:execute--clean --help',
        example: { options: { force: true } },
      },
    },
  });
});

test('the parent stands for all tasks, is never cached, and is found by affected', () => {
  const project = inferred(twoTasks());
  expect(project.name).toBe('ml');
  expect(Object.keys(project.targets ?? {})).toEqual([
    'execute',
    'execute--raw',
    'execute--clean',
  ]);
  expect(project.targets?.['execute']).toMatchObject({
    executor: 'nx:noop',
    dependsOn: ['execute--raw', 'execute--clean'],
    inputs: [{ dependentTasksOutputFiles: '**/*' }],
  });
  expect(project.targets?.['execute']).not.toHaveProperty('cache');
  expect(project.targets?.['execute']).not.toHaveProperty('outputs');
  expect(project.metadata).toMatchObject({
    description: 'Notebook pipeline of 2 tasks',
    technologies: ['jupyter', 'python'],
    targetGroups: { execute: ['execute', 'execute--raw', 'execute--clean'] },
  });
});

test('no target is declared atomized: without Nx Cloud that ends a run', () => {
  expect(JSON.stringify(inferred(twoTasks()))).not.toContain(
    'nonAtomizedTarget',
  );
});

describe('what enters the hash of one task only', () => {
  const changed = (change: Partial<PipelineModel['tasks'][number]>) =>
    pipelineOf(task('a', change), task('b'));

  test.each([
    ['what the file says, a param for example', { meaning: 'n 1' }],
    [
      'the path of a product',
      { products: [product('nb', 'pipelines/ml/x.ipynb')] },
    ],
    ['an upstream', { upstream: [{ task: 'b', reads: [] }] }],
    ['a resource', { files: ['pipelines/ml/r.json'] }],
  ])('%s', (_name, change) => {
    const before = changed({});
    const after = changed(change);
    expect(spec(after, 'execute--a')).not.toEqual(spec(before, 'execute--a'));
    expect(target(after, 'execute--b')).toEqual(target(before, 'execute--b'));
    // Nx hashes the options of every target into every other one.
    expect(target(after, 'execute--a').options).toEqual({ task: 'a' });
  });

  test('a new path of an upstream product, as it stands in the injected cell', () => {
    const reader = task('b', { upstream: [{ task: 'a', reads: [] }] });
    const with_ = (path: string): PipelineModel =>
      pipelineOf(task('a', { products: [product('nb', path)] }), reader);
    expect(spec(with_('x.ipynb'), 'execute--b')).not.toEqual(
      spec(with_('y.ipynb'), 'execute--b'),
    );
  });

  test('another set of imported modules', () => {
    const pipeline = pipelineOf(task('a'));
    const reaching = (...files: string[]): unknown =>
      target(pipeline, 'execute--a', {
        imports: () => ({ files, leavesWorkspace: false }),
      }).inputs?.[2];
    expect(reaching()).not.toEqual(reaching('pipelines/ml/lib.py'));
  });

  test('another version of the plugin', () => {
    const pipeline = pipelineOf(task('a'));
    const of = (pluginVersion: string): TargetConfiguration =>
      target(pipeline, 'execute--a', { pluginVersion });
    expect(of('1.0.0').inputs).not.toEqual(of('1.0.1').inputs);
  });
});

describe('paths that Nx would silently drop from the hash', () => {
  const special = 'Untitled (1) [a] {b} *?.py';
  const escaped =
    process.platform === 'win32'
      ? 'Untitled ?1? ?a? ?b? ??.py'
      : 'Untitled \\(1\\) \\[a\\] ?b? \\*\\?.py';

  test('special characters are escaped in inputs, outputs and dependent outputs', () => {
    const pipeline = pipelineOf(
      task('a', {
        source: `pipelines/ml/${special}`,
        files: [`pipelines/ml/r/${special}`],
        products: [product('nb', `pipelines/ml/out/${special}`)],
      }),
      task('b', { upstream: [{ task: 'a', reads: ['nb'] }] }),
    );
    const a = target(pipeline, 'execute--a');
    expect(a.inputs).toContainEqual({
      fileset: `{projectRoot}/${escaped}`,
      includeIgnored: true,
    });
    expect(a.inputs).toContainEqual({
      fileset: `{projectRoot}/r/${escaped}`,
      includeIgnored: true,
    });
    expect(a.outputs).toEqual([`{projectRoot}/out/${escaped}`]);
    expect(target(pipeline, 'execute--b').inputs).toEqual(
      expect.arrayContaining([
        { dependentTasksOutputFiles: `pipelines/ml/out/${escaped}` },
        { dependentTasksOutputFiles: `pipelines/ml/out/${escaped}/**/*` },
        { fileset: `{projectRoot}/out/${escaped}`, includeIgnored: true },
      ]),
    );
  });

  test('a project root with special characters is not left to {projectRoot}, which Nx puts in unescaped', () => {
    const pipeline = pipelineOf(task('a', { folder: 'ml (1)' }));
    const a = target(pipeline, 'execute--a', { root: 'ml (1)' });
    const root = process.platform === 'win32' ? 'ml ?1?' : 'ml \\(1\\)';
    expect(a.inputs?.[0]).toEqual({
      fileset: `{workspaceRoot}/${root}/a.py`,
      includeIgnored: true,
    });
    expect(a.outputs?.[0]).toBe(`{workspaceRoot}/${root}/out/a.ipynb`);
  });

  test('dependent outputs are never project-relative and hold no placeholder', () => {
    const inputs = target(twoTasks(), 'execute--clean').inputs ?? [];
    const globs = inputs.flatMap((input) =>
      typeof input === 'object' && 'dependentTasksOutputFiles' in input
        ? [input.dependentTasksOutputFiles]
        : [],
    );
    expect(globs).toHaveLength(2);
    for (const glob of globs)
      expect(glob).toMatch(/^pipelines\/ml\/out\/[^{}]+$/);
  });

  test('a source, an import and a resource count although git ignores them', () => {
    const a = target(
      pipelineOf(task('a', { files: ['data/raw.json'] })),
      'execute--a',
      {
        imports: () => ({
          files: ['lib/features.py', 'pipelines/ml/_version.py'],
          leavesWorkspace: false,
        }),
      },
    );
    expect(a.inputs?.slice(0, 4)).toEqual([
      { fileset: '{projectRoot}/a.py', includeIgnored: true },
      { fileset: '{workspaceRoot}/lib/features.py', includeIgnored: true },
      { fileset: '{projectRoot}/_version.py', includeIgnored: true },
      { fileset: '{workspaceRoot}/data/raw.json', includeIgnored: true },
    ]);
  });

  test('a module outside the workspace can not be hashed: the engine decides at each run', () => {
    const a = target(pipelineOf(task('a')), 'execute--a', {
      imports: () => ({ files: [], leavesWorkspace: true }),
    });
    expect(a.cache).toBe(false);
  });
});

test('a product that the task can not read is no input', () => {
  const inputs = JSON.stringify(target(twoTasks(), 'execute--clean').inputs);
  expect(inputs).not.toContain('raw.ipynb');
});

test('tasks depend on the producers themselves, also when one of them is called like the target', () => {
  const pipeline = pipelineOf(
    task('execute'),
    task('b', { upstream: [{ task: 'execute', reads: ['data'] }] }),
  );
  expect(target(pipeline, 'execute--b').dependsOn).toEqual([
    'execute--execute',
  ]);
});

test('npm dependencies do not count', () => {
  expect(target(twoTasks(), 'execute--raw').inputs).toContainEqual({
    externalDependencies: [],
  });
});

test('the option targetName renames parent and tasks', () => {
  const project = inferredSets([
    setOf({ '': twoTasks() }, { targetName: 'notebooks' }),
  ]);
  expect(Object.keys(project.targets ?? {})).toEqual([
    'notebooks',
    'notebooks--raw',
    'notebooks--clean',
  ]);
  expect(project.targets?.['notebooks--clean']?.dependsOn).toEqual([
    'notebooks--raw',
  ]);
});

test('a pipeline at the root of the workspace', () => {
  const pipeline = pipelineOf(task('a', { source: 'a.py' }));
  const a = target(pipeline, 'execute--a', { root: '.' });
  expect(a.inputs?.[0]).toEqual({
    fileset: '{projectRoot}/a.py',
    includeIgnored: true,
  });
});

test('an empty pipeline is a project with nothing to do', () => {
  const project = inferred(pipelineOf());
  expect(project.targets).toMatchObject({ execute: { dependsOn: [] } });
  expect(project.metadata?.description).toBe('Notebook pipeline of 0 tasks');
});

test('options of the plugin travel in metadata, which no hash covers', () => {
  const project = inferred(twoTasks(), { options: { kernels: 3 } });
  expect(project.metadata).toMatchObject({ nxNotebook: { kernels: 3 } });
  expect(project.targets).toEqual(inferred(twoTasks()).targets);
});
