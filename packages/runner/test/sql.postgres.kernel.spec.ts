/** SQL tasks with a real PostgreSQL, through each kind of client. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { RelationAnswer } from '@nx-notebook/engine';
import type { Pipeline, Task } from '@nx-notebook/pipeline';
import {
  eventually,
  startPostgres,
  type PostgresServer,
} from '@nx-notebook/testing';
import { createStampReader } from '../src/templates/stamp-reader.js';
import { Files } from './support/files.js';
import { KernelBench } from './support/kernel-bench.js';
import { python } from './support/kernels.js';
import { callOf, pipelineIn, productsIn } from './support/tasks.js';
import { relationIn, templateTask } from './support/templates.js';

jest.setTimeout(120_000);

let bench: KernelBench;
let server: PostgresServer;

beforeAll(async () => {
  bench = new KernelBench();
  server = await startPostgres();
});

afterAll(async () => {
  await bench.dispose();
  await server[Symbol.asyncDispose]();
});

type ClientKind = 'driver' | 'engine' | 'client';

/** A module `clients` whose `get` makes a client of a kind. */
function clientModule(kind: ClientKind): string {
  const { host, port, user, database } = server;
  const url = `postgresql+psycopg2://${user}@${host}:${port}/${database}`;
  const dsn = `host=${host} port=${port} user=${user} dbname=${database}`;
  return {
    driver: `import psycopg2\ndef get():\n    return psycopg2.connect("${dsn}")\n`,
    engine: `import sqlalchemy\ndef get():\n    return sqlalchemy.create_engine("${url}")\n`,
    client: `from ploomber.clients import SQLAlchemyClient\ndef get():\n    return SQLAlchemyClient("${url}")\n`,
  }[kind];
}

/** A script whose relation is `schema.name` or `name`. */
function scriptTask(
  files: Files,
  text: string,
  relation: Parameters<typeof relationIn>[1] = { name: 'numbers' },
): Task {
  const { root } = files;
  files.write('make.sql', text);
  return templateTask(root, {
    kind: 'sql-script',
    path: 'make.sql',
    text,
    client: callOf(root, 'clients.get'),
    product: { kind: 'relation', relation: relationIn(root, relation) },
  });
}

async function ask(pipeline: Pipeline): Promise<RelationAnswer> {
  const reader = createStampReader({
    python: () =>
      Promise.resolve({
        ok: true,
        origin: 'test',
        interpreter: { path: python, version: '3', sitePackages: [] },
      }),
  });
  try {
    const task = pipeline.tasks.at(-1) as Task;
    return await reader.ask({ project: 'ml', pipeline, task });
  } finally {
    reader.dispose();
  }
}

const makeNumbers = `
DROP TABLE IF EXISTS {{product}} CASCADE;
CREATE TABLE {{product}} AS SELECT n, 'a;b'::text AS text FROM generate_series(1, 3) AS n;
`;

test.each<[ClientKind]>([['driver'], ['engine'], ['client']])(
  'a script, its stamp, and a dump in chunks: %s',
  async (kind) => {
    using files = new Files({ 'clients.py': clientModule(kind) });
    const { root } = files;
    const make = scriptTask(files, makeNumbers);
    const made = await bench.run(pipelineIn(root, [make]));
    expect(made.failure).toBe('');
    const { relationStamp } = made.outcome as {
      readonly relationStamp?: string;
    };
    expect(await ask(pipelineIn(root, [make]))).toEqual({
      status: 'stamped',
      stamp: relationStamp,
    });
    const text = "SELECT * FROM {{upstream['make']}} ORDER BY n";
    files.write('dump.sql', text);
    const dump = templateTask(root, {
      kind: 'sql-dump',
      path: 'dump.sql',
      text,
      chunkSize: 2,
      client: callOf(root, 'clients.get'),
      product: productsIn(root, 'out/numbers.csv'),
      upstream: [{ task: 'make', reads: [] }],
    });
    const dumped = await bench.run(pipelineIn(root, [make, dump]));
    expect(dumped.failure).toBe('');
    expect(readFileSync(join(root, 'out/numbers.csv/1.csv'), 'utf8')).toBe(
      '"n","text"\n"3","a;b"\n',
    );
  },
);

