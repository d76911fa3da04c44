/**
 * A build whose team's store is a real S3 server that fails in every way that servers do: each task ends as without a
 * store, and the run says once what did not work.
 */
import {
  afterAll,
  afterEach,
  beforeAll,
  describe,
  expect,
  it,
  jest,
} from '@jest/globals';
import { dirname, join } from 'node:path';
import {
  openDiskStore,
  openRemoteStore,
  openSharedStore,
  type SharedStore,
} from '@nx-notebook/store';
import {
  startFaultProxy,
  startS3Server,
  type FaultProxy,
  type S3Server,
  type S3User,
  type TestBucket,
} from '@nx-notebook/testing';
import { createTerminalReporter, type EngineParts } from '../src/index.js';
import { TestWorkspace, type TaskText } from './test-workspace.js';

jest.setTimeout(120_000);

const tasks: readonly TaskText[] = [
  { name: 'a', source: 'emit a' },
  { name: 'b', source: 'emit b', upstream: { a: ['data'] } },
  { name: 'c', source: 'emit c', upstream: { b: ['data'] } },
  { name: 'd', source: 'emit d' },
];
const executed = { a: 'executed', b: 'executed', c: 'executed', d: 'executed' };
const restored = { a: 'restored', b: 'restored', c: 'restored', d: 'restored' };

const before = { ...process.env };
let server: S3Server;
let proxy: FaultProxy;
let bucket: TestBucket;

