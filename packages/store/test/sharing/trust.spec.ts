/** Keys as people configure them: a text or a file. What is wrong is said, and never shows a private key. */
import { createPrivateKey } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { generateSigningKeys } from '../../src/sharing/signature.js';
import { openTrust, type Trust } from '../../src/sharing/trust.js';

const keys = generateSigningKeys();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nxnb-trust-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

test('keys are texts or files', async () => {
  const file = join(folder, 'key.pem');
  await writeFile(file, keys.privateKey);
  for (const signingKey of [keys.privateKey, file]) {
    const opened = await openTrust({
      publicKeys: [keys.publicKey],
      signingKey,
    });
    expect(opened).toMatchObject({ status: 'ready' });
    const { signer, verifier } = (opened as { readonly trust: Trust }).trust;
    const signature = signer?.sign('line', 'test');
    expect(verifier?.check('line', signature, 'test')).toBe('valid');
  }
});

test('a public key that is no file is named', async () => {
  const file = join(folder, 'missing.pem');
  const opened = await openTrust({ publicKeys: [file] });
  expect(opened).toMatchObject({ message: expect.stringContaining(file) });
});

const der = createPrivateKey(keys.privateKey).export({
  type: 'pkcs8',
  format: 'der',
});

test.each([
  ['PEM without its first and last line', der.toString('base64')],
  ['hexadecimal digits', der.toString('hex')],
  ['the raw key', der.subarray(-32).toString('base64')],
  ['PEM in one line', keys.privateKey.replaceAll('\n', '\\n')],
  ['PEM that was cut', keys.privateKey.slice(0, 60)],
])('%s is no signing key, and not shown', async (_, signingKey) => {
  const opened = await openTrust({ publicKeys: [], signingKey });
  expect(opened.status).toBe('invalid');
  const shown = JSON.stringify(opened);
  expect(shown).not.toContain(signingKey.slice(-30));
  expect(shown).toMatch(/signing key/);
});
