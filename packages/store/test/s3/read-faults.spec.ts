/**
 * Reading from servers that fail in every way that was seen or told of.
 */
import {
  afterEach,
  beforeEach,
  describe,
  expect,
  jest,
  test,
} from '@jest/globals';
import {
  broken,
  head,
  ok,
  refusal,
  reset,
  ScriptedServer,
  silence,
} from './scripted-server.js';
import {
  bucketAt,
  contentOf,
  textOf,
  trouble,
  useCredentials,
} from './transport-harness.js';

beforeEach(() => useCredentials('key', 'secret'));
afterEach(() => void jest.restoreAllMocks());

test('an object is read whole', async () => {
  await using server = await ScriptedServer.start(ok('bytes'));
  const opened = await bucketAt(server).read('a/b c');
  expect(opened).toMatchObject({ status: 'open', sizeBytes: 5, etag: '"e1"' });
  expect('body' in opened && (await textOf(opened.body))).toBe('bytes');
  expect(server.lines).toEqual(['GET /b/p/a/b%20c?x-id=GetObject']);
});

test('a range is asked for, and its size is that of the whole', async () => {
  await using server = await ScriptedServer.start((response) => {
    response.writeHead(206, {
      etag: '"e1"',
      'content-range': 'bytes 1-3/9',
      'content-length': 3,
    });
    response.end('yte');
  });
  const opened = await bucketAt(server).read('a', {
    range: { start: 1, end: 4 },
  });
  expect(opened).toMatchObject({ status: 'open', sizeBytes: 9 });
  expect('body' in opened && (await textOf(opened.body))).toBe('yte');
  expect(server.received[0]?.headers.range).toBe('bytes=1-3');
});

test('a server that ignores ranges is refused', async () => {
  await using server = await ScriptedServer.start(ok('bytes'));
  const range = { start: 1, end: 3 };
  expect(await bucketAt(server).read('a', { range })).toEqual(
    trouble('refused', 's3://b/p does not give ranges of objects.'),
  );
});

test('what may pass is tried again', async () => {
  await using server = await ScriptedServer.start(
    refusal(503, 'SlowDown'),
    reset,
    refusal(500, 'InternalError'),
    refusal(429, 'TooManyRequests'),
    ok('bytes'),
  );
  expect(await contentOf(bucketAt(server), 'a')).toBe('bytes');
  expect(server.received).toHaveLength(5);
});

test('but not for ever', async () => {
  await using server = await ScriptedServer.start(refusal(503, 'SlowDown'));
  expect(await contentOf(bucketAt(server), 'a')).toEqual(
    trouble('server-error', 's3://b/p is out of order (SlowDown, 503).'),
  );
  expect(server.received).toHaveLength(5);
});

test('a server that never answers costs two time-outs', async () => {
  await using server = await ScriptedServer.start(silence);
  expect(await contentOf(bucketAt(server, { silenceMs: 500 }), 'a')).toEqual(
    trouble('time-out', 's3://b/p was silent for 0.5 s.'),
  );
  expect(server.received).toHaveLength(2);
});

describe('a body', () => {
  test('that stalls fails', async () => {
    await using server = await ScriptedServer.start(
      broken('by', { 'content-length': 5 }, 'silent'),
    );
    expect(await contentOf(bucketAt(server, { silenceMs: 500 }), 'a')).toEqual(
      trouble('time-out', 's3://b/p was silent for 0.5 s.'),
    );
  });

  test('that is cut fails', async () => {
    await using server = await ScriptedServer.start(
      broken('by', { 'content-length': 5 }, 'cut'),
    );
    expect(await contentOf(bucketAt(server), 'a')).toEqual(
      trouble(
        'unreachable',
        's3://b/p: the connection was cut after 2 of 5 bytes.',
      ),
    );
  });

  test('that is short without saying so fails', async () => {
    await using server = await ScriptedServer.start(
      broken('by', {}, 'ended'),
      head(5),
    );
    expect(await contentOf(bucketAt(server), 'a')).toEqual(
      trouble(
        'unreachable',
        's3://b/p: the connection was cut after 2 of 5 bytes.',
      ),
    );
    expect(server.lines).toEqual(['GET /b/p/a?x-id=GetObject', 'HEAD /b/p/a']);
  });

  test('without a length counts when it is complete', async () => {
    await using server = await ScriptedServer.start(
      broken('bytes', {}, 'ended'),
      head(5),
    );
    expect(await contentOf(bucketAt(server), 'a')).toBe('bytes');
  });

  test('without a length, of an object that changes, is refused', async () => {
    await using server = await ScriptedServer.start(
      broken('bytes', {}, 'ended'),
      head(5, '"e2"'),
    );
    expect(await contentOf(bucketAt(server), 'a')).toMatchObject({
      reason: 'refused',
    });
  });

  test('that is longer than announced fails', async () => {
    await using server = await ScriptedServer.start(
      broken('bytes', {}, 'ended'),
      head(3),
    );
    expect(await contentOf(bucketAt(server), 'a')).toEqual(
      trouble(
        'server-error',
        's3://b/p sent more than the 3 bytes that it announced.',
      ),
    );
  });

  test('ends when its reader gives up', async () => {
    await using server = await ScriptedServer.start(
      broken('by', { 'content-length': 5 }, 'silent'),
    );
    const giveUp = new AbortController();
    const opened = await bucketAt(server, { silenceMs: 60_000 }).read('a', {
      signal: giveUp.signal,
    });
    giveUp.abort();
    expect('body' in opened && (await textOf(opened.body))).toEqual(
      trouble('aborted', 's3://b/p: given up.'),
    );
  });
});

