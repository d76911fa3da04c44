/**
 * The probes against servers and configurations that differ in what they keep: each is told apart by name.
 */
import {
  S3_USERS,
  startFaultProxy,
  startS3Server,
  type FaultProxy,
  type S3Server,
  type S3User,
  type TestBucket,
} from '@nx-notebook/testing';
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  test,
} from '@jest/globals';
import {
  bucketPolicy,
  parseScope,
  probeBucket,
  type Finding,
  type ProbeOptions,
} from '../../src/index.js';

const PREFIX = 'team';
const FORMAT = '{"layout":1,"digest":"sha256"}\n';

let server: S3Server;
let bucket: TestBucket;
const environment = { ...process.env };

beforeAll(async () => {
  server = await startS3Server();
});
afterAll(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  bucket = await server.makeBucket({ policy: policyOf });
  await bucket.put(`${PREFIX}/_meta/format.json`, FORMAT);
});
afterEach(() => {
  process.env = { ...environment };
});

function policyOf(name: string): object {
  return bucketPolicy({ bucket: name, prefix: PREFIX }, [
    { role: { kind: 'trusted' }, principals: ['main'] },
    { role: { kind: 'untrusted', name: 'pr-42' }, principals: ['pr-42'] },
    { role: { kind: 'reader' }, principals: ['developer'] },
  ]);
}

/** Probes as an account, with the SDK's own variables. */
async function probeAs(
  user: S3User,
  role: { readonly scope?: string; readonly access?: 'read' | 'read-write' },
  more: { readonly endpoint?: string; readonly bucket?: string } = {},
): Promise<readonly Finding[]> {
  Object.assign(process.env, server.env(user));
  const scope = role.scope === undefined ? undefined : parseScope(role.scope);
  const options: ProbeOptions = {
    bucket: more.bucket ?? bucket.name,
    prefix: PREFIX,
    s3: { endpoint: more.endpoint ?? server.endpoint },
    access: role.access ?? (scope === undefined ? 'read' : 'read-write'),
    ...(scope === undefined ? {} : { scope }),
  };
  return probeBucket(options);
}

/** The status of each check. */
function statuses(findings: readonly Finding[]): Record<string, string> {
  return Object.fromEntries(
    findings.map(({ check, status }) => [check, status]),
  );
}

const startProxy = (): Promise<FaultProxy> =>
  startFaultProxy(server.endpoint, {
    credentials: S3_USERS.map((user) => server.credentials(user)),
  });

const names = async (): Promise<readonly string[]> =>
  (await bucket.list()).map(({ key }) => key.slice(PREFIX.length + 1)).sort();

/** What a good server says to main with the policy of main. */
const main = {
  reach: 'safe',
  clock: 'safe',
  'write-trusted': 'safe',
  'delete-trusted': 'safe',
  'read-trusted': 'safe',
  'missing-objects': 'safe',
  'create-once': 'safe',
  'replace-unchanged': 'safe',
  checksums: 'safe',
  'create-once-in-parts': 'safe',
  'create-once-enforced': 'note',
  lifecycle: 'unknown',
};
const pullRequest = {
  ...main,
  'write-own-scope': 'safe',
  'write-other-scopes': 'safe',
};
const reader = {
  reach: 'safe',
  clock: 'safe',
  'write-trusted': 'safe',
  'delete-trusted': 'safe',
  'read-trusted': 'safe',
  'missing-objects': 'safe',
  'create-once': 'unknown',
  lifecycle: 'unknown',
};

