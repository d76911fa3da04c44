/** Which pipelines there are, over real files: configurations, named pipelines, packages, notebooks without a yaml. */
import { describe, expect, test } from '@jest/globals';
import type { ProjectConfiguration } from '@nx/devkit';
import { inferProjects } from '../../src/inference/create-nodes.js';
import { findNotebooks } from '../../src/inference/notebook-folders.js';
import type { NxNotebookOptions } from '../../src/settings/options.js';
import type { Environment } from '../../src/settings/settings.js';
import { Files } from '../support/files.js';

type Project = Omit<ProjectConfiguration, 'root'>;

async function infer(
  { root: workspaceRoot }: Files,
  paths: readonly string[],
  {
    options = {},
    env = {},
  }: { readonly options?: NxNotebookOptions; readonly env?: Environment } = {},
): Promise<Record<string, Project>> {
  const context = { workspaceRoot };
  const variables = { PATH: '', ...env };
  const results = await inferProjects(paths, options, context, variables);
  return Object.assign(
    {},
    ...results.map(([, { projects }]) => projects),
  ) as Record<string, Project>;
}

const source = (product = 'None', upstream = 'None'): string =>
  `# %% tags=["parameters"]\nupstream = ${upstream}\nproduct = ${product}\n\n# %%\n1\n`;

function envs(): Files {
  return new Files({
    'ml/pipeline.yaml':
      'tasks:\n  - {source: a.py, product: "{{out}}/a.ipynb", params: {n: "{{n}}"}}\n',
    'ml/a.py': source(),
    'ml/env.yaml': 'out: out\nn: 1\n',
    'ml/env.sample.yaml': 'out: out-sample\nn: 1\n',
  });
}

const ml = ['ml/pipeline.yaml'];
const inputsOf = (projects: Record<string, Project>, task = 'a'): unknown =>
  projects['ml']?.targets?.[`execute--${task}`]?.inputs;

describe('env files', () => {
  test('are configurations', async () => {
    using files = envs();
    expect((await infer(files, ml))['ml']?.targets).toMatchObject({
      execute: { configurations: { sample: {} } },
      'execute--a': {
        options: { task: 'a', products: { product: 'out/a.ipynb' } },
        configurations: {
          sample: {
            environment: 'sample',
            products: { product: 'out-sample/a.ipynb' },
          },
        },
      },
    });
  });

  test('count by what they say of a task, from the cache as well', async () => {
    using files = envs();
    const before = inputsOf(await infer(files, ml));
    files.write('ml/env.sample.yaml', '# !\nout: out-sample\nn: 1\n');
    expect(inputsOf(await infer(files, ml))).toEqual(before);
    files.write('ml/env.sample.yaml', 'out: out-sample\nn: 2\n');
    expect(inputsOf(await infer(files, ml))).not.toEqual(before);
  });

  test('that appear and vanish are noticed', async () => {
    using files = envs();
    const before = await infer(files, ml);
    files.write('ml/env.dev.yaml', 'out: out-dev\nn: 1\n');
    const after = await infer(files, ml);
    expect(after['ml']?.targets?.['execute']?.configurations).toEqual({
      dev: {},
      sample: {},
    });
    expect(after).not.toEqual(before);
  });

  test('of a named pipeline are its own', async () => {
    using files = envs();
    files.write(
      'ml/pipeline.serve.yaml',
      'tasks: [{source: a.py, product: "{{x}}/a.ipynb"}]\n',
    );
    files.write('ml/env.serve.yaml', 'x: serve\n');
    const paths = ['ml/pipeline.serve.yaml', ...ml];
    const { targets } = (await infer(files, paths))['ml'] ?? {};
    expect(Object.keys(targets ?? {})).toEqual([
      'execute',
      'execute--a',
      'execute-serve',
      'execute-serve--a',
    ]);
    expect(targets?.['execute']?.configurations).toEqual({ sample: {} });
    expect(targets?.['execute-serve--a']).toMatchObject({
      options: { task: 'a', pipeline: 'serve' },
      outputs: ['{projectRoot}/serve/a.ipynb'],
    });
  });

  test('values for one run replace theirs, and are not taken from the cache of another', async () => {
    using files = envs();
    const env = { NX_NOTEBOOK_ENV__out: 'x' };
    const before = await infer(files, ml);
    const given = await infer(files, ml, { env });
    expect(given['ml']?.targets?.['execute--a']).toMatchObject({
      options: { products: { product: 'x/a.ipynb' } },
    });
    expect(await infer(files, ml)).toEqual(before);
  });
});

