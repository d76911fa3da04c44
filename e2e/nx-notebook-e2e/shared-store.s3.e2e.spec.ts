/**
 * A team that shares a bucket of a real server with accounts of its own: main gives, developers take, a pull request
 * reaches nobody, and a server that goes away in the middle fails no run.
 */
import { writeFile } from 'node:fs/promises';
import {
  afterAll,
  beforeAll,
  beforeEach,
  expect,
  jest,
  test,
} from '@jest/globals';
import { bucketPolicy } from '@nx-notebook/store';
import {
  eventually,
  startS3Server,
  type S3Server,
  type S3User,
  type TestBucket,
  type TestWorkspace,
} from '@nx-notebook/testing';
import { chain, makeWorkspace, pipeline, reads, writes } from './pipelines';

jest.setTimeout(180_000);

let server: S3Server;
let bucket: TestBucket;

beforeAll(async () => {
  server = await startS3Server();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  bucket = await server.makeBucket({
    policy: (name) =>
      bucketPolicy({ bucket: name, prefix: 'team' }, [
        { role: { kind: 'trusted' }, principals: ['main'] },
        { role: { kind: 'untrusted', name: 'pr-42' }, principals: ['pr-42'] },
        { role: { kind: 'reader' }, principals: ['developer'] },
      ]),
  });
});

/** A fresh clone on a machine of its own, with the credentials of somebody. */
function clone(
  user: S3User,
  scope?: string,
  files: Readonly<Record<string, string>> = chain,
): Promise<TestWorkspace> {
  return makeWorkspace(files, {
    env: {
      ...server.env(user),
      NX_NOTEBOOK_STORE: `s3://${bucket.name}/team`,
      ...(scope === undefined ? {} : { NX_NOTEBOOK_STORE_SCOPE: scope }),
    },
  });
}

const execute = ['run-many', '-t', 'execute'] as const;

test('what main executed, a developer restores byte for byte', async () => {
  await using main = await clone('main', 'trusted');
  const first = await main.succeed(...execute);
  expect(first.output).toContain(`3 uploaded to s3://${bucket.name}/team`);

  await using developer = await clone('developer');
  const second = await developer.succeed(...execute);
  expect(second.output).toContain('3 restored (3 from s3)');
  expect(second.output).not.toContain('warning:');
  expect(await developer.takeExecutions('ml')).toEqual([]);
  for (const path of ['ml/out/a.ipynb', 'ml/out/c.ipynb', 'ml/out/c.txt']) {
    expect(await developer.read(path)).toBe(await main.read(path));
  }
});

test('a pull request shares with itself alone, whatever it says that it is', async () => {
  await using main = await clone('main', 'trusted');
  await main.succeed(...execute);
  expect(await main.takeExecutions('ml')).toEqual(['a', 'b', 'c']);
  const trusted = await bucket.list('team/t/');

  const file = 'ml/pipeline.yaml';
  const changed = {
    ...chain,
    [file]: (chain[file] ?? '').replace('n: 1', 'n: 2'),
  };
  await using first = await clone('pr-42', 'pr-42', changed);
  await first.succeed(...execute);
  expect(await first.takeExecutions('ml')).toEqual(['b', 'c']);
  await using again = await clone('pr-42', 'pr-42', changed);
  await again.succeed(...execute);
  expect(await again.takeExecutions('ml')).toEqual([]);

  await using liar = await clone('pr-42', 'trusted', changed);
  const lied = await liar.succeed(...execute);
  expect(await liar.takeExecutions('ml')).toEqual(['b', 'c']);
  expect(lied.output).toMatch(
    /warning: s3:.* got no results any more in this run.* 2 of 2 results were not uploaded\./,
  );
  expect(await bucket.list('team/t/')).toEqual(trusted);

  // The same keys, and main does not take what the pull request has for them.
  await main.edit(file, 'n: 1', 'n: 2');
  await main.succeed(...execute);
  expect(await main.takeExecutions('ml')).toEqual(['b', 'c']);
});

test('a server that goes away in the middle of a run is one line, and exit code 0', async () => {
  const wait =
    'import os, time\nwhile not os.path.exists(os.environ["GATE"]):\n    time.sleep(0.02)';
  const files = pipeline('ml', [
    { name: 'a', cells: [writes('"one"')] },
    { name: 'b', upstream: ['a'], cells: [wait, writes(reads('a'))] },
    { name: 'c', upstream: ['b'], cells: [writes(reads('b'))] },
  ]);
  await using main = await clone('main', 'trusted', files);
  const gate = main.path('.nx', 'gate');
  const run = main.startWith({ GATE: gate }, ...execute);
  await eventually('the second task runs', () =>
    Promise.resolve(run.output.includes('ml:b  runs')),
  );
  await server.stop();
  try {
    await writeFile(gate, '');
    const { exitCode, output } = await run.result();
    expect(await main.takeExecutions('ml')).toEqual(['a', 'b', 'c']);
    expect(exitCode).toBe(0);
    expect(output.match(/^.*not uploaded.*$/gm)).toEqual([
      expect.stringMatching(/^warning: .*[23] of 3 results were not uploaded/),
    ]);
  } finally {
    await server.start();
  }
});
