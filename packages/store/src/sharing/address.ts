/**
 * Where a shared store is, as users write it: `s3://bucket/prefix` or `file:///folder`. Pure; asks nobody whether it
 * is there. Credentials never belong into an address: it is committed, logged and shown.
 */
import { fileURLToPath } from 'node:url';

/** Where a shared store is. */
export type StoreAddress =
  | {
      readonly kind: 's3';
      readonly bucket: string;
      /** Without slashes at its ends; empty for the whole bucket. */
      readonly prefix: string;
    }
  /** Absolute path of a folder that machines share. */
  | { readonly kind: 'folder'; readonly path: string };

/** An address, or why a text is none. */
export type AddressOutcome =
  | { readonly status: 'parsed'; readonly address: StoreAddress }
  /** It has credentials in it: nobody should print it. */
  | { readonly status: 'secret' }
  /** What it should be instead. */
  | { readonly status: 'wrong'; readonly expected: string };

/** As S3 allows names, and as servers like it do. */
const BUCKET = /^[a-z0-9][a-z0-9._-]{1,62}$/i;
/** Characters that mean the same in every S3 and in every tool. */
const PREFIX_PART = /^[\w!'()*.=+@ -]+$/;

/** Reads an address. */
export function parseStoreAddress(text: string): AddressOutcome {
  const trimmed = text.trim();
  const [, scheme = '', rest = ''] =
    /^([a-z0-9]+):\/\/(.*)$/i.exec(trimmed) ?? [];
  if (/^[^/]*@/.test(rest)) return { status: 'secret' };
  switch (scheme.toLowerCase()) {
    case 's3':
      return parseS3(rest);
    case 'file':
      return parseFolder(trimmed);
    default:
      return wrong('s3://bucket/prefix or file:///absolute/folder');
  }
}

/** For people; the same text that {@link parseStoreAddress} reads. */
export function labelOfAddress(address: StoreAddress): string {
  if (address.kind === 'folder') return address.path;
  const { bucket, prefix } = address;
  return prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
}

function parseS3(rest: string): AddressOutcome {
  const [bucket = '', ...parts] = rest.split('/');
  if (!BUCKET.test(bucket)) {
    return wrong('s3://bucket/prefix with the name of a bucket');
  }
  const inner = parts.filter((part) => part !== '');
  const isPlain = inner.every(
    (part) => PREFIX_PART.test(part) && part !== '.' && part !== '..',
  );
  return isPlain
    ? {
        status: 'parsed',
        address: { kind: 's3', bucket, prefix: inner.join('/') },
      }
    : wrong('s3://bucket/prefix with a prefix of plain names');
}

function parseFolder(text: string): AddressOutcome {
  try {
    const path = fileURLToPath(text);
    return { status: 'parsed', address: { kind: 'folder', path } };
  } catch {
    // Another machine's name, or characters that no path has.
    return wrong('file:/// and the absolute path of a folder');
  }
}

function wrong(expected: string): AddressOutcome {
  return { status: 'wrong', expected };
}
