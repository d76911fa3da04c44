/**
 * Entries of Nx's cache on a real S3 server, behind a proxy that does wrong what a network can: each is a miss or a
 * count, and users with different rights see what they should.
 */
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  test,
} from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  bucketPolicy,
  openRemoteEntries,
  type StoreScope,
} from '@nx-notebook/store';
import {
  startFaultProxy,
  startS3Server,
  type Fault,
  type FaultProxy,
  type S3Server,
  type S3User,
  type TestBucket,
} from '@nx-notebook/testing';
import { NxCache } from '../../src/nx-cache/nx-cache.js';
import { Spool } from '../../src/nx-cache/spool.js';
import { entry } from './cache-rig.js';

const prefix = 'team';
const trusted: StoreScope = { kind: 'trusted' };
const ownScope: StoreScope = { kind: 'untrusted', name: 'pr-42' };

let server: S3Server;
let proxy: FaultProxy;
let bucket: TestBucket;
let scratch: string;
const environment = { ...process.env };

beforeAll(async () => {
  server = await startS3Server();
  proxy = await startFaultProxy(server.endpoint);
  scratch = await mkdtemp(join(tmpdir(), 'nxnb-cache-s3-'));
});

afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await rm(scratch, { recursive: true, force: true });
});

beforeEach(async () => {
  bucket = await server.makeBucket({
    policy: (name) =>
      bucketPolicy({ bucket: name, prefix }, [
        { role: { kind: 'trusted' }, principals: ['main'] },
        { role: ownScope, principals: ['pr-42'] },
        { role: { kind: 'reader' }, principals: ['developer'] },
      ]),
  });
});

afterEach(() => {
  proxy.clear();
  process.env = { ...environment };
});

/** A machine of its own. The SDK reads credentials when it is first asked, so machines follow each other. */
function machine(user: S3User, scope?: StoreScope): NxCache {
  Object.assign(process.env, server.env(user));
  return new NxCache({
    label: 's3',
    isReadOnly: false,
    limits: { lookUpMs: 2_000, downloadMs: 4_000 },
    spool: new Spool({
      folder: join(scratch, randomBytes(6).toString('hex')),
      maxSizeBytes: 1e9,
    }),
    entries: openRemoteEntries(
      {
        address: { kind: 's3', bucket: bucket.name, prefix },
        s3: { endpoint: proxy.endpoint, pathStyle: true },
        access: scope === undefined ? 'read' : 'read-write',
        publicKeys: [],
        ...(scope === undefined ? {} : { scope }),
      },
      {
        space: 'nx/shop',
        access: scope === undefined ? 'read' : 'read-write',
        trust: {},
        provenance: {},
      },
    ),
  });
}

async function store(cache: NxCache, text: string): Promise<void> {
  await cache.put('1', Readable.from([entry(text)]));
  await cache.settle(20_000);
}

async function isHit(cache: NxCache): Promise<boolean> {
  return (await cache.get('1')) !== undefined;
}

describe('rights', () => {
  test('main writes what everybody reads, and a reader writes nothing', async () => {
    const main = machine('main', trusted);
    await store(main, 'x');
    expect(main.summary).toMatchObject({ uploaded: 1, notUploaded: {} });
    const developer = machine('developer');
    expect(await isHit(developer)).toBe(true);
    const overreaching = machine('developer', trusted);
    await overreaching.put('2', Readable.from([entry('y')]));
    await overreaching.settle(20_000);
    expect(overreaching.summary.notUploaded).toEqual({
      'not allowed by these credentials (403)': 1,
    });
  });

  test('a pull request keeps its entries to itself, whatever it tries', async () => {
    const request = machine('pr-42', ownScope);
    await store(request, 'own');
    expect(await isHit(machine('pr-42', ownScope))).toBe(true);
    const overreaching = machine('pr-42', trusted);
    await store(overreaching, 'poison');
    expect(overreaching.summary).toMatchObject({ uploaded: 0 });
    expect(await isHit(machine('main', trusted))).toBe(false);
  });
});

describe('faults', () => {
  test.each<[string, Fault]>([
    ['503', { answer: { status: 503, code: 'SlowDown' } }],
    ['403', { answer: { status: 403, code: 'AccessDenied' } }],
    ['a reset', { reset: 'response' }],
    ['a hang', { hang: 'response' }],
    ['a body that hangs', { hang: 'body' }],
    ['a cut body', { truncate: 'with-length' }],
    ['a short body', { truncate: 'without-length' }],
    ['a flipped byte', { flip: true }],
  ])('%s while reading is a miss', async (_name, fault) => {
    await store(machine('main', trusted), 'a text of some length');
    const reader = machine('developer');
    proxy.inject({ method: 'GET', path: /\/nx\/shop\// }, fault);
    expect(await isHit(reader)).toBe(false);
    proxy.clear();
    // Nothing of it stays.
    expect(await isHit(machine('developer'))).toBe(true);
  });

  test.each<[string, Fault]>([
    ['503', { answer: { status: 503, code: 'SlowDown' } }],
    ['403', { answer: { status: 403, code: 'AccessDenied' } }],
    ['a reset', { reset: 'request' }],
    ['a hang', { hang: 'request' }],
  ])('%s while writing is counted and hides nothing', async (_name, fault) => {
    const writer = machine('main', trusted);
    proxy.inject({ method: 'PUT' }, fault);
    await writer.put('1', Readable.from([entry('x')]));
    const summary = await writer.finish(3_000);
    expect(Object.values(summary.notUploaded)).toEqual([1]);
    proxy.clear();
    expect(await isHit(machine('main', trusted))).toBe(false);
    const next = machine('main', trusted);
    await store(next, 'x');
    expect(next.summary.uploaded).toBe(1);
  });
});
