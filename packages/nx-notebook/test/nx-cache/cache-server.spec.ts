/**
 * The protocol as Nx's client needs it: GET is 200 or 404 and PUT is 200, 403 or 409, whatever the store, the disk or the
 * client does.
 */
import { request } from 'node:http';
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { bucketTrouble, createMemoryBucket } from '@nx-notebook/testing';
import { CacheRig, entry, token } from './cache-rig.js';

/** What a server does that hangs. */
const never = (): Promise<undefined> => new Promise(() => undefined);

describe('an entry', () => {
  test('is missing, is put, and comes back as it was', async () => {
    await using rig = await CacheRig.open();
    const body = entry('outputs');
    expect((await rig.get('1')).status).toBe(404);
    expect((await rig.put('1', body)).status).toBe(200);
    await rig.cache.settle(10_000);
    expect(await rig.get('1')).toEqual({ status: 200, body });
    expect(rig.cache.summary).toMatchObject({
      asked: 2,
      hits: 1,
      uploaded: 1,
      notFetched: {},
      notUploaded: {},
    });
  });

  test('is answered for before it is uploaded', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await using rig = await CacheRig.open({
      hooks: { before: () => held.then(() => undefined) },
    });
    expect((await rig.put('1', entry('x'))).status).toBe(200);
    expect(rig.cache.pending).toBe(1);
    release();
    expect(await rig.cache.finish(10_000)).toMatchObject({ uploaded: 1 });
  });

  test('that is here is not taken again', async () => {
    await using rig = await CacheRig.open();
    await rig.put('1', entry('x'));
    expect((await rig.put('1', entry('y'))).status).toBe(409);
  });

  test('that somebody else put meanwhile is theirs', async () => {
    await using first = await CacheRig.open();
    await using second = await CacheRig.open({ bucket: first.bucket });
    await first.put('1', entry('first'));
    await first.cache.settle(10_000);
    expect((await second.put('1', entry('second'))).status).toBe(200);
    expect(await second.cache.finish(10_000)).toMatchObject({
      uploaded: 0,
      alreadyThere: 1,
    });
    expect((await second.get('1')).body).toEqual(entry('first'));
  });

  test('of many megabytes comes whole, also to fifty at once', async () => {
    await using rig = await CacheRig.open();
    const body = Buffer.concat([entry(''), randomBytes(4_000_000)]);
    await rig.put('1', body);
    await rig.cache.settle(10_000);
    const before = rig.bucket.requests.length;
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => rig.get('1')),
    );
    expect(answers.every((answer) => answer.body.equals(body))).toBe(true);
    const reads = rig.bucket.requests.slice(before);
    expect(reads.filter(({ name }) => name.includes('/cas/'))).toEqual([]);
  });

  test('that is no entry of Nx is refused', async () => {
    await using rig = await CacheRig.open();
    expect((await rig.put('1', Buffer.from('no gzip'))).status).toBe(403);
    expect(await rig.spooled()).toEqual([]);
  });

  test('whose sender breaks off is forgotten', async () => {
    await using rig = await CacheRig.open();
    const half = request(`${rig.url}/v1/cache/1`, {
      method: 'PUT',
      headers: {
        authorization: `Bearer ${token}`,
        'content-length': 1000,
      },
    });
    const ended = new Promise((resolve) => half.once('error', resolve));
    half.write(entry('half'), () => half.destroy(new Error('gone')));
    await ended;
    expect((await rig.get('1')).status).toBe(404);
    expect((await rig.put('1', entry('whole'))).status).toBe(200);
  });
});

