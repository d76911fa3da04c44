/**
 * A project as Ploomber users have them, copied into a workspace: functions, a shell task, a table of a database, a grid,
 * hooks, an env with variants, a second pipeline. One workspace for everything; the tests follow each other.
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
import { makeWorkspace } from './pipelines';

jest.setTimeout(240_000);

const count = (name: string): string =>
  `    with open("runs.log", "a") as log:\n        log.write("${name}\\n")\n`;

const script = (name: string, upstream: string, body: string): string =>
  [
    `# %% tags=["parameters"]\nupstream = ${upstream}\nproduct = None\n`,
    `# %%\nif True:\n${count(name)}`,
    `# %%\n${body}\n`,
  ].join('\n');

const project = {
  'ml/pipeline.yaml': `
clients:
  SQLScript: lib.database.connect
  SQLiteRelation: lib.database.connect
on_finish: lib.checks.all_done
tasks:
  - source: lib.data.load
    product: '{{out}}/raw.csv'
    params: {rows: '{{rows}}'}
    on_finish: lib.checks.has_rows
  - source: upper.sh
    product: '{{out}}/upper.csv'
  - source: table.sql
    product_class: SQLiteRelation
    product: ['{{table}}', table]
  - source: fit.py
    name: fit-
    product: {nb: '{{out}}/fit.ipynb', data: '{{out}}/fit.txt'}
    grid: {n: [1, 2]}
  - source: join.py
    product: {nb: '{{out}}/join.html', data: '{{out}}/join.txt'}
`,
  'ml/env.yaml': 'out: out\nrows: 3\ntable: numbers\n',
  'ml/env.sample.yaml': 'out: out-sample\nrows: 1\ntable: numbers_sample\n',
  'ml/lib/__init__.py': '',
  'ml/lib/data.py': `def load(product, rows):\n${count('load')}    with open(product, "w") as file:\n        file.write("n\\n" + "".join(f"{n}\\n" for n in range(rows)))\n\n\ndef other():\n    return 1\n`,
  'ml/lib/checks.py': `def has_rows(product):\n    assert len(open(product).read().split()) > LIMIT\n\n\nLIMIT = 1\n\n\ndef all_done():\n${count('all_done')}`,
  'ml/lib/database.py':
    'from sqlalchemy import create_engine\n\n\ndef connect():\n    from ploomber.clients import SQLAlchemyClient\n    return SQLAlchemyClient("sqlite:///numbers.db")\n',
  'ml/upper.sh':
    "echo upper >> runs.log\ntr 'a-z' 'A-Z' < {{upstream['load']}} > {{product}}\n",
  'ml/table.sql':
    'DROP TABLE IF EXISTS {{product}};\nCREATE TABLE {{product}} AS SELECT 7 AS n;\n',
  'ml/fit.py': script(
    'fit',
    '["load"]',
    'open(product["data"], "w").write(f"{n} " + str(len(open(upstream["load"]).read())))',
  ),
  'ml/join.py': script(
    'join',
    '["fit-*", "upper"]',
    'text = " ".join(open(p["data"]).read() for p in upstream["fit-*"].values())\nopen(product["data"], "w").write(text)',
  ),
  'ml/pipeline.serve.yaml':
    "tasks:\n  - source: serve.py\n    product: {nb: '{{folder}}/serve.ipynb', data: '{{folder}}/serve.txt'}\n",
  'ml/env.serve.yaml': 'folder: out-serve\n',
  'ml/serve.py': script(
    'serve',
    'None',
    'open(product["data"], "w").write("served")',
  ),
  // A package: paths are relative to the folder of setup.py.
  'pkg/setup.py': 'from setuptools import setup\nsetup(name="pkg")\n',
  'pkg/src/pkg/__init__.py': '',
  'pkg/src/pkg/words.py': 'text = "one"\n',
  'pkg/src/pkg/pipeline.yaml':
    'tasks:\n  - source: src/pkg/a.py\n    product: {nb: out/a.ipynb, data: out/a.txt}\n',
  'pkg/src/pkg/a.py': script(
    'a',
    'None',
    'import words\nopen(product["data"], "w").write(words.text)',
  ),
  // Notebooks without a yaml.
  'reports/first.py': script(
    'first',
    'None',
    'open(product["data"], "w").write("1")',
  ).replace(
    'product = None',
    'product = {"nb": "out/first.ipynb", "data": "out/first.txt"}',
  ),
  'reports/second.py': script(
    'second',
    '["first"]',
    'print(upstream["first"]["data"])',
  ).replace('product = None', 'product = "out/second.ipynb"'),
  'nx.json': JSON.stringify({
    analytics: false,
    neverConnectToCloud: true,
    plugins: [{ plugin: 'nx-notebook', options: { notebooks: ['reports'] } }],
  }),
};

let workspace: TestWorkspace;

beforeAll(async () => {
  workspace = await makeWorkspace(project);
});

afterAll(async () => {
  await workspace[Symbol.asyncDispose]();
});

const run = (...rest: readonly string[]): Promise<NxRun> =>
  workspace.succeed('run-many', '-t', 'execute', ...rest);
const executed = (folder = 'ml'): Promise<readonly string[]> =>
  workspace.takeExecutions(folder);
/** The SQL script, which can't count itself, is left out. */
const everything = ['all_done', 'fit', 'fit', 'join', 'load', 'upper'];

