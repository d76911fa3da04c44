/** Inference over real files, as Nx calls it. */
import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { ProjectConfiguration } from '@nx/devkit';
import { inferProjects } from '../../src/inference/create-nodes.js';
import type { NxNotebookOptions } from '../../src/settings/options.js';
import type { Environment } from '../../src/settings/settings.js';
import { Files, pipelineOf } from '../support/files.js';

type Project = Omit<ProjectConfiguration, 'root'>;

async function infer(
  { root }: Files,
  files: readonly string[],
  options: NxNotebookOptions = {},
  env: Environment = { PATH: '' },
): Promise<Record<string, Project>> {
  const results = await inferProjects(
    files,
    options,
    { workspaceRoot: root },
    env,
  );
  return Object.assign(
    {},
    ...results.map(([, { projects }]) => projects),
  ) as Record<string, Project>;
}

const ml = ['ml/pipeline.yaml'];

test('a pipeline becomes a project in its folder', async () => {
  using files = pipelineOf('a', 'b');
  const projects = await infer(files, ml);
  expect(Object.keys(projects)).toEqual(['ml']);
  expect(projects['ml']).toMatchObject({
    name: 'ml',
    targets: {
      execute: { dependsOn: ['execute--a', 'execute--b'] },
      'execute--a': {
        options: { task: 'a' },
        outputs: ['{projectRoot}/out/a.ipynb', '{projectRoot}/out/a.csv'],
      },
    },
  });
});

test('a Windows path from Nx is the same project', async () => {
  using files = pipelineOf('a');
  const projects = await infer(files, ['ml\\pipeline.yaml']);
  expect(Object.keys(projects)).toEqual(['ml']);
});

test('a second inference gives the same, from the cache and without it', async () => {
  using files = pipelineOf('a', 'b');
  const first = await infer(files, ml);
  expect(await infer(files, ml)).toEqual(first);
  rmSync(join(files.root, '.nx'), { recursive: true });
  expect(await infer(files, ml)).toEqual(first);
});

test('nothing of the machine is in the graph', async () => {
  using files = pipelineOf('a');
  using clone = pipelineOf('a');
  const projects = await infer(files, ml);
  expect(JSON.stringify(projects)).not.toContain(files.root);
  expect(projects).toEqual(await infer(clone, ml));
});

test('an imported module is an input, and another one after an edit', async () => {
  using files = pipelineOf('a');
  files.write(
    'ml/a.py',
    '# %% tags=["parameters"]\nupstream = None\n\n# %%\nimport one\n',
  );
  files.write('ml/one.py', '');
  files.write('ml/two.py', '');
  const inputs = async (): Promise<string> =>
    JSON.stringify(
      (await infer(files, ml))['ml']?.targets?.['execute--a']?.inputs,
    );
  expect(await inputs()).toContain('{projectRoot}/one.py');
  files.write('ml/one.py', 'import two\n');
  expect(await inputs()).toContain('{projectRoot}/two.py');
});

test('a module that begins to answer an import is noticed, though no file changed', async () => {
  using files = pipelineOf('a');
  files.write(
    'ml/a.py',
    '# %% tags=["parameters"]\nupstream = None\n\n# %%\nimport late\n',
  );
  const before = await infer(files, ml);
  files.write('ml/late.py', '');
  const after = await infer(files, ml);
  expect(after).not.toEqual(before);
  expect(JSON.stringify(after)).toContain('{projectRoot}/late.py');
});