beforeAll(async () => {
  server = await startS3Server();
  proxy = await startFaultProxy(server.endpoint);
});
afterAll(async () => {
  process.env = before;
  await proxy[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});
afterEach(() => proxy.clear());

/** How one machine joins. */
interface Joining {
  readonly user?: S3User;
  readonly env?: Readonly<Record<string, string>>;
  readonly access?: 'read' | 'read-write';
  readonly bucket?: string;
  /** Patience; for what hangs. */
  readonly silenceMs?: number;
}

/** A machine with an empty disk, and what a build on it prints at its end. */
interface Machine extends AsyncDisposable {
  readonly workspace: TestWorkspace;
  build(): Promise<Record<string, string>>;
  /** Warnings with their hints, of all builds. */
  warnings(): string;
}

async function joinTeam(joining: Joining = {}): Promise<Machine> {
  const { user = 'root', access = 'read-write', silenceMs = 20_000 } = joining;
  process.env = { ...before, ...server.env(user), ...joining.env };
  const workspace = await TestWorkspace.create();
  let text = '';
  const reporter = createTerminalReporter({
    write: (line) => (text += line),
    color: false,
    verbose: false,
    now: Date.now,
    cwd: workspace.root,
  });
  const open = (): SharedStore =>
    openSharedStore({
      local: openDiskStore({ root: join(dirname(workspace.root), 'store') }),
      label: `s3://${bucket.name}/team`,
      openRemote: () =>
        openRemoteStore({
          address: {
            kind: 's3',
            bucket: joining.bucket ?? bucket.name,
            prefix: 'team',
          },
          scope: { kind: 'trusted' },
          access,
          s3: { endpoint: proxy.endpoint },
          publicKeys: [],
        }),
      access,
      signal: new AbortController().signal,
      limits: { silenceMs },
    });
  return {
    workspace,
    build: () => {
      const parts: Partial<EngineParts> = { store: open(), reporter };
      return workspace.build(tasks, {}, parts);
    },
    warnings: () =>
      text
        .split('\n')
        .filter((line) => line.startsWith('warning:'))
        .join('\n')
        .replaceAll(bucket.name, 'BUCKET')
        .replaceAll(joining.bucket ?? bucket.name, 'OTHER')
        .replaceAll(/127\.0\.0\.1:\d+/g, 'SERVER')
        .replaceAll(/\d+\.\d s/g, 'N s')
        .replaceAll(/[0-9a-f]{12}/g, 'KEY'),
    [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose](),
  };
}

/** The one warning of a run that gave the store up, with the reason in it. */
function switchedOff(why: string): RegExp {
  const plain = why.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(
    `^warning: s3://BUCKET/team (?:was not used|got no results) any more in this run(?: \\(N s were lost\\))?: [^\\n]*${plain}[^\\n]* 4 of 4 results were not uploaded\\.$`,
  );
}

type Fault = Parameters<FaultProxy['inject']>[1];

/** A new bucket that has the results of all tasks, or none. */
async function prepare(content: 'full' | 'empty'): Promise<void> {
  bucket = await server.makeBucket();
  if (content === 'empty') return;
  await using maker = await joinTeam();
  expect(await maker.build()).toEqual(executed);
  expect(maker.warnings()).toBe('');
}

describe('a team store in S3', () => {
  it('gives a machine with an empty disk everything, byte for byte', async () => {
    bucket = await server.makeBucket();
    await using ann = await joinTeam();
    await ann.build();
    await using bob = await joinTeam({ access: 'read' });
    expect(await bob.build()).toEqual(restored);
    expect(bob.warnings()).toBe('');
    for (const path of ['out/a.data', 'out/c.ipynb', 'out/d.data']) {
      expect(await bob.workspace.read(path)).toBe(
        await ann.workspace.read(path),
      );
    }
  });

  it('hears nothing of fresh tasks', async () => {
    await prepare('full');
    await using bob = await joinTeam();
    await bob.build();
    proxy.takeRequests();
    await bob.build();
    expect(proxy.takeRequests()).toEqual([]);
  });
});

describe('a run with a store that can not be used executes everything, and says', () => {
  it.each<[string, Joining, string]>([
    [
      'wrong credentials',
      { env: { AWS_SECRET_ACCESS_KEY: 'wrong' } },
      'the secret does not belong to the access key. Check AWS_SECRET_ACCESS_KEY',
    ],
    [
      'an unknown user',
      { env: { AWS_ACCESS_KEY_ID: 'nobody' } },
      'the access key is not known there. Check AWS_ACCESS_KEY_ID',
    ],
    [
      'a user without rights',
      { user: 'developer' },
      'These credentials may not read s3://BUCKET/team/_meta/format.json.',
    ],
    [
      'a bucket that does not exist',
      { bucket: 'no-such-bucket' },
      'There is no bucket OTHER',
    ],
    [
      'no credentials',
      { env: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' } },
      'There are no credentials for s3://BUCKET/team',
    ],
  ])('%s', async (_, joining, why) => {
    await prepare('full');
    await using bob = await joinTeam(joining);
    expect(await bob.build()).toEqual(executed);
    expect(bob.warnings()).toMatch(switchedOff(why));
  });

  it.each<[string, Fault, string]>([
    ['500', { answer: { status: 500, code: 'InternalError' } }, '500'],
    ['503', { answer: { status: 503, code: 'SlowDown' } }, '503'],
    [
      '403 for everything',
      { answer: { status: 403, code: 'AccessDenied' } },
      'These credentials may not read',
    ],
    [
      'a wrong clock',
      { answer: { status: 403, code: 'RequestTimeTooSkewed' } },
      "this machine's clock is off",
    ],
    ['a server that hangs', { hang: 'response' }, 'did not answer within N s'],
    ['answers that stall', { hang: 'body' }, 'did not answer within N s'],
    ['connections that are reset', { reset: 'request' }, 's3://'],
  ])('%s', async (_, fault, why) => {
    await prepare('full');
    await using bob = await joinTeam({ silenceMs: 4000 });
    proxy.inject({}, fault);
    expect(await bob.build()).toEqual(executed);
    expect(bob.warnings()).toMatch(switchedOff(why));
  });

  it('a server that is gone', async () => {
    await prepare('full');
    await using bob = await joinTeam();
    await server.stop();
    try {
      expect(await bob.build()).toEqual(executed);
      expect(bob.warnings()).toMatch(switchedOff('s3://'));
    } finally {
      await server.start();
    }
  });
});

describe('a run whose downloads fail executes what did not come, and shares the rest', () => {
  it.each<[string, Fault, string]>([
    ['cut', { truncate: 'with-length' }, 'the connection was cut after'],
    ['short', { truncate: 'without-length' }, 'the connection was cut after'],
    ['with a flipped byte', { flip: true }, 'has other bytes than its name'],
    ['404', { answer: { status: 404, code: 'NoSuchKey' } }, 'is missing.'],
    ['403', { answer: { status: 403, code: 'AccessDenied' } }, 'is missing.'],
  ])('%s', async (_, fault, why) => {
    await prepare('full');
    await using bob = await joinTeam();
    proxy.inject({ method: 'GET', path: /\/cas\// }, fault);
    expect(await bob.build()).toEqual(executed);
    expect(bob.warnings().split('\n')).toEqual([expect.stringContaining(why)]);
  });

  it('a deleted blob is published again', async () => {
    await prepare('full');
    const [blob] = (await bucket.list()).filter(({ key }) =>
      key.includes('/cas/'),
    );
    await bucket.delete(blob?.key ?? '');
    await using bob = await joinTeam();
    const statuses = Object.values(await bob.build());
    expect(statuses.filter((status) => status === 'executed')).toHaveLength(1);
    await using eve = await joinTeam();
    expect(await eve.build()).toEqual(restored);
    expect(eve.warnings()).toBe('');
  });
});

describe('a run whose uploads fail keeps its results, and says', () => {
  it.each<[string, Fault, string]>([
    [
      '403',
      { answer: { status: 403, code: 'AccessDenied' } },
      'credentials may not',
    ],
    ['503', { answer: { status: 503, code: 'SlowDown' } }, '503'],
    ['a server that hangs', { hang: 'response' }, 'did not answer within N s'],
  ])('%s', async (_, fault, why) => {
    await prepare('empty');
    await using bob = await joinTeam({ silenceMs: 4000 });
    proxy.inject({ method: 'PUT' }, fault);
    expect(await bob.build()).toEqual(executed);
    expect(bob.warnings()).toMatch(switchedOff(why));
    proxy.clear();
    // Nothing half of it is visible.
    await using eve = await joinTeam({ access: 'read' });
    expect(await eve.build()).toEqual(executed);
  });

  it('read-only access asks for no rights to write', async () => {
    await prepare('full');
    await using bob = await joinTeam({ access: 'read' });
    proxy.takeRequests();
    await bob.build();
    const methods = proxy.takeRequests().map(({ method }) => method);
    expect(new Set(methods)).toEqual(new Set(['GET']));
  });
});