test('a schema, a view, and a stamp that ends with the definition', async () => {
  using files = new Files({ 'clients.py': clientModule('driver') });
  const { root } = files;
  const text =
    'CREATE SCHEMA IF NOT EXISTS {{product.schema}};\nCREATE OR REPLACE VIEW {{product}} AS SELECT 1 AS n;';
  const view = { schema: 'reports', name: 'latest', type: 'view' as const };
  const pipeline = pipelineIn(root, [scriptTask(files, text, view)]);
  const made = await bench.run(pipeline);
  expect(made.failure).toBe('');
  expect(await ask(pipeline)).toMatchObject({ status: 'stamped' });
  const other = scriptTask(
    files,
    'CREATE OR REPLACE VIEW reports.latest AS SELECT 2 AS n; CREATE TABLE IF NOT EXISTS {{product}} (n INT)',
    { name: 'others' },
  );
  expect((await bench.run(pipelineIn(root, [other]))).failure).toBe('');
  expect(await ask(pipeline)).toEqual({ status: 'absent' });
});

test('a table that is dropped or made anew has no stamp', async () => {
  using files = new Files({ 'clients.py': clientModule('driver') });
  const pipeline = pipelineIn(files.root, [
    scriptTask(files, makeNumbers, { name: 'dropped' }),
  ]);
  expect((await bench.run(pipeline)).failure).toBe('');
  expect(await ask(pipeline)).toMatchObject({ status: 'stamped' });
  const again = scriptTask(
    files,
    'DROP TABLE dropped; CREATE TABLE dropped (n INT); CREATE TABLE {{product}} (n INT)',
    { name: 'another' },
  );
  expect((await bench.run(pipelineIn(files.root, [again]))).failure).toBe('');
  expect(await ask(pipeline)).toEqual({ status: 'absent' });
});

test('a refused statement: the place that PostgreSQL names, and its hint', async () => {
  using files = new Files({ 'clients.py': clientModule('driver') });
  const task = scriptTask(
    files,
    "CREATE TABLE {{product}} AS\nSELECT\n  lenght('a') AS n;\n",
    { name: 'refused' },
  );
  const { failure } = await bench.run(pipelineIn(files.root, [task]));
  expect(failure).toContain(
    'UndefinedFunction: function lenght(unknown) does not exist',
  );
  expect(failure).toContain('make.sql:3:\n');
  expect(failure).toContain("> 3 |   lenght('a') AS n;");
  expect(failure).toContain('HINT:  No function matches');
  expect(await ask(pipelineIn(files.root, [task]))).toEqual({
    status: 'absent',
  });
});

test('an interrupt ends the statement in the database, too', async () => {
  using files = new Files({ 'clients.py': clientModule('engine') });
  const task = scriptTask(
    files,
    'CREATE TABLE {{product}} AS SELECT 1 AS n;\nSELECT pg_sleep(1000);',
    { name: 'slept' },
  );
  const isSleeping = async (): Promise<boolean> => {
    const { host, port, user } = server;
    const { stdout } = await promisify(execFile)(python, [
      '-c',
      [
        'import psycopg2',
        `cursor = psycopg2.connect("host=${host} port=${port} user=${user} dbname=postgres").cursor()`,
        `cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%pg_sl' || 'eep(%'")`,
        'print(cursor.fetchone()[0])',
      ].join('\n'),
    ]);
    return stdout.trim() !== '0';
  };
  const stop = new AbortController();
  const running = bench.run(pipelineIn(files.root, [task]), {
    signal: stop.signal,
  });
  await eventually('the statement runs', isSleeping);
  stop.abort();
  const { outcome } = await running;
  expect(outcome).toMatchObject({ failure: { cause: 'interrupted' } });
  await eventually(
    'the statement has ended',
    async () => !(await isSleeping()),
  );
});