describe('whoever asks', () => {
  const tokens = [
    { token: 'reader', access: 'read' },
    { token: 'writer', access: 'read-write' },
    { token: 'other', access: 'read-write', workspace: 'blog' },
  ] as const;

  test.each([
    ['reader', 200, 403],
    ['writer', 200, 409],
    ['other', 404, 403],
    ['stranger', 404, 403],
    [undefined, 404, 403],
  ])('with %s gets %s, and %s for a put', async (bearer, get, put) => {
    await using rig = await CacheRig.open({ tokens });
    await rig.put('1', entry('x'), 'writer');
    await rig.cache.settle(10_000);
    expect((await rig.ask('GET', '/v1/cache/1', { bearer })).status).toBe(get);
    const body = entry('y');
    expect((await rig.ask('PUT', '/v1/cache/1', { bearer, body })).status).toBe(
      put,
    );
  });

  test('may name the workspace', async () => {
    await using rig = await CacheRig.open();
    const body = entry('x');
    const put = { bearer: token, body };
    expect((await rig.ask('PUT', '/w/shop/v1/cache/1', put)).status).toBe(200);
    await rig.cache.settle(10_000);
    expect((await rig.get('1')).status).toBe(200);
    expect((await rig.ask('PUT', '/w/blog/v1/cache/1', put)).status).toBe(403);
  });

  test('for something else is told that there is nothing', async () => {
    await using rig = await CacheRig.open();
    for (const path of ['/', '/v1/cache/', '/v1/cache/../x', '/v1/cache/a%2Fb'])
      expect((await rig.ask('GET', path, { bearer: token })).status).toBe(404);
    expect((await rig.ask('GET', '/health')).status).toBe(200);
  });

  test('may only read where the run may only read', async () => {
    await using rig = await CacheRig.open({ isReadOnly: true });
    expect((await rig.put('1', entry('x'))).status).toBe(403);
    expect(rig.cache.summary.notUploaded).toEqual({});
  });
});

describe('when the store', () => {
  test.each([
    'forbidden',
    'unauthorised',
    'no-bucket',
    'refused',
    'unreachable',
    'time-out',
    'server-error',
    'aborted',
  ] as const)('says %s, a run goes on', async (reason) => {
    await using rig = await CacheRig.open({
      hooks: { before: () => bucketTrouble(reason) },
    });
    expect((await rig.get('1')).status).toBe(404);
    expect((await rig.put('1', entry('x'))).status).toBe(200);
    const summary = await rig.cache.finish(10_000);
    expect(summary.uploaded).toBe(0);
    expect(Object.values(summary.notUploaded)).toEqual([1]);
  });

  test.each([
    ['cuts', (bytes: Buffer) => ({ bytes: bytes.subarray(0, 5) })],
    [
      'breaks off',
      (bytes: Buffer) => ({
        bytes: bytes.subarray(0, 5),
        error: new Error('reset'),
      }),
    ],
    [
      'flips',
      (bytes: Buffer) => {
        const other = Buffer.from(bytes);
        other[6] = (other[6] ?? 0) ^ 1;
        return { bytes: other };
      },
    ],
  ])('%s a body, it is a miss', async (_name, body) => {
    const bucket = createMemoryBucket();
    await using writer = await CacheRig.open({ bucket });
    await writer.put('1', entry('something'));
    await writer.cache.settle(10_000);
    await using reader = await CacheRig.open({
      bucket: bucket.openAnother({
        body: (name, bytes) =>
          name.includes('/cas/') ? body(bytes) : { bytes },
      }),
    });
    expect((await reader.get('1')).status).toBe(404);
    expect(await reader.spooled()).toEqual([]);
  });

  test('never answers, a miss comes in time and the next ones at once', async () => {
    await using rig = await CacheRig.open({
      hooks: { before: never },
      limits: { lookUpMs: 50 },
    });
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => rig.get(String(index))),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(
      new Set([404]),
    );
    const asked = rig.bucket.requests.length;
    expect((await rig.get('99')).status).toBe(404);
    expect(rig.bucket.requests).toHaveLength(asked);
    expect(rig.cache.summary.switchedOff).toBe('time-out');
  });

  test('never takes an upload, the run ends in time and says so', async () => {
    await using rig = await CacheRig.open({
      hooks: { before: never },
    });
    await rig.put('1', entry('x'));
    expect((await rig.cache.finish(50)).notUploaded).toEqual({ 'time-out': 1 });
  });

  test('has a damaged entry, the run that finds it mends it', async () => {
    await using rig = await CacheRig.open();
    await rig.put('1', entry('x'));
    await rig.cache.settle(10_000);
    const blob = [...rig.bucket.objects.keys()].find((name) =>
      name.includes('/cas/'),
    );
    rig.bucket.objects.delete(blob ?? '');
    await using other = await CacheRig.open({ bucket: rig.bucket });
    expect((await other.get('1')).status).toBe(404);
    expect((await other.put('1', entry('anew'))).status).toBe(200);
    expect(await other.cache.finish(10_000)).toMatchObject({ uploaded: 1 });
    await using third = await CacheRig.open({ bucket: rig.bucket });
    expect((await third.get('1')).body).toEqual(entry('anew'));
  });
});

test('a bug behind the server is a miss', async () => {
  await using rig = await CacheRig.open({
    hooks: {
      before: () => {
        throw new TypeError('a bug');
      },
    },
  });
  expect((await rig.get('1')).status).toBe(404);
});
