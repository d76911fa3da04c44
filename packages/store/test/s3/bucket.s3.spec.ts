/**
 * The client against a real server: conditions, races, killed processes, memory.
 */
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  startFaultProxy,
  startS3Server,
  type S3Server,
  type TestBucket,
} from '@nx-notebook/testing';
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  test,
} from '@jest/globals';
import { openS3Bucket, type S3Bucket } from '../../src/s3/open-bucket.js';
import type { BucketLimits } from '../../src/s3/transport/limits.js';
import {
  contentOf,
  digestOf,
  QUICK,
  sourceOf,
  trouble,
} from './transport-harness.js';

let server: S3Server;
let objects: TestBucket;
let folder: string;

beforeAll(async () => {
  server = await startS3Server();
  folder = await mkdtemp(join(tmpdir(), 'nxnb-bucket-'));
  Object.assign(process.env, server.env('root'));
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});
beforeEach(async () => {
  objects = await server.makeBucket();
});

function bucketWith(
  limits: Partial<BucketLimits> = {},
  endpoint = server.endpoint,
): S3Bucket {
  const location = { bucket: objects.name, prefix: 'p', endpoint };
  return openS3Bucket(location, limits);
}

/** Small parts, as small as S3 takes them. */
const parts = { singleWriteBytes: 1, partBytes: 5 * 1024 ** 2 };
const large = 'x'.repeat(11_000_000);
const written = { status: 'written' };

describe.each([
  ['at once', {}, 'small'],
  ['in parts', parts, large],
])('an object written %s', (_, limits, text) => {
  test('is read as it was written', async () => {
    const bucket = bucketWith(limits);
    expect(await bucket.write('a/ä b+c', sourceOf(text))).toEqual(written);
    expect(await contentOf(bucket, 'a/ä b+c')).toBe(text);
    expect(await bucket.stat('a/ä b+c')).toMatchObject({
      status: 'found',
      sizeBytes: text.length,
    });
    expect((await objects.list()).map(({ key }) => key)).toEqual(['p/a/ä b+c']);
  });

  test('of 16 writers that create it, one wins', async () => {
    const buckets = Array.from({ length: 16 }, () => bucketWith(limits));
    const writers = limits === parts ? buckets.slice(0, 4) : buckets;
    const outcomes = await Promise.all(
      writers.map((bucket, index) =>
        bucket.write('a', sourceOf(`${index} ${text}`), {
          condition: { when: 'absent' },
        }),
      ),
    );
    const winners = outcomes.flatMap(({ status }, index) =>
      status === 'written' ? [index] : [],
    );
    expect(winners).toHaveLength(1);
    expect(outcomes.filter(({ status }) => status === 'trouble')).toEqual(
      new Array(writers.length - 1).fill(
        trouble(
          'exists',
          `s3://${objects.name}/p has another object there already.`,
        ),
      ),
    );
    expect(await contentOf(bucketWith(), 'a')).toBe(`${winners[0]} ${text}`);
  });

  test('replaces only what it knows', async () => {
    const bucket = bucketWith(limits);
    await bucket.write('a', sourceOf('old'));
    const found = await bucket.stat('a');
    const etag = 'etag' in found ? found.etag : '';
    const condition = { when: 'unchanged', etag } as const;
    expect(await bucket.write('a', sourceOf(text), { condition })).toEqual(
      written,
    );
    expect(
      await bucket.write('a', sourceOf('late'), { condition }),
    ).toMatchObject({ reason: 'exists' });
    expect(await contentOf(bucket, 'a')).toBe(text);
  });

  test('with other bytes than announced is not there', async () => {
    const bucket = bucketWith(limits);
    const source = { ...sourceOf(text), sha256: digestOf('else') };
    expect(await bucket.write('a', source)).toMatchObject({
      reason: 'source-changed',
    });
    expect(await bucket.stat('a')).toMatchObject({ reason: 'missing' });
    expect(await objects.openUploads()).toEqual([]);
  });

  test('whose reply is lost is written all the same', async () => {
    await using proxy = await startFaultProxy(server.endpoint);
    const isLast = limits === parts ? /^uploadId=/ : /PutObject/;
    proxy.inject(
      { query: isLast, method: limits === parts ? 'POST' : 'PUT', times: 1 },
      { reset: 'response' },
    );
    const bucket = bucketWith(
      { ...QUICK, serverWorkMs: 5_000, silenceMs: 5_000, ...limits },
      proxy.endpoint,
    );
    const condition = { when: 'absent' } as const;
    expect(await bucket.write('a', sourceOf(text), { condition })).toEqual(
      written,
    );
    expect(
      proxy.requests.filter(({ fault }) => fault.reset === 'response'),
    ).toHaveLength(1);
    expect(await contentOf(bucket, 'a')).toBe(text);
  });

  test('is copied', async () => {
    const bucket = bucketWith({ ...limits, singleCopyBytes: 6_000_000 });
    await bucket.write('a b', sourceOf(text));
    expect(await bucket.copy('a b', 'c/d')).toEqual({ status: 'copied' });
    expect(await contentOf(bucket, 'c/d')).toBe(text);
  });
});

