/**
 * Writing and copying at servers that fail: what arrives is whole or nothing, and a lost reply is cleared up.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { beforeEach, describe, expect, test } from '@jest/globals';
import {
  head,
  ok,
  refusal,
  reset,
  ScriptedServer,
  silence,
  type Answer,
} from './scripted-server.js';
import {
  bucketAt,
  digestOf,
  sourceOf,
  trouble,
  useCredentials,
} from './transport-harness.js';

beforeEach(() => useCredentials('key', 'secret'));

const absent = { condition: { when: 'absent' } } as const;
const written = { status: 'written' };
const standsInTheWay = trouble(
  'exists',
  's3://b/p has another object there already.',
);

test('bytes go as they are, with their length and sha256', async () => {
  await using server = await ScriptedServer.start(ok());
  expect(await bucketAt(server).write('a', sourceOf('bytes'))).toEqual(written);
  const [{ headers, ...received } = { headers: {} }] = server.received;
  expect(received).toEqual({
    method: 'PUT',
    url: '/b/p/a?x-id=PutObject',
    body: 'bytes',
  });
  expect(headers).toMatchObject({
    'content-length': '5',
    'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    'x-amz-checksum-sha256': Buffer.from(digestOf('bytes'), 'hex').toString(
      'base64',
    ),
  });
  expect(Object.keys(headers)).not.toContain('transfer-encoding');
  expect(Object.keys(headers)).not.toContain('content-encoding');
});

test.each([
  [absent, { 'if-none-match': '*' }],
  [
    { condition: { when: 'unchanged', etag: '"e"' } } as const,
    { 'if-match': '"e"' },
  ],
])('the condition %j is the header %j', async (options, header) => {
  await using server = await ScriptedServer.start(
    refusal(412, 'PreconditionFailed'),
  );
  const outcome = await bucketAt(server).write('a', sourceOf('b'), options);
  expect(outcome).toEqual(standsInTheWay);
  expect(server.received).toHaveLength(1);
  expect(server.received[0]?.headers).toMatchObject(header);
});

test('each try opens the source anew', async () => {
  await using server = await ScriptedServer.start(
    refusal(503, 'SlowDown'),
    reset,
    ok(),
  );
  const source = sourceOf('bytes');
  expect(await bucketAt(server).write('a', source)).toEqual(written);
  expect(server.received.map(({ body }) => body)).toEqual(
    new Array(3).fill('bytes'),
  );
  expect(source.opened).toEqual(['0-5', '0-5', '0-5']);
});

test('a server that takes the bytes and then says nothing', async () => {
  await using server = await ScriptedServer.start(silence);
  const bucket = bucketAt(server, { silenceMs: 500 });
  expect(await bucket.write('a', sourceOf('bytes'))).toEqual(
    trouble('time-out', 's3://b/p was silent for 0.5 s.'),
  );
  expect(server.received).toHaveLength(2);
});

describe('after a lost reply', () => {
  test('what stands there may be ours', async () => {
    await using server = await ScriptedServer.start(
      reset,
      refusal(412, 'PreconditionFailed'),
      head(5),
      ok('bytes'),
    );
    const outcome = await bucketAt(server).write(
      'a',
      sourceOf('bytes'),
      absent,
    );
    expect(outcome).toEqual(written);
  });

  test.each([
    ['other bytes', [head(5), ok('other')]],
    ['another size', [head(4)]],
    ['what can not be looked at', [refusal(403, 'AccessDenied')]],
  ])('%s are not', async (_, answers) => {
    await using server = await ScriptedServer.start(
      reset,
      refusal(412, 'PreconditionFailed'),
      ...answers,
    );
    const outcome = await bucketAt(server).write(
      'a',
      sourceOf('bytes'),
      absent,
    );
    expect(outcome).toEqual(standsInTheWay);
  });
});

describe('two writers at the same time', () => {
  const conflict = refusal(409, 'ConditionalRequestConflict');

  test('try again', async () => {
    await using server = await ScriptedServer.start(conflict, ok());
    const outcome = await bucketAt(server).write('a', sourceOf('b'), absent);
    expect(outcome).toEqual(written);
  });

  test('find out who won', async () => {
    await using server = await ScriptedServer.start(
      ...new Array<Answer>(5).fill(conflict),
      head(5),
      ok('other'),
    );
    const outcome = await bucketAt(server).write('a', sourceOf('b'), absent);
    expect(outcome).toEqual(standsInTheWay);
  });
});

test('bytes that arrive changed twice are a changed file', async () => {
  await using server = await ScriptedServer.start(refusal(400, 'BadDigest'));
  expect(await bucketAt(server).write('a', sourceOf('bytes'))).toEqual(
    trouble(
      'source-changed',
      'The bytes that arrived in s3://b/p are not those that were announced: the file changed meanwhile.',
    ),
  );
  expect(server.received).toHaveLength(2);
});

test.each([
  ['has shrunk', () => Readable.from([Buffer.from('byt')]), 'it has shrunk'],
  ['has grown', () => Readable.from([Buffer.from('bytes!')]), 'it has grown'],
  [
    'is gone',
    () => createReadStream('/nowhere/to/be/found'),
    'it does not exist (ENOENT)',
  ],
])('a source that %s ends the write', async (_, open, why) => {
  await using server = await ScriptedServer.start(ok());
  const source = { ...sourceOf('bytes'), open };
  const bucket = bucketAt(server, { silenceMs: 60_000 });
  expect(await bucket.write('a', source)).toEqual(
    trouble(
      'source-changed',
      `The file to upload no longer has the bytes that were announced: ${why}.`,
    ),
  );
});

test('what answers without an etag is none of S3', async () => {
  await using server = await ScriptedServer.start((response) => {
    response.end('<html></html>');
  });
  expect(await bucketAt(server).write('a', sourceOf('b'))).toMatchObject({
    reason: 'no-bucket',
  });
});

describe('in parts', () => {
  const limits = { singleWriteBytes: 4, partBytes: 4, parallelParts: 1 };
  const begun = ok(
    '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>',
  );
  const part = ok('', { etag: '"0cc175b9c0f1b6a831c399e269772661"' });
  const completed = ok(
    '<CompleteMultipartUploadResult><ETag>"e"</ETag></CompleteMultipartUploadResult>',
  );
  test('each part has its sha256; a failed one is sent again alone', async () => {
    await using server = await ScriptedServer.start(
      begun,
      part,
      refusal(503, 'SlowDown'),
      part,
      completed,
    );
    const bucket = bucketAt(server, limits);
    expect(await bucket.write('a', sourceOf('1234567'), absent)).toEqual(
      written,
    );
    expect(
      server.received
        .slice(1, 4)
        .map(({ body, headers }) => [body, headers['x-amz-checksum-sha256']]),
    ).toEqual(
      ['1234', '567', '567'].map((body) => [
        body,
        Buffer.from(digestOf(body), 'hex').toString('base64'),
      ]),
    );
    expect(server.received[4]?.headers['if-none-match']).toBe('*');
    expect(server.received[4]?.headers).not.toHaveProperty('if-match');
  });

  test('a part that fails for good gives the upload up', async () => {
    await using server = await ScriptedServer.start(
      begun,
      refusal(403, 'AccessDenied'),
      ok(),
    );
    const bucket = bucketAt(server, limits);
    expect(await bucket.write('a', sourceOf('1234567'))).toMatchObject({
      reason: 'forbidden',
    });
    expect(server.lines.at(-1)).toBe(
      'DELETE /b/p/a?uploadId=u&x-id=AbortMultipartUpload',
    );
    expect(server.received).toHaveLength(3);
  });

  test('a caller that gives up leaves no parts', async () => {
    const giveUp = new AbortController();
    await using server = await ScriptedServer.start(
      begun,
      () => giveUp.abort(),
      ok(),
    );
    const bucket = bucketAt(server, limits);
    const { signal } = giveUp;
    expect(await bucket.write('a', sourceOf('1234567'), { signal })).toEqual(
      trouble('aborted', 's3://b/p: given up.'),
    );
    expect(server.lines.at(-1)).toContain('DELETE');
  });

  test('a file that is another by now is not completed', async () => {
    await using server = await ScriptedServer.start(begun, part);
    const source = { ...sourceOf('1234567'), sha256: digestOf('else') };
    expect(await bucketAt(server, limits).write('a', source)).toMatchObject({
      reason: 'source-changed',
    });
    expect(server.lines.map((line) => line.split(' ')[0])).toEqual([
      'POST',
      'PUT',
      'PUT',
      'DELETE',
    ]);
  });

  test('a lost reply to the last request is cleared up', async () => {
    await using server = await ScriptedServer.start(
      begun,
      part,
      part,
      reset,
      refusal(404, 'NoSuchUpload'),
      head(7, compositeOf('0cc175b9c0f1b6a831c399e269772661', 2)),
    );
    const bucket = bucketAt(server, limits);
    expect(await bucket.write('a', sourceOf('1234567'))).toEqual(written);
  });

  test('an upload that somebody else gave up is no success', async () => {
    await using server = await ScriptedServer.start(
      begun,
      part,
      part,
      reset,
      refusal(404, 'NoSuchUpload'),
      head(7, '"another"'),
      ok(),
    );
    const bucket = bucketAt(server, limits);
    expect(await bucket.write('a', sourceOf('1234567'))).toMatchObject({
      reason: 'missing',
    });
  });
});

describe('a copy', () => {
  const result = (name: string): string =>
    `<${name}><ETag>"e"</ETag></${name}>`;

  test('happens at the server', async () => {
    await using server = await ScriptedServer.start(
      ok(result('CopyObjectResult')),
    );
    const sizeBytes = 7;
    expect(await bucketAt(server).copy('a b', 'c', { sizeBytes })).toEqual({
      status: 'copied',
    });
    expect(server.lines).toEqual(['PUT /b/p/c?x-id=CopyObject']);
    expect(server.received[0]?.headers['x-amz-copy-source']).toBe('b/p/a%20b');
  });

  test('of too much happens in parts', async () => {
    await using server = await ScriptedServer.start(
      head(7),
      ok(
        '<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>',
      ),
      ok(result('CopyPartResult')),
      ok(result('CopyPartResult')),
      ok(result('CompleteMultipartUploadResult')),
    );
    const limits = { singleCopyBytes: 4, parallelParts: 1 };
    expect(await bucketAt(server, limits).copy('a', 'c')).toEqual({
      status: 'copied',
    });
    expect(
      server.received.map(({ headers }) => headers['x-amz-copy-source-range']),
    ).toEqual([undefined, undefined, 'bytes=0-3', 'bytes=4-6', undefined]);
  });
});

function compositeOf(md5: string, parts: number): string {
  const all = Buffer.from(md5.repeat(parts), 'hex');
  return `"${createHash('md5').update(all).digest('hex')}-${parts}"`;
}
