/** Keys and signatures as texts. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  generateSigningKeys,
  openSigner,
  openVerifier,
  type Signer,
  type Verifier,
} from '../../src/sharing/signature.js';

const keys = generateSigningKeys();
const pem = createPublicKey(keys.privateKey)
  .export({ type: 'spki', format: 'pem' })
  .toString();
const LINE = '{"a":1}';
const DOMAIN = 'nx-notebook test 1';

describe('signatures', () => {
  it.each([
    ['as it is printed', keys.publicKey],
    ['without its prefix', keys.publicKey.replace('ed25519:', '')],
    ['with white space around', ` ${keys.publicKey}\n`],
    ['as PEM', pem],
  ])('are accepted for a public key %s', (_, publicKey) => {
    const signature = signerOf(keys.privateKey).sign(LINE, DOMAIN);
    const verifier = verifierOf([generateSigningKeys().publicKey, publicKey]);
    expect(verifier.check(LINE, signature, DOMAIN)).toBe('valid');
  });

  it('are one line of JSON that names its key', () => {
    const signer = signerOf(keys.privateKey);
    expect(JSON.parse(signer.sign(LINE, DOMAIN))).toEqual({
      signature: {
        algorithm: 'ed25519',
        key: keys.keyId,
        value: expect.stringMatching(/^[A-Za-z0-9+/]{86}==$/),
      },
    });
    expect(signer.keyId).toBe(keys.keyId);
  });

  it.each([
    ['another line', '{"a":2}', DOMAIN, 'wrong'],
    ['another kind of entry', LINE, 'nx-notebook test 2', 'wrong'],
    ['a line that begins as another kind does', `x\n${LINE}`, DOMAIN, 'wrong'],
  ])('do not hold for %s', (_, line, domain, verdict) => {
    const signature = signerOf(keys.privateKey).sign(LINE, DOMAIN);
    const verifier = verifierOf([keys.publicKey]);
    expect(verifier.check(line, signature, domain)).toBe(verdict);
  });

  it.each([
    ['nothing', undefined, 'unsigned'],
    ['an empty line', '', 'unsigned'],
    ['no signature', 'hello', 'wrong'],
    [
      'JSON with more in it',
      (text: string) => text.replace('}}', '},"more":1}'),
      'wrong',
    ],
    ['a flipped bit', flipFirst, 'wrong'],
    [
      'the key of somebody else',
      signerOf(generateSigningKeys().privateKey).sign(LINE, DOMAIN),
      'unknown-key',
    ],
  ])('are not %s', (_, change, verdict) => {
    const signature = signerOf(keys.privateKey).sign(LINE, DOMAIN);
    const text = typeof change === 'function' ? change(signature) : change;
    const verifier = verifierOf([keys.publicKey]);
    expect(verifier.check(LINE, text, DOMAIN)).toBe(verdict);
  });

  it('of no keys at all are unknown', () => {
    const signature = signerOf(keys.privateKey).sign(LINE, DOMAIN);
    expect(verifierOf([]).check(LINE, signature, DOMAIN)).toBe('unknown-key');
  });
});

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

describe('keys that are none', () => {
  it.each([
    ['empty', ''],
    ['text', 'secret text'],
    ['a public key', pem],
    ['RSA', rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
  ])('are refused for signing, without showing them: %s', (_, text) => {
    expect(openSigner(text)).toEqual({
      status: 'invalid',
      message:
        'The signing key is not an ed25519 private key in PEM form; make one with `nx-notebook store keygen`.',
    });
  });

  it.each([
    ['empty', ''],
    ['cut', keys.publicKey.slice(0, -2)],
    ['private', keys.privateKey],
    ['RSA', rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()],
  ])('are refused for verifying: %s', (_, text) => {
    expect(openVerifier([keys.publicKey, text])).toEqual({
      status: 'invalid',
      message:
        'Public key 2 of 2 is not an ed25519 public key; it looks like `ed25519:` and 44 characters, as `nx-notebook store keygen` prints it, or is a PEM text.',
    });
  });
});

function signerOf(text: string): Signer {
  const outcome = openSigner(text);
  if (outcome.status === 'invalid') throw new Error(outcome.message);
  return outcome.signer;
}

function verifierOf(texts: readonly string[]): Verifier {
  const outcome = openVerifier(texts);
  if (outcome.status === 'invalid') throw new Error(outcome.message);
  return outcome.verifier;
}

function flipFirst(signature: string): string {
  return signature.replace(
    /"value":"(.)/,
    (_, first: string) => `"value":"${first === 'A' ? 'B' : 'A'}`,
  );
}
