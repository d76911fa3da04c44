/**
 * The fault proxy in front of the real server: signatures stay valid, and a request without some of its headers looks
 * as if the server ignored them.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import {
  S3_USERS,
  startFaultProxy,
  startS3Server,
  type FaultProxy,
  type S3Server,
} from '../src/index.js';
import { signRequest } from '../src/s3/sign-request.js';

let server: S3Server;
beforeAll(async () => {
  server = await startS3Server();
});
afterAll(() => server[Symbol.asyncDispose]());

const startProxy = (): Promise<FaultProxy> =>
  startFaultProxy(server.endpoint, {
    credentials: S3_USERS.map((user) => server.credentials(user)),
  });

/** The status of a put of `new` that is signed for the proxy. */
async function put(
  endpoint: string,
  path: string,
  headers: Record<string, string>,
): Promise<number> {
  const url = new URL(path, `${endpoint}/`);
  const signed = await signRequest(
    { method: 'PUT', url, headers },
    server.credentials('root'),
  );
  const answer = await fetch(url, {
    method: 'PUT',
    headers: signed,
    body: 'new',
  });
  return answer.status;
}

const createOnce = { 'if-none-match': '*' };
const wrongChecksum = {
  'x-amz-checksum-sha256': Buffer.alloc(32).toString('base64'),
};

test('signatures stay valid', async () => {
  await using proxy = await startProxy();
  const bucket = await server.makeBucket();
  await bucket.put('a b', 'old');
  expect(await put(proxy.endpoint, `${bucket.name}/a%20b`, createOnce)).toBe(
    412,
  );
  expect(await put(proxy.endpoint, `${bucket.name}/a%20b`, wrongChecksum)).toBe(
    400,
  );
  expect((await bucket.get('a b'))?.toString()).toBe('old');
  expect(await put(proxy.endpoint, `${bucket.name}/a%20b?x-id=Y`, {})).toBe(
    200,
  );
  expect((await bucket.get('a b'))?.toString()).toBe('new');
});

test.each([
  ['conditions', createOnce, /^if-none-match$/i],
  ['checksums', wrongChecksum, /^x-amz-checksum-/i],
])('a server that ignores %s', async (_, headers, dropped) => {
  await using proxy = await startProxy();
  const bucket = await server.makeBucket();
  await bucket.put('a b', 'old');
  proxy.inject({ method: 'PUT' }, { dropHeaders: [dropped] });
  const path = `${bucket.name}/a%20b?x-id=PutObject`;
  expect(await put(proxy.endpoint, path, headers)).toBe(200);
  expect((await bucket.get('a b'))?.toString()).toBe('new');
});

test('a request of nobody the proxy knows is cut, not passed on', async () => {
  await using proxy = await startFaultProxy(server.endpoint);
  const bucket = await server.makeBucket();
  proxy.inject({}, { dropHeaders: [/^if-match$/] });
  await expect(put(proxy.endpoint, `${bucket.name}/a`, {})).rejects.toThrow(
    'fetch failed',
  );
  expect(await bucket.list()).toEqual([]);
});
