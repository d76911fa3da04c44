/** Named entries in a configured store: nothing is written that nobody would believe. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openRemoteEntries } from '../../src/sharing/remote-entries.js';
import type { StoreScope } from '../../src/sharing/scope.js';
import {
  generateSigningKeys,
  openSigner,
  openVerifier,
} from '../../src/sharing/signature.js';
import type { Trust } from '../../src/sharing/trust.js';

const trusted: StoreScope = { kind: 'trusted' };
const main = generateSigningKeys();
const stranger = generateSigningKeys();

let share = '';
beforeEach(async () => {
  share = await mkdtemp(join(tmpdir(), 'nx-notebook-entries-'));
});
afterEach(() => rm(share, { recursive: true }));

function trustOf(privateKey: string | undefined): Trust {
  const verifier = openVerifier([main.publicKey]);
  const signer = openSigner(privateKey ?? '');
  return {
    ...(verifier.status === 'ready' ? { verifier: verifier.verifier } : {}),
    ...(signer.status === 'ready' ? { signer: signer.signer } : {}),
  };
}

test.each([
  ['main with its key', trusted, main.privateKey, 'published'],
  ['main without a key', trusted, undefined, 'trouble'],
  [
    'main with a key that nobody knows',
    trusted,
    stranger.privateKey,
    'trouble',
  ],
  [
    'a pull request without a key',
    { kind: 'untrusted', name: 'pr-42' } as const,
    undefined,
    'published',
  ],
])('%s', async (_who, scope, privateKey, expected) => {
  const path = join(share, 'entry');
  await writeFile(path, 'entry');
  const sha256 = createHash('sha256').update('entry').digest('hex');
  const address = { kind: 'folder', path: join(share) } as const;
  const entries = openRemoteEntries(
    { address, scope, access: 'read-write', s3: {}, publicKeys: [] },
    {
      space: 'nx/shop',
      access: 'read-write',
      trust: trustOf(privateKey),
      provenance: {},
    },
  );
  const published = await entries.publish('1', { path, sizeBytes: 5, sha256 });
  expect(published.status).toBe(expected);
  const folders = await readdir(share);
  expect(folders.includes('t') || folders.includes('u')).toBe(
    expected === 'published',
  );
});
