/**
 * The policies that users copy are those that the tests apply to a real server.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  awsBucketPolicy,
  bucketPolicy,
  githubTrustPolicy,
  identityPolicy,
  lifecycleRules,
} from '@nx-notebook/store';
import { expect, test } from '@jest/globals';

const folder = join(__dirname, '../policies');
const target = { bucket: 'BUCKET', prefix: 'PREFIX' };
const github = { account: 'ACCOUNT', repository: 'OWNER/REPOSITORY' };
const reader = { kind: 'reader' } as const;
const main = { kind: 'trusted' } as const;
const pullRequests = { kind: 'untrusted', name: '*' } as const;

const files: Readonly<Record<string, object>> = {
  'reader.json': identityPolicy(target, reader),
  'main.json': identityPolicy(target, main),
  'pull-request.json': identityPolicy(target, {
    kind: 'untrusted',
    name: 'SCOPE',
  }),
  'aws-bucket.json': awsBucketPolicy(target, [
    'arn:aws:iam::ACCOUNT:role/nx-notebook-main',
  ]),
  'aws-pull-requests.json': identityPolicy(target, pullRequests),
  'aws-trust-main.json': githubTrustPolicy({
    ...github,
    subject: 'ref:refs/heads/main',
  }),
  'aws-trust-pull-requests.json': githubTrustPolicy({
    ...github,
    subject: 'pull_request',
  }),
  'lifecycle.json': lifecycleRules(target),
  'accounts-bucket.json': bucketPolicy(target, [
    { role: main, principals: ['MAIN'] },
    { role: { kind: 'untrusted', name: 'SCOPE' }, principals: ['SCOPE'] },
    { role: reader, principals: ['DEVELOPER'] },
  ]),
};

const text = (value: object): string =>
  `${JSON.stringify(value, undefined, 2)}\n`;

if (process.env['WRITE_POLICIES'] === '1') {
  mkdirSync(folder, { recursive: true });
  for (const [name, value] of Object.entries(files))
    writeFileSync(join(folder, name), text(value));
}

test('no policy is left over', () => {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  expect(names.sort()).toEqual(Object.keys(files).sort());
});

test.each(Object.entries(files))(
  '%s is what the tests apply (WRITE_POLICIES=1 writes it)',
  (name, value) => {
    const written: unknown = JSON.parse(
      readFileSync(join(folder, name), 'utf8'),
    );
    expect(written).toEqual(value);
  },
);

test.each([
  ['t/g2026-11/ac/ac/ac00.json', true],
  ['t/g2026-11/nx/shop/ac/ac/123.json', true],
  ['t/doctor/ac/race-00.json', true],
  ['_meta/format.json', true],
  // Blobs are written without a condition, also those of the shard `ac`.
  ['t/g2026-11/cas/ac/ac00', false],
  ['t/g2026-11/cas/ac/ac00.br', false],
  ['t/g2026-11/nx/shop/cas/ac/ac00', false],
  ['u/pr-42/ac/ac/ac00.json', false],
])('whether AWS lets %s be written once only: %s', (name, isOnce) => {
  const { Statement } = awsBucketPolicy(target, []);
  const patterns = Statement.filter(
    ({ Sid }) => Sid === 'ManifestsAreWrittenOnce',
  ).flatMap(({ Resource }) => Resource ?? []);
  expect(patterns).not.toEqual([]);
  const arn = `arn:aws:s3:::BUCKET/PREFIX/${name}`;
  expect(patterns.some((pattern) => matches(pattern, arn))).toBe(isOnce);
});

/** As IAM does it: a star is any number of characters, slashes too. */
function matches(pattern: string, text: string): boolean {
  const parts = pattern
    .split('*')
    .map((part) => part.replace(/[./:]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(text);
}
