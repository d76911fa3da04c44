/** SQL scripts and dumps in real kernels with SQLite: what they make, and how they fail. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Relation, Task } from '@nx-notebook/pipeline';
import { createStampReader } from '../src/templates/stamp-reader.js';
import { Files } from './support/files.js';
import { KernelBench } from './support/kernel-bench.js';
import { python } from './support/kernels.js';
import { callOf, paramsOf, pipelineIn, productsIn } from './support/tasks.js';
import { relationIn, templateTask } from './support/templates.js';

jest.setTimeout(60_000);

let bench: KernelBench;

beforeAll(() => {
  bench = new KernelBench();
});

afterAll(async () => {
  await bench.dispose();
});

/** Each a module `clients` with the function `get`. */
const clients = {
  'a connection of the driver':
    'import sqlite3\ndef get():\n    return sqlite3.connect("my.db")\n',
  'an engine':
    'import sqlalchemy\ndef get():\n    return sqlalchemy.create_engine("sqlite:///my.db")\n',
  'a connection of SQLAlchemy':
    'import sqlalchemy\ndef get():\n    return sqlalchemy.create_engine("sqlite:///my.db").connect()\n',
};

const driver = clients['a connection of the driver'];

/** A script whose relation is `name`. */
function scriptTask(
  files: Files,
  text: string,
  {
    relation = { name: 'numbers' },
    ...more
  }: {
    readonly relation?: Partial<Relation> & { readonly name: string };
  } & Partial<Omit<Task, 'source'>> = {},
): Task {
  const { root } = files;
  files.write('make.sql', text);
  return templateTask(root, {
    kind: 'sql-script',
    path: 'make.sql',
    text,
    client: callOf(root, 'clients.get'),
    product: { kind: 'relation', relation: relationIn(root, relation) },
    ...more,
  });
}

function dumpTask(
  files: Files,
  text: string,
  {
    product = 'out/numbers.csv',
    chunkSize = null,
    ...more
  }: {
    readonly product?: string;
    readonly chunkSize?: number | null;
  } & Partial<Omit<Task, 'source' | 'product'>> = {},
): Task {
  const { root } = files;
  files.write('dump.sql', text);
  return templateTask(root, {
    kind: 'sql-dump',
    path: 'dump.sql',
    text,
    chunkSize,
    client: callOf(root, 'clients.get'),
    product: productsIn(root, product),
    ...more,
  });
}

const makeNumbers = `
DROP TABLE IF EXISTS {{product}};
-- a comment; with a semicolon
CREATE TABLE {{product}} AS SELECT 1 AS n, 'a;b' AS text UNION ALL SELECT 2, NULL;
`;

