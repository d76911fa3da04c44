/**
 * The ready-made policies on a real server: what main, pull requests and developers may do, and everything that a
 * pull request tries in order to change what main reads.
 */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteBucketPolicyCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketAclCommand,
  PutBucketPolicyCommand,
  PutObjectAclCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import {
  startS3Server,
  type S3Server,
  type S3User,
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
import { bucketPolicy } from '../../src/index.js';

const PREFIX = 'team/a';
const manifest = `${PREFIX}/t/g2026-01/ac/ab/ab12.json`;
const blob = `${PREFIX}/t/g2026-01/cas/cd/cd34`;
const own = `${PREFIX}/u/pr-42/ac/ab/ab12.json`;
const others = `${PREFIX}/u/pr-43/ac/ab/ab12.json`;
const canary = `${PREFIX}/_meta/format.json`;
const ORIGINAL = 'what main wrote';
const untouched = {
  [canary]: ORIGINAL,
  [manifest]: ORIGINAL,
  [blob]: ORIGINAL,
  [others]: ORIGINAL,
};

let server: S3Server;
let bucket: TestBucket;
const clients = new Map<S3User, S3Client>();

beforeAll(async () => {
  // The SDK would warn of the years to come.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  server = await startS3Server();
});
afterAll(async () => {
  for (const client of clients.values()) client.destroy();
  await server[Symbol.asyncDispose]();
});
beforeEach(async () => {
  bucket = await server.makeBucket({
    policy: (name) =>
      bucketPolicy({ bucket: name, prefix: PREFIX }, [
        { role: { kind: 'trusted' }, principals: ['main'] },
        { role: { kind: 'untrusted', name: 'pr-42' }, principals: ['pr-42'] },
        { role: { kind: 'untrusted', name: 'pr-43' }, principals: ['pr-43'] },
        { role: { kind: 'reader' }, principals: ['developer'] },
      ]),
  });
  for (const key of [canary, manifest, blob, others])
    await bucket.put(key, ORIGINAL);
});

function clientOf(user: S3User): S3Client {
  const known = clients.get(user);
  if (known !== undefined) return known;
  const client = new S3Client({
    endpoint: server.endpoint,
    region: server.region,
    forcePathStyle: true,
    credentials: server.credentials(user),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 1,
  });
  clients.set(user, client);
  return client;
}

/** `ok`, or the status of the refusal. */
type Outcome = number | 'ok';

async function outcome(request: Promise<unknown>): Promise<Outcome> {
  try {
    await request;
    return 'ok';
  } catch (error) {
    const { $metadata } = error as {
      readonly $metadata?: { readonly httpStatusCode?: number };
    };
    if ($metadata?.httpStatusCode === undefined) throw error;
    return $metadata.httpStatusCode;
  }
}

const get = (user: S3User, Key: string): Promise<Outcome> =>
  outcome(
    clientOf(user)
      .send(new GetObjectCommand({ Bucket: bucket.name, Key }))
      .then(({ Body }) => Body?.transformToString()),
  );

const put = (
  user: S3User,
  Key: string,
  more: { readonly IfNoneMatch?: string } = {},
): Promise<Outcome> =>
  outcome(
    clientOf(user).send(
      new PutObjectCommand({ Bucket: bucket.name, Key, Body: 'evil', ...more }),
    ),
  );

const copy = (user: S3User, from: string, Key: string): Promise<Outcome> =>
  outcome(
    clientOf(user).send(
      new CopyObjectCommand({
        Bucket: bucket.name,
        CopySource: `${bucket.name}/${from}`,
        Key,
        ...(from === Key ? { MetadataDirective: 'REPLACE' } : {}),
      }),
    ),
  );

const drop = (user: S3User, Key: string): Promise<Outcome> =>
  outcome(
    clientOf(user).send(new DeleteObjectCommand({ Bucket: bucket.name, Key })),
  );

const list = (user: S3User): Promise<Outcome> =>
  outcome(
    clientOf(user).send(new ListObjectsV2Command({ Bucket: bucket.name })),
  );

/** Everything in the bucket, as its owner sees it. */
async function contents(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { key } of await bucket.list())
    found[key] = (await bucket.get(key))?.toString() ?? '';
  return found;
}

