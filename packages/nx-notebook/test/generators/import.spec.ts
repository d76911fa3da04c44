/** What `nx g nx-notebook:import` says of a project, and the rules that it adds. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, jest, test } from '@jest/globals';
import { logger } from '@nx/devkit';
import { FsTree, flushChanges } from 'nx/src/generators/tree.js';
import {
  importProject,
  type ImportOptions,
} from '../../src/generators/import.js';
import { Files } from '../support/files.js';
import { finishedProject } from '../migration/ploomber-project.js';

/** Runs the generator as Nx does, and returns what it printed. */
async function run(
  { root }: Files,
  options: Partial<ImportOptions> = {},
): Promise<string> {
  const lines: string[] = [];
  const info = jest
    .spyOn(logger, 'info')
    .mockImplementation((text) => void lines.push(String(text)));
  const write = jest
    .spyOn(process.stdout, 'write')
    .mockImplementation((text) => lines.push(String(text)) > 0);
  try {
    const tree = new FsTree(root, false);
    await importProject(tree, { folder: 'ml', ...options });
    flushChanges(root, tree.listChanges());
    return lines.join('\n');
  } finally {
    info.mockRestore();
    write.mockRestore();
  }
}

function ignoreRules({ root }: Files): readonly string[] {
  return readFileSync(join(root, '.gitignore'), 'utf8').trim().split('\n');
}

test('a project that runs as it is', async () => {
  using files = finishedProject();
  const printed = await run(files);
  expect(printed).toContain(
    [
      'ml/pipeline.yaml: 2 tasks run as they are',
      '  make  function  runs as it is',
      '  plot  notebook  runs as it is',
    ].join('\n'),
  );
  expect(ignoreRules(files)).toEqual([
    '.nx/notebook',
    '*.failed.ipynb',
    '.*.metadata',
    '/ml/out/',
  ]);
});

test('a second time adds nothing', async () => {
  using files = finishedProject();
  await run(files);
  const before = ignoreRules(files);
  expect(await run(files)).toContain('.gitignore: nothing to add');
  expect(ignoreRules(files)).toEqual(before);
});

test('products that git tracks, and folders that hold more than products', async () => {
  using files = finishedProject();
  files.write('ml/out/README.md', 'kept');
  files.write('ml/out/data.csv', 'kept');
  for (const args of [
    ['init', '-q'],
    ['add', 'ml/out/README.md', 'ml/out/data.csv'],
  ]) {
    expect(spawnSync('git', args, { cwd: files.root }).status).toBe(0);
  }
  await run(files);
  expect(ignoreRules(files).slice(3)).toEqual([
    '/ml/out/plot.ipynb',
    '/ml/out/plot.txt',
  ]);
});

test('what differs, what is not supported, and what lies beside', async () => {
  using files = new Files({
    'nx.json': '{}',
    'ml/pipeline.yaml': [
      'tasks:',
      '  - source: a.py',
      '    product: out/a.html',
      '    params: {when: "{{now}}"}',
      '',
    ].join('\n'),
    'ml/a.py':
      '# %% tags=["parameters"]\nupstream = None\nwhen = None\n\n# %%\nprint(when)\n',
    'ml/cloud/pipeline.yaml':
      'tasks:\n  - class: UploadToS3\n    source: out/a.html\n    product: x\n',
    'ml/serve.yaml': 'tasks:\n  - source: a.py\n    product: b.ipynb\n',
    'ml/setup.cfg': '[ploomber]\nentry-point = serve.yaml\n',
    'ml/loose/one.ipynb': '{}',
    'ml/loose/two.ipynb': '{}',
  });
  const printed = await run(files);
  expect(printed).toContain(
    'ml/pipeline.yaml: 0 tasks run as they are, 1 task differ',
  );
  expect(printed).toContain(
    'a  notebook  {{now}} is another value at each run, so it is executed each time; nbconvert of the Python environment writes its notebook',
  );
  expect(printed).toContain('ml/cloud/pipeline.yaml: does not load, 1 error');
  expect(printed).toMatch(
    /ml\/cloud\/pipeline\.yaml:2:12: error: .*UploadToS3/,
  );
  expect(printed).toContain(
    'note: ml/serve.yaml looks like a pipeline: rename it to ml/pipeline.serve.yaml and it gets the targets execute-serve, unless another file imports its tasks',
  );
  expect(printed).toContain(
    'note: ml/setup.cfg names the entry point serve.yaml',
  );
  expect(printed).toContain(
    'note: ml/loose has 2 notebooks and no pipeline.yaml',
  );
});

test('JSON holds the same, and nothing else is printed', async () => {
  using files = finishedProject();
  const report = JSON.parse(await run(files, { json: true })) as unknown;
  expect(report).toEqual({
    pipelines: [
      {
        file: 'ml/pipeline.yaml',
        configuration: '',
        loads: true,
        tasks: [
          { name: 'make', kind: 'function', differences: [] },
          { name: 'plot', kind: 'notebook', differences: [] },
        ],
        differences: [],
        errors: [],
      },
    ],
    leftovers: [],
  });
});

test.each(['nowhere', '../elsewhere'])('the folder %s', async (folder) => {
  using files = finishedProject();
  await expect(run(files, { folder })).rejects.toThrow(
    `${folder} is no folder of this workspace. Copy the project into it first`,
  );
});
