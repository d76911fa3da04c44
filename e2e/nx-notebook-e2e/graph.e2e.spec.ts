/**
 * What a user of Nx sees of pipelines: projects, targets, the graph, affected tasks, and a broken pipeline beside a good
 * one.
 */
import { describe, expect, jest, test } from '@jest/globals';
import type { NxVersion } from './global-setup';
import { chain, makeWorkspace, pipeline, writes } from './pipelines';

jest.setTimeout(120_000);

const one = (folder: string): Readonly<Record<string, string>> =>
  pipeline(folder, [{ name: 'a', cells: [writes('"one"')] }]);

describe.each<{ nx: NxVersion; daemon: boolean }>([
  { nx: '24.0.0', daemon: true },
  { nx: '23.3.2', daemon: false },
])('nx $nx, daemon $daemon', (sketch) => {
  test('a pipeline is a project with a target per task and a parent', async () => {
    await using workspace = await makeWorkspace(chain, sketch);
    const project = await workspace.nxJson('show', 'project', 'ml', '--json');
    expect(project).toMatchObject({
      name: 'ml',
      root: 'ml',
      targets: {
        execute: {
          executor: 'nx:noop',
          dependsOn: ['execute--a', 'execute--b', 'execute--c'],
        },
        'execute--b': {
          executor: 'nx-notebook:execute',
          cache: true,
          dependsOn: ['execute--a'],
          metadata: { technologies: expect.arrayContaining(['jupyter']) },
        },
      },
    });
    // No absolute path: the graph is the same on every machine.
    expect(JSON.stringify(project)).not.toContain(workspace.root);
  });

  test('affected takes the changed task and what is behind it, and no other pipeline', async () => {
    await using workspace = await makeWorkspace(
      { ...chain, ...one('other') },
      sketch,
    );
    await workspace.succeed('run-many', '-t', 'execute');
    await workspace.takeExecutions('ml');
    await workspace.edit('ml/b.py', '{n}', '{n}{n}');
    for (const [legacy, executed] of [
      ['false', ['b', 'c']],
      ['true', []],
    ] as const) {
      const run = await workspace.nxWith(
        { NX_LEGACY_AFFECTED: legacy },
        'affected',
        '-t',
        'execute',
        '--files=ml/b.py',
      );
      expect(run.exitCode).toBe(0);
      expect(await workspace.takeExecutions('ml')).toEqual(executed);
      expect(
        Object.keys(run.tasks).filter((id) => id.startsWith('other:')),
      ).toEqual([]);
    }
  });

  test('a broken pipeline shows its diagnostics and leaves the others working', async () => {
    await using workspace = await makeWorkspace(
      {
        ...one('good'),
        'bad/pipeline.yaml':
          'tasks:\n  - sorce: a.py\n    product: out/a.ipynb\n',
      },
      sketch,
    );
    await workspace.succeed('run', 'good:execute');

    expect(await workspace.takeExecutions('good')).toEqual(['a']);

    const all = await workspace.nx('run-many', '-t', 'execute');
    expect(all.exitCode).not.toBe(0);
    expect(all.output).toMatch(/bad\/pipeline\.yaml:2:5/);
    expect(all.output).toMatch(/did you mean.*source/i);

    await workspace.edit('bad/pipeline.yaml', 'sorce', 'source');
    await workspace.write(
      Object.fromEntries(
        Object.entries(one('bad')).filter(([path]) => path.endsWith('.py')),
      ),
    );
    await workspace.edit('bad/a.py', 'product["data"]', '"data.txt"');
    await workspace.edit(
      'bad/pipeline.yaml',
      'out/a.ipynb',
      '{nb: out/a.ipynb}',
    );
    await workspace.succeed('run-many', '-t', 'execute');

    expect(await workspace.takeExecutions('bad')).toEqual(['a']);
  });
});

test('the graph can be written, with the edges between tasks', async () => {
  await using workspace = await makeWorkspace(chain);
  await workspace.succeed('run-many', '-t', 'execute', '--graph=graph.json');

  const { tasks } = JSON.parse(await workspace.read('graph.json')) as {
    readonly tasks: {
      readonly dependencies: unknown;
    };
  };
  expect(tasks.dependencies).toMatchObject({
    'ml:execute--c': [{ id: 'ml:execute--b' }],
    'ml:execute--b': [{ id: 'ml:execute--a' }],
  });
  await workspace.succeed('graph', '--file=graph.html');

  expect(workspace.has('graph.html')).toBe(true);
});

describe('a pipeline in a folder that is a project already', () => {
  test('adds its targets to project.json', async () => {
    await using workspace = await makeWorkspace({
      ...one('ml'),
      'ml/project.json': JSON.stringify({
        name: 'analysis',
        tags: ['team:data'],
        targets: { build: { command: 'true' } },
      }),
    });
    const project = await workspace.nxJson(
      'show',
      'project',
      'analysis',
      '--json',
    );
    expect(project).toMatchObject({
      name: 'analysis',
      tags: expect.arrayContaining(['team:data']),
      targets: {
        build: {},
        execute: { dependsOn: ['execute--a'] },
        'execute--a': { executor: 'nx-notebook:execute' },
      },
    });
    await workspace.succeed('run', 'analysis:execute');

    expect(await workspace.takeExecutions('ml')).toEqual(['a']);
  });

  test('adds its targets to package.json', async () => {
    await using workspace = await makeWorkspace({
      ...one('packages/ml'),
      'packages/ml/package.json': JSON.stringify({
        name: '@team/ml',
        version: '1.0.0',
        scripts: { build: 'true' },
      }),
    });
    const manifest = JSON.parse(await workspace.read('package.json')) as object;
    await workspace.write({
      'package.json': JSON.stringify({
        ...manifest,
        workspaces: ['packages/*'],
      }),
    });
    const project = await workspace.nxJson(
      'show',
      'project',
      '@team/ml',
      '--json',
    );
    expect(project).toMatchObject({
      name: '@team/ml',
      targets: { build: {}, 'execute--a': { executor: 'nx-notebook:execute' } },
    });
  });
});

test('folders of the same name are told apart by their paths', async () => {
  await using workspace = await makeWorkspace({
    ...one('north/ml'),
    ...one('south/ml'),
    ...one('west'),
  });
  const names = await workspace.nxJson('show', 'projects', '--json');
  expect(names).toEqual(
    expect.arrayContaining(['north-ml', 'south-ml', 'west']),
  );
  await workspace.succeed('run-many', '-t', 'execute');

  for (const folder of ['north/ml', 'south/ml', 'west'])
    expect(await workspace.takeExecutions(folder)).toEqual(['a']);
});

test('init registers the plugin once and names the next command', async () => {
  await using workspace = await makeWorkspace({
    ...one('ml'),
    'nx.json': JSON.stringify({ analytics: false, neverConnectToCloud: true }),
  });
  const first = await workspace.succeed(
    'g',
    'nx-notebook:init',
    '--no-interactive',
  );

  expect(first.output).toContain('run-many -t execute');
  const nxJson = await workspace.read('nx.json');
  expect(JSON.parse(nxJson)).toMatchObject({
    plugins: expect.arrayContaining([
      expect.objectContaining({ plugin: 'nx-notebook' }),
    ]),
  });
  await workspace.succeed('g', 'nx-notebook:init', '--no-interactive');

  expect(await workspace.read('nx.json')).toBe(nxJson);
});