test('the first run executes everything, whatever its kind', async () => {
  await run();
  expect(await executed()).toEqual(everything);
  expect(await workspace.read('ml/out/upper.csv')).toBe('N\n0\n1\n2\n');
  expect(await workspace.read('ml/out/join.txt')).toBe('1 8 2 8');
  expect(await workspace.read('ml/out/join.html')).toMatch(/<html/i);
  expect(workspace.has('ml/numbers.db')).toBe(true);
  expect(await executed('pkg/src/pkg')).toEqual(['a']);
  expect(await workspace.read('pkg/out/a.txt')).toBe('one');
  expect(await executed('reports')).toEqual(['first', 'second']);
});

test('the second run executes nothing', async () => {
  await run();
  for (const folder of ['ml', 'pkg/src/pkg', 'reports'])
    expect(await executed(folder)).toEqual([]);
});

test('a pipeline of another name has targets of its own', async () => {
  await workspace.succeed('run', 'ml:execute-serve');
  expect(await executed()).toEqual(['serve']);
  expect(await workspace.read('ml/out-serve/serve.txt')).toBe('served');
});

describe('a configuration', () => {
  test('runs into its own products and leaves the default alone', async () => {
    const before = await workspace.read('ml/out/join.txt');
    await run('-c', 'sample', '-p', 'ml');
    expect(await executed()).toEqual(everything);
    expect(await workspace.read('ml/out-sample/join.txt')).toBe('1 4 2 4');
    expect(await workspace.read('ml/out/join.txt')).toBe(before);
    await run('-p', 'ml');
    expect(await executed()).toEqual([]);
  });

  test('alone executes when its env file is edited', async () => {
    await workspace.edit('ml/env.sample.yaml', 'rows: 1', 'rows: 2');
    await run('-p', 'ml');
    expect(await executed()).toEqual([]);
    await run('-c', 'sample', '-p', 'ml');
    expect(await executed()).toEqual(everything);
  });
});

describe('a value for one run', () => {
  test('reaches every task, and the next run is as before', async () => {
    const one = { NX_NOTEBOOK_ENV__rows: '4', NX_NOTEBOOK_ENV__out: 'out-4' };
    const args = ['run-many', '-t', 'execute', '-p', 'ml'];
    const other = await workspace.nxWith(one, ...args);
    expect(other.exitCode).toBe(0);
    expect(await executed()).toEqual(everything);
    expect(await workspace.read('ml/out-4/join.txt')).toBe('1 10 2 10');
    await run('-p', 'ml');
    expect(await executed()).toEqual([]);
    expect(await workspace.read('ml/out/join.txt')).toBe('1 8 2 8');
  });

  test('that no env.yaml has is refused with the keys that there are', async () => {
    const { exitCode, output } = await workspace.nxWith(
      { NX_NOTEBOOK_ENV__row: '4' },
      'run',
      'ml:execute',
    );
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/\brow\b[^]*\brows\b/);
  });
});

describe('what runs again', () => {
  test('nothing when another function of the file is edited', async () => {
    await workspace.edit('ml/lib/data.py', 'return 1', 'return 2');
    await run('-p', 'ml');
    expect(await executed()).toEqual([]);
  });

  test('a hook that is edited, its task, and nothing behind it', async () => {
    await workspace.edit('ml/lib/checks.py', '> LIMIT', '>= LIMIT');
    await run('-p', 'ml');
    expect(await executed()).toContain('load');
  });

  test('a module of a package', async () => {
    await workspace.edit('pkg/src/pkg/words.py', 'one', 'two');
    await run();
    expect(await executed('pkg/src/pkg')).toEqual(['a']);
    expect(await workspace.read('pkg/out/a.txt')).toBe('two');
  });

  test('a task whose hook raises fails, and is not kept', async () => {
    await workspace.edit('ml/lib/checks.py', 'LIMIT = 1', 'LIMIT = 100');
    const failed = await workspace.nx('run', 'ml:execute', '--batch=false');
    expect(failed.exitCode).not.toBe(0);
    expect(failed.output).toContain('ml/lib/checks.py:2');
    expect(failed.output).not.toMatch(/^\s+at .*\.js:\d+/m);
    expect(await executed()).toEqual(['load']);
    await workspace.edit('ml/lib/checks.py', 'LIMIT = 100', 'LIMIT = 1');
    await run('-p', 'ml');
    expect(await executed()).toEqual([]);
  });
});
