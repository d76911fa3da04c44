/**
 * The fault proxy in front of a plain server: what a client sees of each fault, and what the server hears.
 */
import { once } from 'node:events';
import {
  createServer,
  request,
  type IncomingMessage,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  afterAll,
  beforeAll,
  beforeEach,
  describe,
  expect,
  test,
} from '@jest/globals';
import { startFaultProxy } from '../src/index.js';

const BODY = Buffer.from('0123456789');

let server: Server;
let target: string;
/** What the server heard, with the size of the body. */
let heard: string[] = [];

beforeAll(async () => {
  server = createServer((incoming, outgoing) => {
    void answer(incoming).then((line) => {
      heard.push(line);
      if (incoming.url?.includes('missing') === true) outgoing.statusCode = 404;
      outgoing.setHeader('content-length', BODY.length);
      outgoing.setHeader('date', 'Tue, 01 Jan 2030 00:00:00 GMT');
      outgoing.end(incoming.method === 'HEAD' ? undefined : BODY);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  target = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => {
  heard = [];
});
afterAll(() => {
  server.close();
});

async function answer(incoming: IncomingMessage): Promise<string> {
  let bytes = 0;
  for await (const chunk of incoming) bytes += (chunk as Buffer).length;
  return `${incoming.method} ${incoming.url} ${bytes}`;
}

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
  readonly error: string | undefined;
  readonly headers: IncomingMessage['headers'];
}

/** What a client sees: the status, the body as far as it came, and how it ended. */
async function ask(
  url: string,
  { method = 'GET', body = Buffer.alloc(0) } = {},
): Promise<Answer> {
  const outgoing = request(url, { method, agent: false });
  outgoing.on('error', () => undefined);
  let incoming: IncomingMessage | undefined;
  let text = '';
  try {
    const answered = once(outgoing, 'response');
    outgoing.end(body);
    [incoming] = (await answered) as [IncomingMessage];
    for await (const chunk of incoming) text += String(chunk);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return {
      status: incoming?.statusCode,
      body: text,
      error: code ?? String(error),
      headers: incoming?.headers ?? {},
    };
  }
  return {
    status: incoming.statusCode,
    body: text,
    error: undefined,
    headers: incoming.headers,
  };
}

describe('without a fault', () => {
  test('requests and answers pass unchanged and are listed', async () => {
    await using proxy = await startFaultProxy(target);
    const url = `${proxy.endpoint}/b/t%20x?list&a=1`;
    const seen = await ask(url, { method: 'PUT', body: Buffer.alloc(200_000) });
    expect(seen).toMatchObject({ status: 200, body: '0123456789' });
    expect(heard).toEqual(['PUT /b/t%20x?list&a=1 200000']);
    expect(proxy.takeRequests()).toEqual([
      {
        method: 'PUT',
        path: '/b/t x',
        query: 'list&a=1',
        status: 200,
        headers: expect.objectContaining({ Host: new URL(url).host }),
        sentBytes: 200_000,
        receivedBytes: 10,
        fault: {},
      },
    ]);
    expect(proxy.requests).toEqual([]);
  });

  test('a server that is gone is a lost connection', async () => {
    const gone = createServer();
    gone.listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    gone.close();
    await using proxy = await startFaultProxy(`http://127.0.0.1:${port}`);
    expect(await ask(proxy.endpoint)).toMatchObject({
      status: undefined,
      error: 'ECONNRESET',
    });
  });
});

describe('a rule', () => {
  test('meets what it matches, after the first ones, for some times', async () => {
    await using proxy = await startFaultProxy(target);
    const rule = proxy.inject(
      { method: 'GET', path: /\/ac\//, query: /^x/, skip: 1, times: 2 },
      { answer: { status: 503, code: 'SlowDown' } },
    );
    const statuses = [];
    for (const path of [
      'ac/1?x',
      'ac/2?x',
      'cas/3?x',
      'ac/4',
      'ac/5?x',
      'ac/6?x',
    ])
      statuses.push((await ask(`${proxy.endpoint}/${path}`)).status);
    expect(statuses).toEqual([200, 503, 200, 200, 503, 200]);
    expect(rule.hits).toBe(2);
    expect(heard).toHaveLength(4);
  });

  test('is forgotten by clear', async () => {
    await using proxy = await startFaultProxy(target);
    proxy.inject({}, { answer: { status: 500, code: 'InternalError' } });
    expect((await ask(proxy.endpoint)).status).toBe(500);
    proxy.clear();
    expect((await ask(proxy.endpoint)).status).toBe(200);
  });

  test('joins with others; the later one has the last word', async () => {
    await using proxy = await startFaultProxy(target);
    proxy.inject({}, { flip: true, clockSkewMs: 1000 });
    proxy.inject({}, { clockSkewMs: -1000 });
    expect(await ask(proxy.endpoint)).toMatchObject({
      body: '01234\u{fffd}6789',
      headers: { date: 'Mon, 31 Dec 2029 23:59:59 GMT' },
    });
  });
});

describe('the client sees', () => {
  test('an error in the words of S3 that the server never heard of', async () => {
    await using proxy = await startFaultProxy(target);
    proxy.inject(
      {},
      {
        answer: {
          status: 429,
          code: 'SlowDown',
          headers: { 'retry-after': '1' },
        },
      },
    );
    expect(await ask(proxy.endpoint)).toMatchObject({
      status: 429,
      body: expect.stringContaining('<Code>SlowDown</Code>'),
      headers: { 'retry-after': '1' },
    });
    expect(await ask(proxy.endpoint, { method: 'HEAD' })).toMatchObject({
      status: 429,
      body: '',
    });
    expect(heard).toEqual([]);
  });

  test.each([
    ['request', undefined, '', 0],
    ['response', undefined, '', 1],
    ['body', 200, '01234', 1],
  ] as const)('a reset at the %s', async (reset, status, body, heardBy) => {
    await using proxy = await startFaultProxy(target);
    const rule = proxy.inject({}, { reset });
    expect(await ask(proxy.endpoint)).toMatchObject({
      status,
      body,
      error: 'ECONNRESET',
    });
    await rule.reached;
    expect(heard).toHaveLength(heardBy);
  });

  test('a body shorter than announced', async () => {
    await using proxy = await startFaultProxy(target);
    proxy.inject({}, { truncate: 'with-length', cutAfterBytes: 3 });
    expect(await ask(proxy.endpoint)).toMatchObject({
      status: 200,
      body: '012',
      error: 'ECONNRESET',
      headers: { 'content-length': '10' },
    });
  });

  test('a short body that looks complete', async () => {
    await using proxy = await startFaultProxy(target);
    proxy.inject({}, { truncate: 'without-length', cutAfterBytes: 3 });
    const seen = await ask(proxy.endpoint);
    expect(seen).toMatchObject({ status: 200, body: '012', error: undefined });
    expect(seen.headers).not.toHaveProperty('content-length');
  });

  test('another error instead of the one of the server', async () => {
    await using proxy = await startFaultProxy(target);
    proxy.inject(
      {},
      { mapStatus: { from: 404, to: 403, code: 'AccessDenied' } },
    );
    expect(await ask(`${proxy.endpoint}/missing`)).toMatchObject({
      status: 403,
      body: expect.stringContaining('<Code>AccessDenied</Code>'),
    });
    expect((await ask(`${proxy.endpoint}/there`)).status).toBe(200);
  });

  test('everything, at a pace and after a delay', async () => {
    await using proxy = await startFaultProxy(target);
    proxy.inject({}, { bytesPerSecond: 100, delayMs: 30 });
    const started = performance.now();
    expect(await ask(proxy.endpoint)).toMatchObject({ body: '0123456789' });
    // 30 ms, then 50 ms between two slices: a bound that no slow machine breaks.
    expect(performance.now() - started).toBeGreaterThan(75);
  });
});

describe('a hang', () => {
  test.each([
    ['request', 0, undefined],
    ['response', 1, undefined],
    ['body', 1, 200],
  ] as const)(
    'at the %s lasts until the proxy is closed',
    async (hang, heardBy, status) => {
      let asked: Promise<Answer> | undefined;
      {
        await using proxy = await startFaultProxy(target);
        const rule = proxy.inject({}, { hang });
        asked = ask(proxy.endpoint);
        await rule.reached;
        expect(heard).toHaveLength(heardBy);
        expect(proxy.requests[0]?.status).toBe(status);
      }
      expect(await asked).toMatchObject({ status, error: 'ECONNRESET' });
    },
  );
});

test('bodies stream: memory does not grow with them', async () => {
  await using proxy = await startFaultProxy(target);
  const chunk = Buffer.alloc(1 << 20);
  const outgoing = request(proxy.endpoint, { method: 'PUT', agent: false });
  const answered = once(outgoing, 'response');
  const before = process.memoryUsage().arrayBuffers;
  let peak = 0;
  for (let sent = 0; sent < 300; sent++) {
    if (!outgoing.write(chunk)) await once(outgoing, 'drain');
    peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
  }
  outgoing.end();
  await answered;
  expect(heard).toEqual([`PUT / ${300 << 20}`]);
  expect(peak).toBeLessThan(100 << 20);
});