describe('a pull request', () => {
  test('reads what main wrote, and reads and writes its own scope', async () => {
    expect([
      await get('pr-42', canary),
      await get('pr-42', manifest),
      await get('pr-42', blob),
      await put('pr-42', own, { IfNoneMatch: '*' }),
      await get('pr-42', own),
      await put('pr-42', own, { IfNoneMatch: '*' }),
    ]).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 412]);
  });

  test.each<[string, () => Promise<Outcome>]>([
    ['overwrites a manifest', () => put('pr-42', manifest)],
    ['overwrites a blob', () => put('pr-42', blob)],
    ['overwrites the canary', () => put('pr-42', canary)],
    [
      'creates a manifest before main does',
      () =>
        put('pr-42', `${PREFIX}/t/g2026-02/ac/ab/ab12.json`, {
          IfNoneMatch: '*',
        }),
    ],
    [
      'writes a generation in advance',
      () => put('pr-42', `${PREFIX}/t/g2099-01/ac/ab/ab12.json`),
    ],
    [
      'creates an entry of Nx before main does',
      () => put('pr-42', `${PREFIX}/t/g2026-02/nx/shop/ac/ab/ab12.json`),
    ],
    [
      'replays an old manifest under another key',
      () => copy('pr-42', manifest, `${PREFIX}/t/g2026-01/ac/ff/ff00.json`),
    ],
    ['copies over a manifest', () => copy('pr-42', blob, manifest)],
    ['touches a manifest', () => copy('pr-42', manifest, manifest)],
    ['deletes a manifest', () => drop('pr-42', manifest)],
    ['deletes a blob', () => drop('pr-42', blob)],
    ['deletes in its own scope', () => drop('pr-42', own)],
    ['writes into another scope', () => put('pr-42', others)],
    ['reads another scope', () => get('pr-42', others)],
    ['writes beside the prefix', () => put('pr-42', 't/g2026-01/ac/ab/x.json')],
    [
      'writes into a scope that begins like its own',
      () => put('pr-42', `${PREFIX}/u/pr-423/ac/x.json`),
    ],
    ['lists', () => list('pr-42')],
  ])('is refused when it %s', async (_, attempt) => {
    expect(await attempt()).toBe(403);
    expect(await contents()).toEqual(untouched);
  });

  test.each([
    `${PREFIX}/u/pr-42/../../t/g2026-01/ac/ab/ab12.json`,
    `${PREFIX}/u/pr-42/./../../t/g2026-01/cas/cd/cd34`,
    `${PREFIX}/u/pr-42/%2e%2e/%2e%2e/t/g2026-01/ac/ab/ab12.json`,
    `${PREFIX}//t/g2026-01/ac/ab/ab12.json`,
    `/${PREFIX}/t/g2026-01/ac/ab/ab12.json`,
    `${PREFIX}/u/pr-42/../pr-43/ac/ab/ab12.json`,
    `${PREFIX}/T/g2026-01/ac/ab/ab12.json`,
  ])('changes nothing of others by the name %s', async (name) => {
    await put('pr-42', name);
    await copy('pr-42', blob, name);
    const after = await contents();
    const foreign = Object.entries(after).filter(
      ([key]) => !key.startsWith(`${PREFIX}/u/pr-42/`),
    );
    expect(Object.fromEntries(foreign)).toEqual(untouched);
  });

  test('is refused each request of an upload in parts', async () => {
    const where = { Bucket: bucket.name, Key: manifest };
    const create = new CreateMultipartUploadCommand(where);
    const client = clientOf('pr-42');
    expect(await outcome(client.send(create))).toBe(403);
    // Also in an upload that somebody with the right has begun.
    const { UploadId } = await clientOf('main').send(
      new CreateMultipartUploadCommand(where),
    );
    const upload = { ...where, UploadId };
    const part = { ...upload, PartNumber: 1 };
    const CopySource = `${bucket.name}/${blob}`;
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag: '"x"' }] };
    expect([
      await outcome(
        client.send(new UploadPartCommand({ ...part, Body: 'evil' })),
      ),
      await outcome(
        client.send(new UploadPartCopyCommand({ ...part, CopySource })),
      ),
      await outcome(
        client.send(
          new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }),
        ),
      ),
      await outcome(client.send(new AbortMultipartUploadCommand(upload))),
    ]).toEqual([403, 403, 403, 403]);
    expect(await contents()).toEqual(untouched);
  });

  test('is refused to change who may do what', async () => {
    const client = clientOf('pr-42');
    const where = { Bucket: bucket.name };
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: '*',
          Action: 's3:*',
          Resource: `arn:aws:s3:::${bucket.name}/*`,
        },
      ],
    });
    const ACL = 'public-read-write';
    const attempts = [
      client.send(new PutBucketPolicyCommand({ ...where, Policy })),
      client.send(new DeleteBucketPolicyCommand(where)),
      client.send(new PutBucketAclCommand({ ...where, ACL })),
      client.send(new PutObjectAclCommand({ ...where, Key: manifest, ACL })),
    ];
    expect(await Promise.all(attempts.map(outcome))).not.toContain('ok');
    expect(await put('pr-42', manifest)).toBe(403);
  });

  test('deletes nothing by a request for many', async () => {
    const Objects = [{ Key: manifest }, { Key: blob }];
    await outcome(
      clientOf('pr-42').send(
        new DeleteObjectsCommand({ Bucket: bucket.name, Delete: { Objects } }),
      ),
    );
    expect(await contents()).toEqual(untouched);
  });
});