describe('a broken pipeline.yaml', () => {
  const broken = 'tasks:\n  - sorce: a.py\n    product: o.ipynb\n';

  test('is a project that says so, and leaves the others alone', async () => {
    using files = pipelineOf('a');
    files.write('broken/pipeline.yaml', broken);
    const projects = await infer(files, [...ml, 'broken/pipeline.yaml']);
    expect(projects['ml']?.targets).toHaveProperty('execute--a');
    expect(projects['broken']).toMatchObject({
      name: 'broken',
      targets: { execute: { executor: 'nx-notebook:diagnose', cache: false } },
    });
    expect(projects['broken']?.metadata?.description).toMatch(
      /^broken\/pipeline.yaml has (an error: .* shows it|\d+ errors: .* shows them)$/,
    );
  });

  test('works again when it is repaired', async () => {
    using files = pipelineOf('a');
    const good = await infer(files, ml);
    files.write('ml/pipeline.yaml', broken);
    expect((await infer(files, ml))['ml']?.targets).not.toHaveProperty(
      'execute--a',
    );
    using repaired = pipelineOf('a');
    expect(await infer(repaired, ml)).toEqual(good);
  });

  test.each([
    ['', 'an empty file'],
    ['{', 'no YAML'],
    ['5', 'no mapping'],
    ['tasks: []\n\u0000', 'a binary file'],
  ])('never throws: %p (%s)', async (text) => {
    using files = new Files({ 'x/pipeline.yaml': text });
    expect(Object.keys(await infer(files, ['x/pipeline.yaml']))).toEqual(['x']);
  });

  test('that vanished since Nx listed it does not throw either', async () => {
    using files = new Files({});
    expect(Object.keys(await infer(files, ['x/pipeline.yaml']))).toEqual(['x']);
  });
});

test('options that can not be used make every pipeline say so, and stop nothing', async () => {
  using files = pipelineOf('a');
  const options = { kernel: 2 } as NxNotebookOptions;
  expect((await infer(files, ml, options))['ml']).toMatchObject({
    metadata: {
      description:
        'The configuration of nx-notebook has an error: nx run ml:execute shows it',
      nxNotebook: options,
    },
    targets: { execute: { executor: 'nx-notebook:diagnose' } },
  });
});

test.each([
  ['project.json', '{"name": "@acme/ml"}', '@acme/ml'],
  ['package.json', '{"name": "@acme/ml"}', '@acme/ml'],
  ['package.json', '{"name": "x", "nx": {"name": "ml-nx"}}', 'ml-nx'],
  ['package.json', '{"private": true}', 'ml'],
  ['project.json', '{broken', 'ml'],
])('a folder with %s %s is the project %s', async (file, text, name) => {
  using files = pipelineOf('a');
  files.write(`ml/${file}`, text);
  expect((await infer(files, ml))['ml']?.name).toBe(name);
});

test('a workspace that can not be written is inferred all the same', async () => {
  using files = pipelineOf('a');
  files.write('.nx', 'a file where a folder should be');
  const projects = await infer(files, ml);
  expect(JSON.stringify(projects['ml']?.targets)).toContain('"runtime":"echo ');
});

test('a damaged cache is no cache', async () => {
  using files = pipelineOf('a');
  const first = await infer(files, ml);
  const data = '.nx/workspace-data';
  for (const name of readdirSync(join(files.root, data))) {
    if (name.endsWith('.json'))
      files.write(`${data}/${name}`, '{"version":1,"entries":[[1]]}');
  }
  expect(await infer(files, ml)).toEqual(first);
});

test('nothing heavy is loaded, not even the devkit', async () => {
  using files = pipelineOf('a');
  const script = `
    const { createNodes } = require(${JSON.stringify(join(__dirname, '../..'))});
    const run = () => createNodes[1](['ml/pipeline.yaml'], {}, { workspaceRoot: process.cwd() });
    run().then(() => process.stdout.write(Object.keys(require.cache).join('\\n')));
  `;
  const load = (): string[] =>
    execFileSync(process.execPath, ['-e', script], {
      cwd: files.root,
      encoding: 'utf8',
    }).split('\n');
  await infer(files, ml); // Facts are known; the second look is what every command pays.
  load();
  const heavy =
    /node_modules\/(@nx\/devkit|nx|@jupyterlab|@aws-sdk|web-tree-sitter|ws)\/|packages\/(engine|kernel|store)\//;
  expect(load().filter((path) => heavy.test(path))).toEqual([]);
});

test('a module that git ignores and that appears later makes Nx look again', async () => {
  using files = pipelineOf('a');
  files.write('ml/a.py', 'import later\n');
  const projects = await infer(files, ml);
  const [command] = (projects['ml']?.targets?.['execute--a']?.inputs ?? [])
    .map((input) => (typeof input === 'object' ? input : {}))
    .flatMap((input) => ('runtime' in input ? [input.runtime] : []));
  const output = (): string =>
    execFileSync('sh', ['-c', String(command)], {
      cwd: files.root,
      encoding: 'utf8',
    });
  expect(output()).toBe(output());
  files.write('ml/later.py', '');
  expect(output()).not.toBe(output());
});