test('a request ends when its caller gives up', async () => {
  const giveUp = new AbortController();
  await using server = await ScriptedServer.start(() => giveUp.abort());
  const bucket = bucketAt(server, { silenceMs: 60_000 });
  expect(await bucket.read('a', { signal: giveUp.signal })).toEqual(
    trouble('aborted', 's3://b/p: given up.'),
  );
});

test.each([
  [404, 'NoSuchKey', 'missing', 'There is no such object in s3://b/p.'],
  [
    404,
    'NoSuchBucket',
    'no-bucket',
    'There is no bucket b at <endpoint>. Check the address of the store.',
  ],
  [
    403,
    'AccessDenied',
    'forbidden',
    'These credentials may not do this in s3://b/p (AccessDenied, 403).',
  ],
  [
    403,
    'InvalidAccessKeyId',
    'unauthorised',
    's3://b/p refuses us: the access key is not known there. Check AWS_ACCESS_KEY_ID or the profile.',
  ],
  [
    403,
    'SignatureDoesNotMatch',
    'unauthorised',
    's3://b/p refuses us: the secret does not belong to the access key. Check AWS_SECRET_ACCESS_KEY or the profile.',
  ],
  [
    400,
    'ExpiredToken',
    'unauthorised',
    's3://b/p refuses us: the credentials have expired. Sign in again, for example with `aws sso login`.',
  ],
  [
    401,
    'Unauthorized',
    'unauthorised',
    's3://b/p refuses us: the credentials were not accepted (401).',
  ],
  [
    501,
    'NotImplemented',
    'refused',
    's3://b/p: the server does not implement what was asked for (NotImplemented, 501).',
  ],
  [
    416,
    'InvalidRange',
    'refused',
    's3://b/p: the request was not accepted (InvalidRange, 416).',
  ],
] as const)(
  '%d %s is %s and not tried again',
  async (status, code, reason, message) => {
    await using server = await ScriptedServer.start(refusal(status, code));
    expect(await bucketAt(server).read('a')).toEqual(
      trouble(reason, message.replace('<endpoint>', server.endpoint)),
    );
    expect(server.received).toHaveLength(1);
  },
);

test.each([
  [
    301,
    'PermanentRedirect',
    { headers: { 'x-amz-bucket-region': 'eu-west-1' } },
  ],
  [400, 'AuthorizationHeaderMalformed', { xml: '<Region>eu-west-1</Region>' }],
])('%d %s names the right region', async (status, code, more) => {
  await using server = await ScriptedServer.start(refusal(status, code, more));
  expect(await bucketAt(server).read('a')).toEqual(
    trouble(
      'no-bucket',
      "s3://b/p can't be used: the bucket b is in another region. It is in eu-west-1: set storeRegion or AWS_REGION to it.",
    ),
  );
});

test('a clock that is off is made up for', async () => {
  const date = new Date(Date.now() + 3_600_000).toUTCString();
  await using server = await ScriptedServer.start(
    refusal(403, 'RequestTimeTooSkewed', { headers: { date } }),
    ok('bytes', { date }),
  );
  expect(await contentOf(bucketAt(server), 'a')).toBe('bytes');
});

test('a clock that is off in spite of it is said', async () => {
  await using server = await ScriptedServer.start(
    refusal(403, 'RequestTimeTooSkewed'),
  );
  expect(await bucketAt(server).read('a')).toEqual(
    trouble(
      'unauthorised',
      "s3://b/p refuses us: this machine's clock is off by too much. Set the clock, for example by NTP.",
    ),
  );
});

