/**
 * Requests take the way that the environment's proxy variables name.
 */
import { once } from 'node:events';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { wayTo } from '../../src/s3/transport/proxy.js';
import { ok, ScriptedServer } from './scripted-server.js';
import { bucketAt, contentOf, useCredentials } from './transport-harness.js';

const NAMES = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'].flatMap(
  (name) => [name, name.toLowerCase()],
);

const before = new Map(NAMES.map((name) => [name, process.env[name]]));

beforeEach(() => {
  useCredentials('key', 'secret');
  for (const name of NAMES) Reflect.deleteProperty(process.env, name);
});
afterEach(() => {
  for (const [name, value] of before) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
});

test('HTTP_PROXY gets the requests, with the address of the server', async () => {
  await using proxy = await ScriptedServer.start(ok('bytes'));
  process.env['HTTP_PROXY'] = proxy.endpoint;
  const bucket = bucketAt({ endpoint: 'http://store.invalid:9000' });
  expect(await contentOf(bucket, 'a')).toBe('bytes');
  expect(proxy.lines).toEqual([
    'GET http://store.invalid:9000/b/p/a?x-id=GetObject',
  ]);
  bucket.close();
});

test('NO_PROXY names servers that are asked straight', () => {
  process.env['HTTPS_PROXY'] = 'http://me:word@proxy.invalid:3128';
  process.env['NO_PROXY'] = '.internal,store.invalid:9000';
  const proxyFor = (url: string) => wayTo(url).proxy;
  expect(proxyFor('https://s3.internal')).toBeUndefined();
  expect(proxyFor('https://store.invalid:9000')).toBeUndefined();
  expect(proxyFor('https://store.invalid')).toBe('http://proxy.invalid:3128');
});

test('a server on this machine is asked straight', async () => {
  await using server = await ScriptedServer.start(ok('straight'));
  process.env['HTTP_PROXY'] = 'http://proxy.invalid:3128';
  const bucket = bucketAt(server);
  expect(await contentOf(bucket, 'a')).toBe('straight');
  bucket.close();
});

test('HTTPS_PROXY is asked for a tunnel', async () => {
  const asked: string[] = [];
  const proxy = createTcpServer((socket) => {
    socket.once('data', (bytes) => {
      asked.push(bytes.toString('latin1').split('\r\n')[0] ?? '');
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
    });
    socket.on('error', () => undefined);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const { port } = proxy.address() as AddressInfo;
  process.env['HTTPS_PROXY'] = `http://me:word@127.0.0.1:${port}`;
  const bucket = bucketAt(
    { endpoint: 'https://store.invalid' },
    { attempts: 1 },
  );
  const found = await bucket.stat('a');
  expect(asked[0]).toBe('CONNECT store.invalid:443 HTTP/1.1');
  bucket.close();
  proxy.close();
  expect(asked).toEqual(['CONNECT store.invalid:443 HTTP/1.1']);
  expect(found).toEqual({
    status: 'trouble',
    reason: 'unauthorised',
    message: `The proxy on the way to s3://b/p at https://store.invalid (proxy http://127.0.0.1:${port}) wants credentials (407). Put them into HTTPS_PROXY, or the server into NO_PROXY.`,
  });
});

test('without variables there is no proxy', () => {
  expect(wayTo('https://s3.amazonaws.com').proxy).toBeUndefined();
});
