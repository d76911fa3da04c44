/**
 * Signatures of stored entries: ed25519 over the exact bytes of an entry's first line, kept as its second. For buckets
 * whose credentials can't be split: main's CI holds the private key, everybody has the public ones in nx.json. The line
 * holds the key, the products with their digests, where their bytes lie and who made them, so none of it can be forged
 * or moved under another key. Knows texts, not stores.
 *
 * Who may write to the bucket without having the private key can still: delete or damage entries (a miss); bring back an
 * older entry of the same key that was once signed (an honest result of the same key, which differs at most where a task
 * is not deterministic); copy a signed entry from another store that has the same key (the same task with the same
 * inputs). Who once had the private key keeps its power until its public key is removed from nx.json.
 */
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';

/** A new pair of keys. */
export interface SigningKeys {
  /** First 16 digits of the sha256 of the raw public key; names the key in entries. */
  readonly keyId: string;
  /** `ed25519:` and base64; for nx.json. */
  readonly publicKey: string;
  /** PEM; a secret. */
  readonly privateKey: string;
}

/** Signs what is written. */
export interface Signer {
  readonly keyId: string;
  /** The second line for a first one, without its end. The domain says what kind of entry it is. */
  sign(line: string, domain: string): string;
}

/** What a signature is worth. */
export type SignatureVerdict =
  | 'valid'
  /** There is no second line. */
  | 'unsigned'
  /** Signed with a key that is not among ours. */
  | 'unknown-key'
  /** Not a signature of this line. */
  | 'wrong';

/** Knows whose signatures count. */
export interface Verifier {
  check(
    line: string,
    signature: string | undefined,
    domain: string,
  ): SignatureVerdict;
}

/** DER of a public key up to its 32 raw bytes (RFC 8410). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const SHORT_KEY = /^(?:ed25519:)?([A-Za-z0-9+/]{43}=)$/;
const SIGNATURE_LINE =
  /^\{"signature":\{"algorithm":"ed25519","key":"([0-9a-f]{16})","value":"([A-Za-z0-9+/]{86}==)"\}\}$/;

/** Makes a pair of keys. */
export function generateSigningKeys(): SigningKeys {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    keyId: keyIdOf(publicKey),
    publicKey: `ed25519:${rawBytes(publicKey).toString('base64')}`,
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** A signer from a private key (PEM), or a sentence that says what is wrong with it, without the key. */
export function openSigner(
  pem: string,
):
  | { readonly status: 'ready'; readonly signer: Signer }
  | { readonly status: 'invalid'; readonly message: string } {
  const privateKey = attempt(() => createPrivateKey(pem));
  if (privateKey?.asymmetricKeyType !== 'ed25519') {
    const message =
      'The signing key is not an ed25519 private key in PEM form; make one with `nx-notebook store keygen`.';
    return { status: 'invalid', message };
  }
  const keyId = keyIdOf(createPublicKey(privateKey));
  const signer: Signer = {
    keyId,
    sign(line, domain) {
      const value = sign(null, messageOf(line, domain), privateKey);
      const text = value.toString('base64');
      return `{"signature":{"algorithm":"ed25519","key":"${keyId}","value":"${text}"}}`;
    },
  };
  return { status: 'ready', signer };
}

/** A verifier for public keys in short form or PEM, or a sentence that says which one is wrong. */
export function openVerifier(
  publicKeys: readonly string[],
):
  | { readonly status: 'ready'; readonly verifier: Verifier }
  | { readonly status: 'invalid'; readonly message: string } {
  const keys = new Map<string, KeyObject>();
  for (const [index, text] of publicKeys.entries()) {
    const key = readPublicKey(text);
    if (key === undefined) {
      const message = `Public key ${index + 1} of ${publicKeys.length} is not an ed25519 public key; it looks like \`ed25519:\` and 44 characters, as \`nx-notebook store keygen\` prints it, or is a PEM text.`;
      return { status: 'invalid', message };
    }
    keys.set(keyIdOf(key), key);
  }
  const verifier: Verifier = {
    check: (line, signature, domain) =>
      checkSignature({ keys, line, signature, domain }),
  };
  return { status: 'ready', verifier };
}

/** Signatures for this domain are never looked at again. */
const PROBE_DOMAIN = 'nx-notebook probe';

/** Why nobody would believe what is written in `t/`, as a sentence; nothing when all is well. */
export function problemOfSigner(
  signer: Signer | undefined,
  verifier: Verifier,
): string | undefined {
  if (signer === undefined) {
    return 'storePublicKeys is set, so results of trusted runs have to be signed; set NX_NOTEBOOK_STORE_SIGNING_KEY, or storeAccess to `read`.';
  }
  const probe = signer.sign('', PROBE_DOMAIN);
  return verifier.check('', probe, PROBE_DOMAIN) === 'valid'
    ? undefined
    : `The signing key (${signer.keyId}) belongs to none of storePublicKeys; add its public key there.`;
}

function checkSignature(request: {
  readonly keys: ReadonlyMap<string, KeyObject>;
  readonly line: string;
  readonly signature: string | undefined;
  readonly domain: string;
}): SignatureVerdict {
  const { keys, line, signature, domain } = request;
  if (signature === undefined || signature === '') return 'unsigned';
  const [, keyId = '', value = ''] = SIGNATURE_LINE.exec(signature) ?? [];
  if (keyId === '') return 'wrong';
  const key = keys.get(keyId);
  if (key === undefined) return 'unknown-key';
  const bytes = Buffer.from(value, 'base64');
  return verify(null, messageOf(line, domain), key, bytes) ? 'valid' : 'wrong';
}

/** A private key is refused here: Node would take its public half, and a secret does not belong into nx.json. */
function readPublicKey(text: string): KeyObject | undefined {
  const [, short] = SHORT_KEY.exec(text.trim()) ?? [];
  const key = attempt(() => {
    if (short !== undefined) {
      const der = Buffer.concat([SPKI_PREFIX, Buffer.from(short, 'base64')]);
      return createPublicKey({ key: der, type: 'spki', format: 'der' });
    }
    return text.includes('PRIVATE KEY') ? undefined : createPublicKey(text);
  });
  return key?.asymmetricKeyType === 'ed25519' ? key : undefined;
}

/** A domain has no line break, so that no text of one kind of entry is the text of another kind. */
function messageOf(line: string, domain: string): Buffer {
  return Buffer.from(`${domain}\n${line}`, 'utf8');
}

function keyIdOf(publicKey: KeyObject): string {
  return createHash('sha256')
    .update(rawBytes(publicKey))
    .digest('hex')
    .slice(0, 16);
}

function rawBytes(publicKey: KeyObject): Buffer {
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return der.subarray(SPKI_PREFIX.length);
}

/** Keys come from people; what crypto throws for them is not for people. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