describe('main', () => {
  test('writes what all read, once, and its canary', async () => {
    const fresh = `${PREFIX}/t/g2026-01/ac/ee/ee56.json`;
    expect([
      await put('main', fresh, { IfNoneMatch: '*' }),
      await put('main', fresh, { IfNoneMatch: '*' }),
      await put('main', canary, { IfNoneMatch: '*' }),
      await copy('main', blob, `${PREFIX}/t/g2026-02/cas/cd/cd34`),
    ]).toEqual(['ok', 412, 412, 'ok']);
  });

  test('neither reads nor writes scopes of pull requests, nor deletes', async () => {
    expect([
      await get('main', others),
      await put('main', own),
      await copy('main', others, `${PREFIX}/t/g2026-01/cas/aa/aa`),
      await drop('main', manifest),
      await put('main', `${PREFIX}/_meta/other.json`),
      await put('main', 'elsewhere/x'),
    ]).toEqual([403, 403, 403, 403, 403, 403]);
    expect(await contents()).toEqual(untouched);
  });

  test('uploads in parts, and gives up', async () => {
    const Key = `${PREFIX}/t/g2026-01/cas/ee/ee`;
    const where = { Bucket: bucket.name, Key };
    const client = clientOf('main');
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand(where),
    );
    const upload = { ...where, UploadId };
    const { ETag } = await client.send(
      new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'part' }),
    );
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await client.send(
      new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }),
    );
    expect((await bucket.get(Key))?.toString()).toBe('part');
    const second = await client.send(new CreateMultipartUploadCommand(where));
    await client.send(
      new AbortMultipartUploadCommand({ ...where, UploadId: second.UploadId }),
    );
    expect(await bucket.openUploads()).toEqual([]);
  });
});

test('a developer reads what all read and writes nothing', async () => {
  expect([
    await get('developer', canary),
    await get('developer', manifest),
    await get('developer', others),
    await put('developer', manifest),
    await put('developer', own),
    await put('developer', canary),
    await drop('developer', manifest),
    await copy('developer', manifest, `${PREFIX}/u/x/ac/a`),
    await list('developer'),
  ]).toEqual(['ok', 'ok', 403, 403, 403, 403, 403, 403, 403]);
  expect(await contents()).toEqual(untouched);
});
