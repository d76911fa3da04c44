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