test('a server that is none of S3 is told apart', async () => {
  await using server = await ScriptedServer.start((response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<html><body>Welcome</body></html>');
  });
  const message =
    's3://b/p does not answer as S3 does: no ETag came back. Check storeEndpoint.';
  expect(await bucketAt(server).read('a')).toEqual(
    trouble('no-bucket', message),
  );
});

test('nobody at home', async () => {
  const server = await ScriptedServer.start();
  const { endpoint } = server;
  await server[Symbol.asyncDispose]();
  expect(await bucketAt({ endpoint }).read('a')).toEqual(
    trouble(
      'unreachable',
      `s3://b/p at ${endpoint} can't be reached: nothing listens there (ECONNREFUSED).`,
    ),
  );
});

test('https where http is spoken', async () => {
  await using server = await ScriptedServer.start(ok());
  const endpoint = server.endpoint.replace('http:', 'https:');
  expect(await bucketAt({ endpoint }).read('a')).toEqual(
    trouble(
      'unreachable',
      `s3://b/p at ${endpoint} can't be reached: it does not speak TLS there; is it http:// instead of https://? (EPROTO).`,
    ),
  );
});

test('no credentials are said with the next step', async () => {
  await using server = await ScriptedServer.start(ok());
  Reflect.deleteProperty(process.env, 'AWS_ACCESS_KEY_ID');
  expect(await bucketAt(server).read('a')).toEqual(
    trouble(
      'unauthorised',
      'There are no credentials for s3://b/p: Could not load credentials from any providers. Set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in, for example with `aws sso login`.',
    ),
  );
});

describe('stat', () => {
  test('gives size and etag', async () => {
    await using server = await ScriptedServer.start(head(7));
    expect(await bucketAt(server).stat('a')).toEqual({
      status: 'found',
      sizeBytes: 7,
      etag: '"e1"',
    });
  });

  test('asks for the reason of a refusal', async () => {
    await using server = await ScriptedServer.start(
      refusal(400, ''),
      refusal(400, 'ExpiredToken'),
    );
    expect(await bucketAt(server).stat('a')).toMatchObject({
      reason: 'unauthorised',
    });
    expect(server.received[1]?.headers.range).toBe('bytes=0-0');
  });

  test('does not ask each time where missing objects are forbidden', async () => {
    await using server = await ScriptedServer.start(
      refusal(403, 'AccessDenied'),
    );
    const bucket = bucketAt(server);
    const reasons = [
      await bucket.stat('a'),
      await bucket.stat('b'),
      await bucket.stat('c'),
    ].map((outcome) => 'reason' in outcome && outcome.reason);
    expect(reasons).toEqual(['forbidden', 'forbidden', 'forbidden']);
    expect(server.lines).toEqual([
      'HEAD /b/p/a',
      'GET /b/p/a?x-id=GetObject',
      'HEAD /b/p/b',
      'HEAD /b/p/c',
    ]);
  });
});

test('names are listed page by page, without the prefix', async () => {
  const page = (key: string, next = ''): string =>
    `<ListBucketResult><IsTruncated>${next !== ''}</IsTruncated>${next}<Contents><Key>${key}</Key><Size>3</Size><LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents></ListBucketResult>`;
  await using server = await ScriptedServer.start(
    ok(page('p/t/a', '<NextContinuationToken>n</NextContinuationToken>')),
    ok(page('p/t/b')),
  );
  const pages = [];
  for await (const listed of bucketAt(server).list('t/')) pages.push(listed);
  const modifiedMs = Date.UTC(2026, 0, 2, 3, 4, 5);
  expect(pages).toEqual([
    { status: 'listed', objects: [{ name: 't/a', sizeBytes: 3, modifiedMs }] },
    { status: 'listed', objects: [{ name: 't/b', sizeBytes: 3, modifiedMs }] },
  ]);
  expect(server.received[1]?.url).toContain('continuation-token=n');
});

test('nothing is said on the console', async () => {
  const said = jest.spyOn(process, 'emitWarning');
  const logs = (['log', 'warn', 'error'] as const).map((name) =>
    jest.spyOn(console, name).mockImplementation(() => undefined),
  );
  await using server = await ScriptedServer.start(refusal(503, 'SlowDown'));
  await bucketAt(server).read('a');
  expect([said, ...logs].flatMap(({ mock }) => mock.calls)).toEqual([]);
});
