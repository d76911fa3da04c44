/**
 * Runs with credentials of their own on a real server with the ready-made policies, which allow neither deleting nor
 * listing: what main wrote is read by all and changed by nobody else, and main never reads what a pull request wrote.
 */
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import {
  openScratch,
  requestFor,
  snapshot,
  writeProducts,
  type S3Server,
  type S3User,
  type Scratch,
  type TestBucket,
} from '@nx-notebook/testing';
import { bucketPolicy } from '../../src/s3/policies.js';
import { openS3Store, type S3StoreOptions } from '../../src/s3/s3-store.js';
import type { SaveRequest, StoreTrouble } from '../../src/store.js';
import { restore, type Run } from './fixtures.js';
import { NOW_MS } from './memory-harness.js';
import { openBucket, PREFIX, startServer } from './s3-harness.js';

// Takes a second; the limit only ends what hangs.
jest.setTimeout(60_000);

let server: S3Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const trusted = { scope: { kind: 'trusted' }, access: 'read-write' } as const;
const own = {
  scope: { kind: 'untrusted', name: 'pr-42' },
  access: 'read-write',
} as const;

function makeBucket(): Promise<TestBucket> {
  return server.makeBucket({
    policy: (name) =>
      bucketPolicy({ bucket: name, prefix: PREFIX }, [
        { role: { kind: 'trusted' }, principals: ['main'] },
        { role: { kind: 'untrusted', name: 'pr-42' }, principals: ['pr-42'] },
        { role: { kind: 'reader' }, principals: ['developer'] },
      ]),
  });
}

/** A run by a user; credentials are looked for with the first request, so one is made here. */
async function runAs(
  user: S3User,
  made: TestBucket,
  options: Pick<S3StoreOptions, 'scope' | 'access'>,
): Promise<Run> {
  Object.assign(process.env, server.env(user));
  const bucket = openBucket(server.endpoint, made);
  await bucket.stat('_meta/format.json');
  const troubles: StoreTrouble[] = [];
  return {
    store: openS3Store({ bucket, now: () => NOW_MS, ...options }),
    troubles,
    call: { onTrouble: (trouble) => troubles.push(trouble) },
  };
}

async function requestIn(scratch: Scratch, text: string): Promise<SaveRequest> {
  const locations = await writeProducts(scratch.path(text), { data: text });
  return requestFor('k', locations);
}

it('lets everybody read what main wrote, and nobody else change it', async () => {
  await using scratch = await openScratch();
  const made = await makeBucket();
  const honest = await requestIn(scratch, 'honest');
  const main = await runAs('main', made, trusted);
  expect((await main.store.save(honest)).status).toBe('saved');
  const before = await made.list();

  // With the settings of main, but not with its credentials.
  const poison = {
    ...(await requestIn(scratch, 'poison')),
    key: 'f'.repeat(64),
  };
  for (const user of ['pr-42', 'developer'] as const) {
    const attacker = await runAs(user, made, trusted);
    expect(await attacker.store.save(poison, attacker.call)).toMatchObject({
      status: 'failed',
    });
    expect(attacker.troubles).toMatchObject([
      { operation: 'save', kind: 'configuration', reason: 'forbidden' },
    ]);
  }
  expect(await made.list()).toEqual(before);

  for (const [user, options] of [
    ['main', trusted],
    ['pr-42', own],
    ['developer', { access: 'read' }],
  ] as const) {
    const run = await runAs(user, made, options);
    expect(await restore({ scratch }, run, honest)).toBe('restored');
    expect(run.troubles).toEqual([]);
  }
});

it('never lets main read what a pull request wrote first', async () => {
  await using scratch = await openScratch();
  const made = await makeBucket();
  const main = await runAs('main', made, trusted);
  // The first write of a new store has to be main's.
  const first = await requestIn(scratch, 'first');
  await main.store.save({ ...first, key: 'e'.repeat(64) });
  const poison = await requestIn(scratch, 'poison');
  const pullRequest = await runAs('pr-42', made, own);
  expect((await pullRequest.store.save(poison)).status).toBe('saved');
  expect(await restore({ scratch }, pullRequest, poison)).toBe('restored');

  expect(await restore({ scratch }, main, poison)).toBe('miss');
  const honest = await requestIn(scratch, 'honest');
  expect((await main.store.save(honest)).status).toBe('saved');

  // From now on main's counts, also for the pull request.
  const again = await runAs('pr-42', made, own);
  expect(await restore({ scratch }, again, poison)).toBe('restored');
  expect(await snapshot(scratch.path('out'))).toEqual({
    '/': 'folder',
    '/data': 'honest',
  });
});
