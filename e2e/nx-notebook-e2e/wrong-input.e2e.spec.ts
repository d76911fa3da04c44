/**
 * A user's mistakes, from the outside: what is wrong, where, what to do next, and never a stack trace. The packages
 * test the wording of each; this is a sample of the way through Nx.
 */
import {
  beforeAll,
  afterAll,
  describe,
  expect,
  jest,
  test,
} from '@jest/globals';
import type { NxRun, TestWorkspace } from '@nx-notebook/testing';
import { makeWorkspace, pipeline } from './pipelines';

jest.setTimeout(120_000);

const STACK_FRAME = /^\s+at .*\.js:\d+/m;

const good = pipeline('x', [{ name: 'a', cells: ['1'] }])['x/a.py'] ?? '';
const task = (text: string): string => `tasks:\n  - ${text}\n`;

/** Folder -> its files, where the diagnostic points, and a word of it. */
const mistakes = {
  'broken-yaml': {
    files: { 'pipeline.yaml': 'tasks: [\n' },
    at: 'pipeline.yaml:',
    says: /yaml/i,
  },
  'unknown-key': {
    files: { 'pipeline.yaml': task('{sorce: a.py, product: a.ipynb}') },
    at: 'pipeline.yaml:2:6',
    says: /source/,
  },
  'missing-source': {
    files: { 'pipeline.yaml': task('{source: b.py, product: b.ipynb}') },
    at: 'pipeline.yaml:2:14',
    says: /b\.py/,
  },
  'unknown-extension': {
    files: {
      'pipeline.yaml': task('{source: a.ipnyb, product: b.ipynb}'),
      'a.ipnyb': '{}',
    },
    at: 'pipeline.yaml:2:14',
    says: /\.ipynb/,
  },
  'not-supported': {
    files: {
      'pipeline.yaml': task(
        '{source: a.py, class: UploadToS3, product: a.ipynb}',
      ),
    },
    at: 'pipeline.yaml:2:',
    says: /UploadToS3/,
  },
  cycle: {
    files: {
      'pipeline.yaml':
        'tasks:\n  - {source: a.py, product: a.ipynb}\n  - {source: b.py, product: b.ipynb}\n',
      'a.py': good.replace('upstream = None', 'upstream = ["b"]'),
      'b.py': good.replace('upstream = None', 'upstream = ["a"]'),
    },
    at: '',
    says: /cycle/i,
  },
  'unknown-upstream': {
    files: {
      'pipeline.yaml': task('{source: a.py, product: a.ipynb}'),
      'a.py': good.replace('upstream = None', 'upstream = ["aa"]'),
    },
    at: 'a.py:2:',
    says: /aa/,
  },
  'broken-notebook': {
    files: {
      'pipeline.yaml': task('{source: a.ipynb, product: b.ipynb}'),
      'a.ipynb': '{"cells": [',
    },
    at: 'a.ipynb',
    says: /json/i,
  },
} as const satisfies Record<
  string,
  { files: Readonly<Record<string, string>>; at: string; says: RegExp }
>;

describe('in a pipeline', () => {
  let workspace: TestWorkspace;
  let run: NxRun;

  beforeAll(async () => {
    const files = Object.entries(mistakes).flatMap(([folder, mistake]) =>
      Object.entries({ 'a.py': good, ...mistake.files }).map(
        ([path, text]) => [`${folder}/${path}`, text] as const,
      ),
    );
    workspace = await makeWorkspace(Object.fromEntries(files));
    run = await workspace.nx('run-many', '-t', 'execute');
  });

  afterAll(async () => {
    await workspace[Symbol.asyncDispose]();
  });

  test.each(Object.entries(mistakes))('%s', (folder, { at, says }) => {
    expect(run.output).toContain(at === '' ? folder : `${folder}/${at}`);
    expect(run.output).toMatch(says);
    expect(run.tasks[`${folder}:execute`]?.exitCode).toBe(1);
  });

  test('none gives a stack trace', () => {
    expect(run.exitCode).not.toBe(0);
    expect(run.output).not.toMatch(STACK_FRAME);
  });
});

describe('around a pipeline', () => {
  const one = pipeline('ml', [
    { name: 'a', cells: ['1'], product: { nb: 'out/a.ipynb' } },
  ]);

  test('no Python at the configured path', async () => {
    await using workspace = await makeWorkspace(one);
    const run = await workspace.nxWith(
      { NX_NOTEBOOK_PYTHON: '/nowhere/python' },
      'run-many',
      '-t',
      'execute',
    );
    expect(run.exitCode).not.toBe(0);
    expect(run.output).toContain('/nowhere/python');
    expect(run.output).not.toMatch(STACK_FRAME);
  });

  test('a Python without jupyter_server', async () => {
    await using workspace = await makeWorkspace(one);
    const bare = workspace.path('..', 'bare');
    await workspace
      .command(['python3', '-m', 'venv', '--without-pip', bare])
      .result();
    const run = await workspace.nxWith(
      { NX_NOTEBOOK_PYTHON: `${bare}/bin/python` },
      'run-many',
      '-t',
      'execute',
    );
    expect(run.exitCode).not.toBe(0);
    expect(run.output).toMatch(/jupyter.server/i);
    expect(run.output).toMatch(/pip install/);
    expect(run.output).not.toMatch(STACK_FRAME);
  });

  test('a kernel that is not installed', async () => {
    await using workspace = await makeWorkspace({
      ...one,
      'ml/a.py': `# ---\n# jupyter:\n#   kernelspec:\n#     display_name: Nope\n#     language: python\n#     name: nope\n# ---\n\n${good}`,
    });
    const run = await workspace.nx('run-many', '-t', 'execute');
    expect(run.exitCode).not.toBe(0);
    expect(run.output).toMatch(/\bnope\b/);
    expect(run.output).toMatch(/python3/);
    expect(run.output).not.toMatch(STACK_FRAME);
  });
});
