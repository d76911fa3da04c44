/**
 * The real S3 server of the tests: its users, policies, data and end.
 */
import { existsSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { startS3Server, type S3Server, type S3User } from '../src/index.js';
import { signRequest } from '../src/s3/sign-request.js';

/** The status of a request that an account signs. */
async function statusAs(
  server: S3Server,
  user: S3User,
  method: string,
  path: string,
): Promise<number> {
  const url = new URL(path, `${server.endpoint}/`);
  const headers = await signRequest(
    { method, url, headers: {} },
    server.credentials(user),
  );
  return (await fetch(url, { method, headers })).status;
}

describe('a server', () => {
  test('keeps what its owner puts, and lists it', async () => {
    await using server = await startS3Server();
    const bucket = await server.makeBucket();
    await bucket.put('t/a b/ü&<.json', 'one');
    await bucket.put('t/z', new Uint8Array([0, 255]));
    expect(await bucket.list('t/')).toEqual([
      { key: 't/a b/ü&<.json', sizeBytes: 3 },
      { key: 't/z', sizeBytes: 2 },
    ]);
    expect((await bucket.get('t/a b/ü&<.json'))?.toString()).toBe('one');
    await bucket.delete('t/z');
    await bucket.delete('t/z');
    expect(await bucket.get('t/z')).toBeUndefined();
  });

  test('lists more than one page', async () => {
    await using server = await startS3Server();
    const bucket = await server.makeBucket();
    const names = Array.from({ length: 1003 }, (_, n) => `k/${n}`);
    for (let at = 0; at < names.length; at += 50)
      await Promise.all(
        names.slice(at, at + 50).map((name) => bucket.put(name, '')),
      );
    const keys = (await bucket.list()).map(({ key }) => key);
    expect(keys.sort()).toEqual(names.sort());
  });

  test('lets users do what the policy says and nothing else', async () => {
    await using server = await startS3Server();
    const bucket = await server.makeBucket({
      policy: (name) => ({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: ['pr-42'] },
            Action: ['s3:GetObject'],
            Resource: [`arn:aws:s3:::${name}/t/*`],
          },
        ],
      }),
    });
    await bucket.put('t/a', 'a');
    await bucket.put('u/a', 'a');
    const path = (key: string): string => `${bucket.name}/${key}`;
    expect([
      await statusAs(server, 'pr-42', 'GET', path('t/a')),
      await statusAs(server, 'pr-42', 'GET', path('u/a')),
      await statusAs(server, 'pr-42', 'DELETE', path('t/a')),
      await statusAs(server, 'pr-43', 'GET', path('t/a')),
    ]).toEqual([200, 403, 403, 403]);
  });

  test('starts again with its port, data and users', async () => {
    await using server = await startS3Server();
    const bucket = await server.makeBucket();
    await bucket.put('a', 'kept');
    const { endpoint } = server;
    await server.stop();
    await expect(bucket.get('a')).rejects.toThrow('fetch failed');
    await server.start();
    expect(server.endpoint).toBe(endpoint);
    expect((await bucket.get('a'))?.toString()).toBe('kept');
    const bucketPath = `${bucket.name}/a`;
    expect(await statusAs(server, 'pr-42', 'GET', bucketPath)).toBe(403);
  });

  test('leaves no process and no folder', async () => {
    let pid: number | undefined;
    let folder: string | undefined;
    {
      await using server = await startS3Server();
      pid = server.pid;
      folder = server.env('root')['AWS_CONFIG_FILE']?.replace('no-config', '');
      expect(existsSync(folder ?? '')).toBe(true);
    }
    expect(existsSync(folder ?? '')).toBe(false);
    expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH');
  });

  test('that can not start says why', async () => {
    await expect(startS3Server({ binary: process.execPath })).rejects.toThrow(
      /^versitygw did not start: it ended with code 9: .*bad option: --port/s,
    );
    await expect(startS3Server({ binary: '/nowhere' })).rejects.toThrow(
      'versitygw did not start: spawn /nowhere ENOENT',
    );
  });
});
