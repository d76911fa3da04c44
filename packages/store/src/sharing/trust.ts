/**
 * Keys as people configure them become a signer and a verifier: texts, or paths of files that hold them. The one place
 * that reads key files; what is wrong with a key is said without the key.
 */
import { readFile } from 'node:fs/promises';
import { describeIoError } from '../files/io-error.js';
import {
  openSigner,
  openVerifier,
  type Signer,
  type Verifier,
} from './signature.js';

/** Who signs and whose signatures count. */
export interface Trust {
  /** Absent: what is written is not signed. */
  readonly signer?: Signer;
  /** Absent: signatures are not looked at. */
  readonly verifier?: Verifier;
}

/** Keys, or a sentence that says what is wrong with them. */
export type TrustOutcome =
  | { readonly status: 'ready'; readonly trust: Trust }
  | { readonly status: 'invalid'; readonly message: string };

/** Opens keys that are PEM, short text (`ed25519:...`), or the path of a file with either. */
export async function openTrust({
  publicKeys,
  signingKey,
}: {
  readonly publicKeys: readonly string[];
  readonly signingKey?: string;
}): Promise<TrustOutcome> {
  try {
    const signer =
      signingKey === undefined
        ? undefined
        : openSigner(await keyText(signingKey, 'The signing key'));
    if (signer?.status === 'invalid') return signer;
    const verifier =
      publicKeys.length === 0
        ? undefined
        : openVerifier(
            await Promise.all(publicKeys.map((key) => keyText(key, key))),
          );
    if (verifier?.status === 'invalid') return verifier;
    return {
      status: 'ready',
      trust: {
        ...(signer === undefined ? {} : { signer: signer.signer }),
        ...(verifier === undefined ? {} : { verifier: verifier.verifier }),
      },
    };
  } catch (error) {
    if (!(error instanceof KeyFileUnreadable)) throw error;
    return { status: 'invalid', message: error.message };
  }
}

class KeyFileUnreadable extends Error {}

/** `shown`: in its place in messages. What is meant to be a private key may be one in another form, and is never shown. */
async function keyText(key: string, shown: string): Promise<string> {
  if (/-----BEGIN|^ed25519:|^[A-Za-z0-9+/]{43}=$/.test(key.trim()))
    return key.trim();
  try {
    return (await readFile(key, 'utf8')).trim();
  } catch (error) {
    throw new KeyFileUnreadable(
      `${shown} is neither a key in PEM form nor a file that can be read: ${describeIoError(error)}.`,
    );
  }
}
