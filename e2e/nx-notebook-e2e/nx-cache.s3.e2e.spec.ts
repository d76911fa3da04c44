/**
 * Nx's own cache on the shared store, for targets that are no notebooks as well: both versions of Nx, with and without
 * its daemon, against a real S3 server. No run fails because of it, whatever the server does.
 */
import {
  afterAll,
  beforeAll,
  describe,
  expect,
  jest,
  test,
} from '@jest/globals';
import {
  eventually,
  startS3Server,
  type RunningCommand,
  type S3Server,
  type TestBucket,
  type TestWorkspace,
} from '@nx-notebook/testing';
import type { NxVersion } from './global-setup';
import { makeWorkspace, pipeline, writes } from './pipelines';

jest.setTimeout(120_000);

interface Combination {
  readonly nx: NxVersion;
  readonly daemon: boolean;
}

/** One target that is done at once, and two that wait for the file `go.log`. */
const project = {
  name: 'lib',
  targets: {
    build: target('build', 'true'),
    slow: target('slow', 'while [ ! -f go.log ]; do sleep 0.05; done'),
    slower: target('slower', 'while [ ! -f go.log ]; do sleep 0.05; done'),
  },
};

/** Says that it began and writes one product. */
function target(name: string, wait: string): object {
  const write = `mkdir -p out/${name} && echo ${name} > out/${name}/a.txt`;
  return {
    executor: 'nx:run-commands',
    options: { command: `touch ${name}.log && ${wait} && ${write}` },
    cache: true,
    outputs: [`{workspaceRoot}/out/${name}`],
  };
}

const files = {
  ...pipeline('ml', [{ name: 'a', cells: [writes('"one"')] }]),
  'lib/project.json': JSON.stringify(project),
  '.gitignore': ['node_modules', '.nx', 'out*', '*.log', ''].join('\n'),
};

let server: S3Server;

beforeAll(async () => {
  server = await startS3Server();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe.each<Combination>([
  { nx: '24.0.0', daemon: false },
  { nx: '24.0.0', daemon: true },
  { nx: '23.3.2', daemon: false },
  { nx: '23.3.2', daemon: true },
])('nx $nx, daemon $daemon', (combination) => {
  let bucket: TestBucket;
  let first: TestWorkspace;

  beforeAll(async () => {
    await server.start();
    bucket = await server.makeBucket();
    first = await clone();
  });

  afterAll(async () => {
    await first[Symbol.asyncDispose]();
  });

  function clone(): Promise<TestWorkspace> {
    return makeWorkspace(files, {
      ...combination,
      env: {
        ...server.env('root'),
        NX_NOTEBOOK_STORE: `s3://${bucket.name}/team`,
        NX_NOTEBOOK_STORE_SCOPE: 'trusted',
        NX_NOTEBOOK_STORE_UPLOAD_WAIT: '5s',
        NX_NOTEBOOK_NX_CACHE: 'true',
      },
    });
  }

  async function entries(): Promise<number> {
    const objects = await bucket.list('team/t/');
    return objects.filter(({ key }) => /\/nx\/user\/ac\//.test(key)).length;
  }

  async function runUntilItWaits(name: string): Promise<RunningCommand> {
    const run = first.start('run', `lib:${name}`);
    await eventually(`${name} waits`, () =>
      Promise.resolve(first.has(`${name}.log`)),
    );
    return run;
  }

  async function expectSuccess(run: RunningCommand): Promise<string> {
    const { exitCode, output } = await run.result();
    expect({ exitCode, output }).toMatchObject({ exitCode: 0 });
    return output;
  }

  test('a second clone gets everything from the bucket', async () => {
    const { output } = await first.succeed(
      'run-many',
      '-t',
      'build',
      'execute',
      '--output-style=static',
    );
    expect({ entries: await entries(), output }).toMatchObject({ entries: 2 });

    await using second = await clone();
    const { tasks } = await second.succeed(
      'run-many',
      '-t',
      'build',
      'execute',
    );
    expect(tasks['lib:build']?.cacheStatus).toBe('remote-cache-hit');
    expect(tasks['ml:execute--a']?.cacheStatus).toBe('remote-cache-hit');
    expect(second.has('build.log')).toBe(false);
    expect(await second.takeExecutions('ml')).toEqual([]);
    expect(await second.read('out/build/a.txt')).toBe('build\n');
    expect(await second.read('ml/out/a.txt')).toBe('one');
  });

  test('of two runs at once the longer one keeps its server', async () => {
    const before = await entries();
    const slow = await runUntilItWaits('slow');
    await first.succeed('run', 'lib:build');
    await first.write({ 'go.log': '' });
    await expectSuccess(slow);
    expect(await entries()).toBe(before + 1);
  });

  test('a store that goes away costs no run', async () => {
    await first.remove('go.log');
    const slower = await runUntilItWaits('slower');
    await server.stop();
    await first.write({ 'go.log': '' });
    const output = await expectSuccess(slower);
    // Under the daemon a hook has no terminal; doctor tells.
    if (!combination.daemon)
      expect(output).toMatch(/1 of 1 Nx cache entries were not uploaded/);
    const doctor = first.command([
      first.path('node_modules/.bin/nx-notebook'),
      'doctor',
      '--offline',
    ]);
    expect((await doctor.result()).output).toMatch(
      /1 of 1 Nx cache entries were not uploaded/,
    );
  });

  test('no process is left', async () => {
    await eventually(
      'all servers have ended',
      async () => (await first.processes()).length === 0,
    );
  });
});