describe('with the ready-made policies', () => {
  test('main, a pull request and a developer are as they should be', async () => {
    expect(statuses(await probeAs('main', { scope: 'trusted' }))).toEqual(main);
    expect(statuses(await probeAs('pr-42', { scope: 'pr-42' }))).toEqual(
      pullRequest,
    );
    expect(statuses(await probeAs('developer', {}))).toEqual(reader);
  });

  test('little is left, and nothing that could be found', async () => {
    await probeAs('main', { scope: 'trusted' });
    await probeAs('pr-42', { scope: 'pr-42' });
    await probeAs('developer', {});
    expect(await names()).toEqual([
      '_meta/format.json',
      't/doctor/ac/probe',
      expect.stringMatching(/^t\/doctor\/ac\/race-[0-9a-f]{16}\.json$/),
      't/doctor/cas/probe',
      'u/pr-42/doctor/ac/probe',
      expect.stringMatching(/^u\/pr-42\/doctor\/ac\/race-[0-9a-f]{16}\.json$/),
    ]);
    expect(await bucket.openUploads()).toEqual([]);
  });

  test('who is configured for more than they may is told so', async () => {
    const findings = await probeAs('developer', { scope: 'trusted' });
    expect(findings).toContainEqual({
      check: 'write-trusted',
      status: 'broken',
      title: 'results can not be written to t/',
      detail:
        'This run is configured to share what everybody reads (storeScope "trusted"), and its credentials may not.',
      remedy:
        'Give them policies/main.json; or set storeAccess to "read", or storeScope to the name of a scope of your own.',
    });
    expect(
      statuses(await probeAs('pr-42', { scope: 'pr-43' }))['write-own-scope'],
    ).toBe('broken');
  });

  test('credentials of main in a pull request or at a desk are unsafe', async () => {
    const inPullRequest = await probeAs('main', { scope: 'pr-42' });
    expect(statuses(inPullRequest)).toMatchObject({
      'write-trusted': 'unsafe',
      'write-own-scope': 'broken',
    });
    expect(statuses(await probeAs('main', {}))['write-trusted']).toBe('unsafe');
  });

  test('reading can be seen only after main has looked', async () => {
    const seen = async (): Promise<string | undefined> =>
      statuses(await probeAs('developer', {}))['read-trusted'];
    expect(await seen()).toBe('unknown');
    await probeAs('main', { scope: 'trusted' });
    expect(await seen()).toBe('safe');
  });
});

describe('without policies, as the owner of everything', () => {
  beforeEach(() => bucket.setPolicy(undefined));

  test('main works, and may more than it needs', async () => {
    expect(statuses(await probeAs('root', { scope: 'trusted' }))).toEqual({
      ...main,
      'write-other-scopes': 'note',
      'delete-trusted': 'note',
    });
    expect(await names()).toEqual(['_meta/format.json', 't/doctor/ac/probe']);
  });

  test.each([
    ['a pull request', { scope: 'pr-42' }],
    ['a developer', {}],
  ])('%s is unsafe', async (_, role) => {
    expect(statuses(await probeAs('root', role))).toMatchObject({
      'write-trusted': 'unsafe',
      'delete-trusted': 'unsafe',
      'write-other-scopes': 'note',
    });
    expect(await names()).toEqual(['_meta/format.json']);
  });

  test('a developer can spoil less where only signed results are taken', async () => {
    Object.assign(process.env, server.env('root'));
    const findings = await probeBucket({
      bucket: bucket.name,
      prefix: PREFIX,
      s3: {},
      access: 'read',
      takesOnlySigned: true,
    });
    expect(statuses(findings)).toMatchObject({
      'write-trusted': 'note',
      'delete-trusted': 'unsafe',
    });
  });

  test('others see that they may do nothing', async () => {
    expect(await probeAs('developer', {})).toEqual([
      {
        check: 'reach',
        status: 'broken',
        title: `s3://${bucket.name}/team does not let developer read _meta/format.json`,
        detail: expect.any(String),
        remedy: expect.stringContaining('policies/reader.json'),
      },
      expect.objectContaining({ check: 'clock', status: 'safe' }),
      expect.objectContaining({ check: 'write-trusted', status: 'safe' }),
      expect.objectContaining({ check: 'delete-trusted', status: 'safe' }),
      expect.objectContaining({ check: 'read-trusted', status: 'unknown' }),
      expect.objectContaining({ check: 'missing-objects', status: 'note' }),
      expect.objectContaining({ check: 'create-once', status: 'unknown' }),
      expect.objectContaining({ check: 'lifecycle', status: 'unknown' }),
    ]);
  });
});