test.each(Object.entries(clients))(
  'a script makes its relation, and a dump writes it: %s',
  async (_, module) => {
    using files = new Files({ 'clients.py': module });
    const make = scriptTask(files, makeNumbers);
    const made = await bench.run(pipelineIn(files.root, [make]));
    expect(made.failure).toBe('');
    expect(made.outcome).toEqual({
      status: 'succeeded',
      cells: [],
      relationStamp: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const dump = dumpTask(
      files,
      "SELECT * FROM {{upstream['make']}} WHERE n <= {{limit}}",
      {
        params: paramsOf({ limit: '5' }),
        upstream: [{ task: 'make', reads: [] }],
      },
    );
    const dumped = await bench.run(pipelineIn(files.root, [make, dump]));
    expect(dumped.failure).toBe('');
    expect(readFileSync(join(files.root, 'out/numbers.csv'), 'utf8')).toBe(
      '"n","text"\n"1","a;b"\n"2",""\n',
    );
  },
);

test('a dump in chunks is a folder, which replaces the one before', async () => {
  using files = new Files({
    'clients.py': driver,
    'out/numbers.csv/9.csv': 'old',
  });
  const dump = dumpTask(
    files,
    'SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3',
    { chunkSize: 2 },
  );
  const { failure } = await bench.run(pipelineIn(files.root, [dump]));
  expect(failure).toBe('');
  const folder = join(files.root, 'out/numbers.csv');
  expect(
    readdirSync(folder).map((name) => [
      name,
      readFileSync(join(folder, name), 'utf8'),
    ]),
  ).toEqual([
    ['0.csv', '"n"\n"1"\n"2"\n'],
    ['1.csv', '"n"\n"3"\n'],
  ]);
  expect(readdirSync(join(files.root, 'out'))).toEqual(['numbers.csv']);
});

test('a dump as parquet keeps the types of the first chunk', async () => {
  using files = new Files({
    'clients.py': driver,
    'hooks.py': [
      'import pyarrow.parquet as pq',
      'def check(product):',
      '    for file in sorted(product.iterdir()):',
      '        table = pq.read_table(str(file))',
      '        print(file.name, table.schema.field("n").type, table.to_pylist())',
    ].join('\n'),
  });
  const dump = dumpTask(
    files,
    'SELECT 1 AS n UNION ALL SELECT NULL ORDER BY n DESC',
    {
      product: 'out/numbers.parquet',
      chunkSize: 1,
      hooks: { onFinish: callOf(files.root, 'hooks.check') },
    },
  );
  const { failure, printed } = await bench.run(pipelineIn(files.root, [dump]));
  expect(failure).toBe('');
  expect(printed).toBe(
    "0.parquet int64 [{'n': 1}]\n1.parquet int64 [{'n': None}]\n",
  );
});

test('a dump reads values of upstream products when it runs', async () => {
  using files = new Files({
    'clients.py': driver,
    'out/clean.json': '{"limit": 7}',
  });
  const clean = templateTask(files.root, {
    kind: 'shell',
    path: 'clean.sh',
    text: '',
    product: productsIn(files.root, 'out/clean.json'),
  });
  const dump = dumpTask(
    files,
    "SELECT [[get_key(upstream['clean'], 'limit')]] AS n",
    { upstream: [{ task: 'clean', reads: [] }] },
  );
  const { failure } = await bench.run(pipelineIn(files.root, [clean, dump]));
  expect(failure).toBe('');
  expect(readFileSync(join(files.root, 'out/numbers.csv'), 'utf8')).toBe(
    '"n"\n"7"\n',
  );
});

test('macros come from the folders of the loader, and the template may name its product', async () => {
  using files = new Files({
    'clients.py': driver,
    'sql/macros.sql': '{% macro one(name) %}SELECT 1 AS {{name}}{% endmacro %}',
  });
  const { root } = files;
  const text = [
    "{% set product = SQLiteRelation(['numbers', 'table']) %}",
    "{% import 'macros.sql' as macros %}",
    '{# a comment #}',
    'CREATE TABLE {{product.name}} AS {{macros.one("n")}};',
  ].join('\n');
  const task = scriptTask(files, text);
  const { source } = task;
  if (source.kind !== 'sql-script') throw new Error(source.kind);
  const searchFolders = [join(root, 'sql')];
  const { failure } = await bench.run(
    pipelineIn(root, [{ ...task, source: { ...source, searchFolders } }]),
  );
  expect(failure).toBe('');
});

test('a statement that the database refuses: its line, its words, and no table is half made', async () => {
  using files = new Files({ 'clients.py': driver });
  const task = scriptTask(
    files,
    'CREATE TABLE {{product}} (n INT);\n\nSELEC 1;\n',
  );
  const { failure } = await bench.run(pipelineIn(files.root, [task]));
  expect(failure).toBe(
    [
      'OperationalError: near "SELEC": syntax error',
      'make.sql:3:',
      '  1 | CREATE TABLE {{product}} (n INT);',
      '  2 |',
      '> 3 | SELEC 1;',
      '  4 |',
      '',
      'Statement:',
      '> 3 | SELEC 1',
    ].join('\n'),
  );
});

test('a relation that the script did not make', async () => {
  using files = new Files({ 'clients.py': driver });
  const task = scriptTask(
    files,
    'CREATE TABLE other AS SELECT 1 -- {{product}}',
  );
  const { failure } = await bench.run(pipelineIn(files.root, [task]));
  expect(failure).toContain(
    'the task ran successfully but the following products are missing: the table numbers',
  );
});

test('a client that is none', async () => {
  using files = new Files({ 'clients.py': 'def get():\n    return 3\n' });
  const task = scriptTask(files, makeNumbers);
  const { failure } = await bench.run(pipelineIn(files.root, [task]));
  expect(failure.split('\n').slice(0, 2)).toEqual([
    'clients.get returned a builtins.int, which is no client of a database.',
    'Return a SQLAlchemyClient, a DBAPIClient, an engine of SQLAlchemy or a connection of a driver.',
  ]);
});

test('a trigger is one statement', async () => {
  using files = new Files({ 'clients.py': driver });
  const task = scriptTask(
    files,
    [
      'CREATE TABLE {{product}} (n INT);',
      'CREATE TRIGGER up AFTER INSERT ON numbers BEGIN',
      '  UPDATE numbers SET n = n + 1; UPDATE numbers SET n = n + 1;',
      'END;',
      'INSERT INTO numbers VALUES (1);',
    ].join('\n'),
  );
  const made = await bench.run(pipelineIn(files.root, [task]));
  expect(made.failure).toBe('');
});

test('a stamp is there while the relation is the one that was made', async () => {
  using files = new Files({
    'clients.py': `print("noise")\n${driver}`,
    'hooks.py': 'def refuse():\n    raise ValueError("no")\n',
  });
  const { root } = files;
  const reader = createStampReader({
    python: () =>
      Promise.resolve({
        ok: true,
        origin: 'test',
        interpreter: { path: python, version: '3', sitePackages: [] },
      }),
  });
  const task = scriptTask(files, makeNumbers);
  const pipeline = pipelineIn(root, [task]);
  const ask = () => reader.ask({ project: 'ml', pipeline, task });
  try {
    expect(await ask()).toEqual({ status: 'absent' });
    const { outcome } = await bench.run(pipeline);
    const { relationStamp } = outcome as { readonly relationStamp?: string };
    expect(await ask()).toEqual({ status: 'stamped', stamp: relationStamp });

    const hooks = { onFinish: callOf(root, 'hooks.refuse') };
    const refused = await bench.run(pipelineIn(root, [{ ...task, hooks }]));
    expect(refused.outcome.status).toBe('failed');
    expect(await ask()).toEqual({ status: 'absent' });

    await bench.run(pipeline);
    const dropped = scriptTask(
      files,
      'DROP TABLE numbers; CREATE TABLE {{product}} AS SELECT 5',
      {
        relation: { name: 'others' },
      },
    );
    await bench.run(pipelineIn(root, [dropped]));
    expect(await ask()).toEqual({ status: 'absent' });
  } finally {
    reader.dispose();
  }
});

test('a database that can not be asked is unknown, with the reason', async () => {
  using files = new Files({
    'clients.py': 'def get():\n    raise OSError("no route to the host")\n',
  });
  const reader = createStampReader({
    python: () =>
      Promise.resolve({
        ok: true,
        origin: 'test',
        interpreter: { path: python, version: '3', sitePackages: [] },
      }),
  });
  const task = scriptTask(files, makeNumbers);
  const pipeline = pipelineIn(files.root, [task]);
  try {
    expect(await reader.ask({ project: 'ml', pipeline, task })).toEqual({
      status: 'unknown',
      message: 'Client clients.get raised OSError: no route to the host',
    });
  } finally {
    reader.dispose();
  }
  expect(existsSync(join(files.root, 'my.db'))).toBe(false);
});
