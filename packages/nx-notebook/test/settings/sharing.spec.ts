/** What the settings of the shared store mean together. */
import { describe, expect, test } from '@jest/globals';
import {
  renderProblems,
  resolveSettings,
  type Environment,
} from '../../src/settings/settings.js';
import { resolveSharing } from '../../src/settings/sharing.js';

/** The result, or the printed problems. */
function sharing(written: object, env: Environment = {}): unknown {
  const settings = resolveSettings(written, env);
  if (!settings.ok) throw new Error(renderProblems(settings.error));
  const resolved = resolveSharing(settings.value, env);
  return resolved.ok ? resolved.value : renderProblems(resolved.error);
}

const store = 's3://team/notebooks';

describe('what a run may do', () => {
  test.each([
    [{}, 'read', false, undefined],
    [{ storeAccess: 'read' }, 'read', true, undefined],
    [{ storeAccess: 'read-write' }, 'read-write', true, { kind: 'trusted' }],
    [{ storeScope: 'trusted' }, 'read-write', true, { kind: 'trusted' }],
    [
      { storeScope: 'pr-42' },
      'read-write',
      true,
      { kind: 'untrusted', name: 'pr-42' },
    ],
    [
      { storeScope: 'pr-42', storeAccess: 'read' },
      'read',
      true,
      { kind: 'untrusted', name: 'pr-42' },
    ],
  ])('with %j', (written, access, isAccessGiven, scope) => {
    expect(sharing({ store, ...written })).toEqual({
      access,
      isAccessGiven,
      uploadWaitMs: 300_000,
      remote: {
        access,
        address: { kind: 's3', bucket: 'team', prefix: 'notebooks' },
        s3: {},
        publicKeys: [],
        ...(scope === undefined ? {} : { scope }),
      },
    });
  });

  test.each([[{}], [{ store, storeAccess: 'off' }], [{ storeScope: 'x' }]])(
    'nothing with %j',
    (written) => {
      expect(sharing(written)).toBeUndefined();
    },
  );
});

test('what the server needs, and keys', () => {
  const written = {
    store: 'file:///mnt/team',
    storeRegion: 'eu-west-1',
    storeEndpoint: 'http://127.0.0.1:9000',
    storePathStyle: true,
    storeProfile: 'team',
    storePublicKeys: ['ed25519:abc'],
    storeUploadWait: '1m',
  };
  const env = { NX_NOTEBOOK_STORE_SIGNING_KEY: '/keys/private.pem' };
  expect(sharing(written, env)).toMatchObject({
    uploadWaitMs: 60_000,
    remote: {
      address: { kind: 'folder', path: '/mnt/team' },
      s3: {
        region: 'eu-west-1',
        endpoint: 'http://127.0.0.1:9000',
        pathStyle: true,
        profile: 'team',
      },
      publicKeys: ['ed25519:abc'],
      signingKey: '/keys/private.pem',
    },
  });
});

describe('what can not be used', () => {
  test('all problems at once, each with its place', () => {
    const env = { NX_NOTEBOOK_STORE: 'team/notebooks' };
    const written = { storeScope: '../x', storeEndpoint: 'minio:9000' };
    expect(sharing(written, env)).toBe(
      `NX_NOTEBOOK_STORE can't be "team/notebooks".
Next: Set it in the environment to s3://bucket/prefix or file:///absolute/folder.
"storeScope" can't be "../x".
Next: Set it in nx.json to "trusted", or to a name of letters, digits, ".", "_" and "-" such as "pr-42".
"storeEndpoint" can't be "minio:9000".
Next: Set it in nx.json to the URL of an S3 server, such as "https://minio.example.com:9000".
`,
    );
  });

  test.each([
    [{ store: 's3://AKIA:topsecret@team/x' }, '"store"'],
    [{ store, storeEndpoint: 'https://u:topsecret@minio' }, '"storeEndpoint"'],
  ])('credentials in an address, which are not repeated', (written, name) => {
    expect(sharing(written)).toBe(
      `${name} in nx.json has credentials in it, which everybody can read there.
Next: Take them out, replace them if others saw them, and give them as AWS tools take them: AWS_PROFILE, or AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY.
`,
    );
  });
});