test('a folder with named pipelines alone', async () => {
  using files = new Files({
    'ml/pipeline.train.yaml': 'tasks: [{source: a.py, product: a.ipynb}]\n',
    'ml/a.py': source(),
  });
  const projects = await infer(files, ['ml/pipeline.train.yaml']);
  expect(Object.keys(projects['ml']?.targets ?? {})).toEqual([
    'execute-train',
    'execute-train--a',
  ]);
});

test('paths of a package are relative to the folder of setup.py', async () => {
  using files = new Files({
    'pkg/setup.py': '',
    'pkg/src/pkg/pipeline.yaml':
      'tasks: [{source: src/pkg/a.py, product: out/a.ipynb}]\n',
    'pkg/src/pkg/a.py': source(),
  });
  const projects = await infer(files, ['pkg/src/pkg/pipeline.yaml']);
  expect(projects['pkg/src/pkg']?.targets?.['execute--a']).toMatchObject({
    outputs: ['{workspaceRoot}/pkg/out/a.ipynb'],
  });
});

test('the module of a function is an input of its task, and what it imports', async () => {
  using files = new Files({
    'ml/pipeline.yaml':
      'on_finish: checks.done\ntasks: [{source: lib.make, product: a.csv, on_finish: checks.ok}]\n',
    'ml/lib.py': 'import words\n\n\ndef make(product):\n    words.say()\n',
    'ml/words.py': 'def say():\n    pass\n',
    'ml/checks.py': 'def ok(product):\n    pass\n\n\ndef done():\n    pass\n',
  });
  const projects = await infer(files, ml);
  for (const name of ['lib', 'words', 'checks'])
    expect(inputsOf(projects, 'make')).toContainEqual({
      fileset: `{projectRoot}/${name}.py`,
      includeIgnored: true,
    });
  expect(projects['ml']?.targets?.['execute--on_finish']).toMatchObject({
    cache: true,
    dependsOn: ['execute--make'],
    outputs: [],
  });
});

test('what only a run knows is not kept by Nx, and neither is who reads it', async () => {
  using files = new Files({
    'ml/pipeline.yaml':
      'tasks:\n  - {source: a.py, product: a.ipynb, params: {at: "{{now}}"}}\n  - {source: b.py, product: b.ipynb}\n  - {source: c.py, product: c.ipynb}\n',
    'ml/a.py': source(),
    'ml/b.py': source('None', '["a"]'),
    'ml/c.py': source('None', '["b"]'),
  });
  const { targets } = (await infer(files, ml))['ml'] ?? {};
  expect(
    ['a', 'b', 'c'].map((name) => targets?.[`execute--${name}`]?.cache),
  ).toEqual([false, false, true]);
});

describe('the option notebooks', () => {
  const reports = (): Files =>
    new Files({
      'reports/a.py': source('"out/a.ipynb"'),
      'reports/b.ipynb.txt': '',
      'reports/a.failed.ipynb': '',
      'reports/deep/c.py': source('"c.ipynb"'),
      'ml/pipeline.yaml': 'tasks: []\n',
    });

  test('makes a project of a folder', async () => {
    using files = reports();
    const options = { notebooks: ['reports'] };
    const projects = await infer(files, ['nx.json'], { options });
    expect(Object.keys(projects)).toEqual(['reports']);
    expect(projects['reports']?.targets).toMatchObject({
      execute: { dependsOn: ['execute--a'] },
      'execute--a': {
        options: { task: 'a', notebooks: ['reports'] },
        outputs: ['{projectRoot}/out/a.ipynb'],
      },
    });
  });

  test('a new notebook is a new task', async () => {
    using files = reports();
    const options = { notebooks: ['reports'] };
    await infer(files, ['nx.json'], { options });
    files.write('reports/d.py', source('"out/d.ipynb"'));
    const projects = await infer(files, ['nx.json'], { options });
    expect(projects['reports']?.targets).toHaveProperty('execute--d');
  });

  test('leaves a folder with a pipeline.yaml to that', async () => {
    using files = reports();
    const options = { notebooks: ['ml'] };
    const projects = await infer(files, ['nx.json', ...ml], { options });
    expect(projects['ml']?.targets).toEqual({
      execute: expect.objectContaining({ executor: 'nx:noop' }),
    });
  });

  test.each([
    [['reports'], 'reports', ['reports/a.py']],
    [['./reports/'], 'reports', ['reports/a.py']],
    [['reports/**/*.py'], 'reports', ['reports/a.py', 'reports/deep/c.py']],
    [['reports/*.py', 'reports/deep/*'], 'reports', ['reports/a.py']],
    [['*/a.*'], '.', ['reports/a.py']],
    [['nowhere'], 'nowhere', []],
  ])('%p begins in %s', async (entries, root, expected) => {
    using files = reports();
    const [first] = await findNotebooks(entries, files.root);
    expect(first).toMatchObject({ root, files: expected });
  });
});