describe('a server that', () => {
  test.each<[string, RegExp, Record<string, string>]>([
    [
      'ignores If-None-Match',
      /^if-none-match$/i,
      { 'create-once': 'unsafe', 'create-once-in-parts': 'note' },
    ],
    ['ignores If-Match', /^if-match$/i, { 'replace-unchanged': 'unsafe' }],
    ['ignores checksums', /^x-amz-(sdk-)?checksum-/i, { checksums: 'unsafe' }],
  ])('%s is told apart by that alone', async (_, dropped, differs) => {
    await using proxy = await startProxy();
    proxy.inject({ method: 'PUT' }, { dropHeaders: [dropped] });
    proxy.inject({ method: 'POST' }, { dropHeaders: [dropped] });
    const { endpoint } = proxy;
    expect(
      statuses(await probeAs('main', { scope: 'trusted' }, { endpoint })),
    ).toEqual({ ...main, ...differs });
  });

  test('says 403 for what is missing is no reason to worry', async () => {
    await probeAs('main', { scope: 'trusted' });
    await using proxy = await startProxy();
    proxy.inject(
      {},
      { mapStatus: { from: 404, to: 403, code: 'AccessDenied' } },
    );
    const { endpoint } = proxy;
    expect(statuses(await probeAs('developer', {}, { endpoint }))).toEqual({
      ...reader,
      'missing-objects': 'note',
    });
  });

  test('answers 409 to writers at the same moment has one winner, too', async () => {
    await using proxy = await startProxy();
    proxy.inject(
      { method: 'PUT', path: /\/race-/, skip: 3 },
      { answer: { status: 409, code: 'ConditionalRequestConflict' } },
    );
    const { endpoint } = proxy;
    const seen = await probeAs('main', { scope: 'trusted' }, { endpoint });
    expect(statuses(seen)['create-once']).toBe('safe');
  });

  test('fails in the middle of the race leaves it open', async () => {
    await using proxy = await startProxy();
    proxy.inject(
      { method: 'PUT', path: /\/race-/, skip: 3 },
      { answer: { status: 503, code: 'SlowDown' } },
    );
    const { endpoint } = proxy;
    expect(
      await probeAs('main', { scope: 'trusted' }, { endpoint }),
    ).toContainEqual({
      check: 'create-once',
      status: 'unknown',
      title: 'the race of writers could not be run',
      detail: expect.stringContaining('SlowDown'),
      remedy: 'Run doctor again.',
    });
  });

  test('knows no conditions can not be used', async () => {
    await using proxy = await startProxy();
    const unknown = { answer: { status: 501, code: 'NotImplemented' } };
    // The race, and what asks whether something may be created.
    proxy.inject({ method: 'PUT', path: /\/race-/ }, unknown);
    const { endpoint } = proxy;
    expect(
      await probeAs('main', { scope: 'trusted' }, { endpoint }),
    ).toContainEqual(
      expect.objectContaining({ check: 'create-once', status: 'broken' }),
    );
  });

  test.each([
    [20 * 60_000, 'behind'],
    [-20 * 60_000, 'ahead of'],
  ])('has a clock that is %d ms off', async (clockSkewMs, word) => {
    await using proxy = await startProxy();
    proxy.inject({}, { clockSkewMs });
    const { endpoint } = proxy;
    expect(await probeAs('developer', {}, { endpoint })).toContainEqual({
      check: 'clock',
      status: 'broken',
      title: `this machine's clock is 20 minutes ${word} the server's`,
      detail: expect.any(String),
      remedy: 'Set the clock of this machine, for example by NTP.',
    });
  });

  test('can not be reached is said once', async () => {
    const proxy = await startProxy();
    const { endpoint } = proxy;
    await proxy[Symbol.asyncDispose]();
    expect(await probeAs('developer', {}, { endpoint })).toEqual([
      {
        check: 'reach',
        status: 'broken',
        title: `s3://${bucket.name}/team can not be used`,
        detail: expect.stringContaining('ECONNREFUSED'),
        remedy: expect.any(String),
      },
    ]);
  });

  test('does not know the credentials is said once, without secrets', async () => {
    Object.assign(process.env, server.env('developer'));
    process.env['AWS_SECRET_ACCESS_KEY'] = 'a-wrong-secret';
    const findings = await probeBucket({
      bucket: bucket.name,
      prefix: PREFIX,
      s3: {},
      access: 'read',
    });
    expect(findings).toMatchObject([
      {
        check: 'reach',
        status: 'broken',
        detail: expect.stringContaining('AWS_SECRET_ACCESS_KEY'),
      },
      { check: 'clock', status: 'safe' },
    ]);
    expect(JSON.stringify(findings)).not.toContain('a-wrong-secret');
  });
});

test('an empty store, a foreign one and no bucket are told apart', async () => {
  await bucket.put(`${PREFIX}/_meta/format.json`, '{"layout":2}');
  expect(statuses(await probeAs('main', { scope: 'trusted' }))).toEqual({
    reach: 'broken',
    clock: 'safe',
  });
  await bucket.delete(`${PREFIX}/_meta/format.json`);
  expect(statuses(await probeAs('main', { scope: 'trusted' }))).toEqual({
    ...main,
    reach: 'note',
  });
  expect(
    await probeAs('main', { scope: 'trusted' }, { bucket: 'nowhere' }),
  ).toEqual([
    expect.objectContaining({
      check: 'reach',
      status: 'broken',
      detail: expect.stringContaining('There is no bucket nowhere'),
    }),
    expect.objectContaining({ check: 'clock' }),
  ]);
});