test('ranges, empty objects and empty ranges', async () => {
  const bucket = bucketWith();
  await bucket.write('a', sourceOf('0123456789'));
  await bucket.write('empty', sourceOf(''));
  const read = async (start: number, end: number): Promise<string> => {
    const opened = await bucket.read('a', { range: { start, end } });
    if (opened.status !== 'open') throw new Error(opened.message);
    return Buffer.concat(await opened.body.toArray()).toString();
  };
  expect([await read(2, 5), await read(8, 10), await read(3, 3)]).toEqual([
    '234',
    '89',
    '',
  ]);
  expect(await contentOf(bucket, 'empty')).toBe('');
});

test('names below a prefix come with sizes', async () => {
  const bucket = bucketWith();
  for (const name of ['t/a', 't/b', 'u/c'])
    await bucket.write(name, sourceOf(name));
  const names = [];
  for await (const page of bucket.list('t/'))
    if (page.status === 'listed')
      names.push(
        ...page.objects.map(({ name, sizeBytes }) => [name, sizeBytes]),
      );
  expect(names).toEqual([
    ['t/a', 3],
    ['t/b', 3],
  ]);
});

test('a bucket that does not exist is said', async () => {
  const location = { bucket: 'no-such-bucket', prefix: '' };
  expect(await openS3Bucket(location).read('a')).toEqual(
    trouble(
      'no-bucket',
      `There is no bucket no-such-bucket at ${server.endpoint}. Check the address of the store.`,
    ),
  );
});

/** What the child of `fixtures/bucket-child.cjs` tells. */
interface Told {
  readonly outcome: { readonly status: string; readonly digest?: string };
  readonly peakBytes: number;
}

/** Starts a child; what it tells first is the promise. */
function startChild(
  ...args: readonly [
    action: string,
    name: string,
    path: string,
    size: number,
    sha256: string,
    limits: Partial<BucketLimits>,
  ]
): { readonly told: Promise<Told>; readonly kill: () => Promise<void> } {
  const [action, name, path, size, sha256, limits] = args;
  const child = fork(
    join(__dirname, '../fixtures/bucket-child.cjs'),
    [
      action,
      objects.name,
      name,
      path,
      String(size),
      sha256,
      JSON.stringify(limits),
    ],
    {
      execArgv: ['--max-old-space-size=128'],
      env: { ...process.env, ...server.env('root') },
    },
  );
  return {
    told: once(child, 'message').then(([message]) => message as Told),
    kill: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

test.each([
  ['at once', {}],
  ['in parts', parts],
])(
  'a process that is killed while it writes %s leaves nothing to be seen',
  async (_, limits) => {
    const size = 2_000_000;
    const child = startChild(
      'put-half',
      'a',
      '',
      size,
      digestOf(Buffer.alloc(size)),
      limits,
    );
    await child.told;
    await child.kill();
    await objects.put('b', 'b');
    expect((await objects.list()).map(({ key }) => key)).toEqual(['b']);
    expect(await objects.openUploads()).toEqual(limits === parts ? ['a'] : []);
  },
);

test('a file larger than the memory goes up and comes down', async () => {
  const size = 300_000_000;
  const path = join(folder, 'sparse');
  await writeFile(path, '');
  await truncate(path, size);
  const digest = digestOfZeros(size);
  const put = await startChild('put', 'a', path, size, digest, {}).told;
  expect(put.outcome).toEqual(written);
  const copy = join(folder, 'copy');
  const got = await startChild('get', 'a', copy, size, digest, {}).told;
  expect(got.outcome).toEqual({ status: 'downloaded', digest });
  // Half of it is Node, the SDK and the compiler of this test.
  expect(Math.max(put.peakBytes, got.peakBytes)).toBeLessThan(250_000_000);
}, 120_000);

function digestOfZeros(size: number): string {
  const hash = createHash('sha256');
  const zeros = Buffer.alloc(1_000_000);
  for (let left = size; left > 0; left -= zeros.length)
    hash.update(zeros.subarray(0, left));
  return hash.digest('hex');
}
