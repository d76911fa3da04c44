/**
 * A manifest as the object in a bucket: line 1 is JSON, the manifest and `storage`, which says in which object the bytes
 * of each file lie; line 2, if there, is a signature over line 1. Whoever can write to the bucket may have made it, so
 * everything is checked and bounded. Pure; the rules for products are those of products/manifest.ts.
 */
import { asManifest, isSha256 } from '../products/manifest.js';
import type { Signer, Verifier } from '../sharing/signature.js';
import type { Digest, Manifest } from '../store.js';
import { MAX_MANIFEST_BYTES, MAX_PACK_BYTES, type Encoding } from './layout.js';

/** An object with the bytes of one file, or of several. */
export interface StoredObject {
  /** Of the plain bytes. */
  readonly digest: Digest;
  /** Of the plain bytes. */
  readonly sizeBytes: number;
  readonly encoding: Encoding;
  /** Of a pack: digest and size of each file in it, one after the other. Absent: the object is one file. */
  readonly files?: readonly (readonly [Digest, number])[];
}

/** Where a file's plain bytes lie. */
export interface FileLocation {
  readonly object: StoredObject;
  /** In the plain bytes of the object. */
  readonly start: number;
}

/** A manifest that was read, and where its bytes are. */
export interface StoredManifest {
  readonly manifest: Manifest;
  readonly objects: readonly StoredObject[];
  /** By digest; has every file of the manifest that is not empty. */
  readonly locations: ReadonlyMap<Digest, FileLocation>;
}

/** A stored manifest, or why a text is none; the reason is for counting, the message is the rest of a sentence. */
export type ReadManifest =
  | { readonly status: 'read'; readonly stored: StoredManifest }
  | {
      readonly status: 'refused';
      readonly reason: string;
      readonly message: string;
    };

/** Binds signatures to this kind of entry. */
const DOMAIN = 'nx-notebook manifest 1';

/** The text of a manifest object. */
export function renderStoredManifest(
  { version, key, products, provenance }: Manifest,
  storage: readonly StoredObject[],
  signer: Signer | undefined,
): string {
  const line = JSON.stringify({ version, key, products, provenance, storage });
  return signer === undefined
    ? `${line}\n`
    : `${line}\n${signer.sign(line, DOMAIN)}\n`;
}

/** Reads a manifest object for a key; with a verifier only if it is signed by somebody who may. */
export function readStoredManifest(
  text: string,
  key: string,
  verifier?: Verifier,
): ReadManifest {
  if (text.length > MAX_MANIFEST_BYTES) return refused('it is too large');
  const [line = '', signature, ...rest] = text.replace(/\n$/, '').split('\n');
  if (rest.length > 0) return refused('it has more than two lines');
  if (signature?.startsWith('{"signature":') === false) {
    return refused('its second line is no signature');
  }
  const unsigned =
    verifier && problemOfSignature(verifier.check(line, signature, DOMAIN));
  if (unsigned !== undefined) return unsigned;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return refused('it is not JSON');
  }
  const manifest = asManifest(value, key);
  if (manifest === undefined) return refused('it breaks a rule for manifests');
  const { storage } = value as { readonly storage?: unknown };
  if (!isStorage(storage))
    return refused('it does not say where its bytes are');
  const locations = locate(manifest, storage);
  return typeof locations === 'string'
    ? refused(locations)
    : { status: 'read', stored: { manifest, objects: storage, locations } };
}

function problemOfSignature(
  verdict: ReturnType<Verifier['check']>,
): ReadManifest | undefined {
  switch (verdict) {
    case 'valid':
      return undefined;
    case 'unsigned':
      return refused('it is not signed', 'unsigned');
    case 'unknown-key':
      return refused(
        'it is signed with a key that is not in storePublicKeys',
        'unknown key',
      );
    case 'wrong':
      return refused('its signature is wrong', 'wrong signature');
  }
}

/** The place of every file, or what is wrong with the list. */
function locate(
  manifest: Manifest,
  storage: readonly StoredObject[],
): ReadonlyMap<Digest, FileLocation> | string {
  const locations = new Map<Digest, FileLocation>();
  const sizes = new Map<Digest, number>();
  const names = new Set<Digest>();
  for (const object of storage) {
    if (names.has(object.digest)) return 'it has an object twice';
    names.add(object.digest);
    const files = object.files ?? [[object.digest, object.sizeBytes] as const];
    let start = 0;
    for (const [digest, sizeBytes] of files) {
      if (locations.has(digest)) return 'it has a file in two places';
      locations.set(digest, { object, start });
      sizes.set(digest, sizeBytes);
      start += sizeBytes;
    }
    if (start !== object.sizeBytes) return 'a pack is not the sum of its files';
  }
  for (const { digest, sizeBytes } of manifest.products.flatMap(filesOf)) {
    if (sizeBytes > 0 && sizes.get(digest) !== sizeBytes) {
      return 'it does not have the bytes of all of its files';
    }
  }
  return locations;
}

function filesOf(
  product: Manifest['products'][number],
): Manifest['products'][number]['files'] {
  return product.files;
}

function isStorage(value: unknown): value is readonly StoredObject[] {
  return Array.isArray(value) && value.every(isStoredObject);
}

function isStoredObject(value: unknown): value is StoredObject {
  if (typeof value !== 'object' || value === null) return false;
  const { digest, sizeBytes, encoding, files } = value as Record<
    keyof StoredObject,
    unknown
  >;
  const isObject =
    isSha256(digest) &&
    isPositive(sizeBytes) &&
    (encoding === 'raw' || encoding === 'brotli');
  if (!isObject || files === undefined) return isObject;
  return (
    (sizeBytes as number) <= MAX_PACK_BYTES &&
    Array.isArray(files) &&
    files.every(
      (file: unknown) =>
        Array.isArray(file) &&
        file.length === 2 &&
        isSha256(file[0]) &&
        isPositive(file[1]),
    )
  );
}

function isPositive(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function refused(
  message: string,
  reason = 'broken manifest',
): Extract<ReadManifest, { readonly status: 'refused' }> {
  return { status: 'refused', reason, message };
}
