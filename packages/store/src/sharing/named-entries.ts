/**
 * Single files under names that somebody else chose, in the folders of the trust scopes: what Nx's own cache needs.
 * The file is a blob under the sha256 of its bytes; a small create-once manifest beside it binds the name to it, so
 * that a cut, changed, half-uploaded or foreign file is no entry. Who may write where is decided by credentials.
 *
 *     <root>/<space>/ac/<hh>/<name>.json      line 1 the entry, line 2 a signature over line 1, if there are keys
 *     <root>/<space>/cas/<hh>/<sha256>
 */
import { createHash } from 'node:crypto';
import type {
  Bucket,
  BucketTrouble,
  RequestOptions,
  WriteCondition,
} from '../s3/bucket.js';
import type { Digest } from '../store.js';
import { Canary } from '../s3/canary.js';
import { sourceOfBytes, sourceOfFile } from '../s3/byte-sources.js';
import { readText } from '../s3/text-reader.js';
import { readBlobInto } from './blob-reading.js';
import {
  MAX_ENTRY_BYTES,
  parseEntry,
  renderEntry,
  splitEntry,
  type NamedEntry,
} from './named-entry.js';

/** A folder that is read. */
export interface ReadRoot {
  /** Such as `t/g2026-10`. */
  readonly folder: string;
  /** Where a hit is copied to before it is reported, so that it outlives its generation. */
  readonly promoteTo?: string;
}

/** Where entries lie and who vouches for them. */
export interface NamedEntriesOptions {
  readonly bucket: Bucket;
  /** Folder below the roots, such as `nx/shop`; part of every manifest. */
  readonly space: string;
  /** In the order of reading, as of now. */
  readonly readRoots: () => readonly ReadRoot[];
  /** The folder that this run writes, as of now; nothing for a reader. */
  readonly writeRoot: () => string | undefined;
  /** The signature over line 1. */
  readonly sign?: (line: string) => string;
  /** Whether line 2 vouches for line 1 in a folder. Absent: everything is taken. */
  readonly isVouchedFor?: (
    folder: string,
    line: string,
    signature: string | undefined,
  ) => boolean;
  /** Who stores, for people. */
  readonly provenance?: Readonly<Record<string, unknown>>;
}

/** A file on this disk with its known bytes. */
export interface EntryFile {
  readonly path: string;
  readonly sizeBytes: number;
  readonly sha256: Digest;
}

/** An entry that can be fetched, or why not. */
export type FoundEntry =
  | {
      readonly status: 'found';
      readonly entry: NamedEntry;
      /** Writes the verified bytes to a path that must not exist; leaves nothing there otherwise. */
      readonly fetch: (
        target: string,
        options?: RequestOptions,
      ) => Promise<FetchedEntry>;
    }
  | { readonly status: 'absent' }
  | { readonly status: 'damaged'; readonly message: string }
  | BucketTrouble;

/** How a fetch ended. */
export type FetchedEntry =
  | { readonly status: 'fetched' }
  /** There is an entry and it can't be used: a miss. */
  | { readonly status: 'damaged'; readonly message: string }
  /** This disk is at fault. */
  | { readonly status: 'unwritable'; readonly message: string }
  | BucketTrouble;

/** How a publication ended. */
export type PublishedEntry =
  | { readonly status: 'published' }
  /** Somebody was first; theirs counts. */
  | { readonly status: 'exists' }
  | BucketTrouble;

/** Entries of one space. Never throws for the network, the server or the disk; safe to call concurrently. */
export interface NamedEntries {
  find(name: string, options?: RequestOptions): Promise<FoundEntry>;
  /** Blob first, manifest last. Without a folder to write it is `forbidden`. */
  publish(
    name: string,
    file: EntryFile,
    options?: RequestOptions & {
      /** The entry that is there was seen to be damaged. */
      readonly repairs?: boolean;
    },
  ): Promise<PublishedEntry>;
}

/** Opens the entries of a space; asks nothing yet. */
export function openNamedEntries(options: NamedEntriesOptions): NamedEntries {
  const canary = new Canary(options.bucket, options.writeRoot() !== undefined);
  return {
    find: async (name, request = {}) => {
      const found = await findEntry(options, name, request);
      return isForbidden(found) &&
        (await canary.look(request)).status === 'ready'
        ? { status: 'absent' }
        : found;
    },
    publish: async (name, file, request = {}) => {
      // So that others can tell what is missing from what is forbidden; what does not work is met again below.
      if (options.writeRoot() !== undefined) await canary.prepare(request);
      return publishEntry(options, { name, file, ...request });
    },
  };
}

/** Where listing is not allowed, a missing object is refused; who may read the canary may read entries. */
function isForbidden(found: FoundEntry): boolean {
  return found.status === 'trouble' && found.reason === 'forbidden';
}

/** The first root with a sound manifest wins. Trouble with the server ends the search, damage does not. */
async function findEntry(
  options: NamedEntriesOptions,
  name: string,
  request: RequestOptions,
): Promise<FoundEntry> {
  let worst: FoundEntry = { status: 'absent' };
  for (const root of options.readRoots()) {
    const found = await findIn(options, { name, root, request });
    if (found.status === 'found') return found;
    // What is refused may just not be there, and another root may have it.
    if (found.status === 'trouble' && !isForbidden(found)) return found;
    if (found.status !== 'absent' && worst.status === 'absent') worst = found;
  }
  return worst;
}

interface Place {
  readonly name: string;
  readonly root: ReadRoot;
  readonly request: RequestOptions;
}

async function findIn(
  options: NamedEntriesOptions,
  { name, root, request }: Place,
): Promise<FoundEntry> {
  const { bucket, space, isVouchedFor } = options;
  const manifest = manifestName(root.folder, space, name);
  const read = await readText(bucket, manifest, {
    ...request,
    maxBytes: MAX_ENTRY_BYTES,
  });
  if (read.status === 'trouble')
    return read.reason === 'missing' ? { status: 'absent' } : read;
  if (read.status === 'too-long') return damaged(`${manifest} is too long`);
  const { line, signature } = splitEntry(read.text);
  const entry = parseEntry(line, { space, name });
  if (entry === undefined)
    return damaged(`${manifest} is not the manifest of this entry`);
  if (isVouchedFor !== undefined && !isVouchedFor(root.folder, line, signature))
    return damaged(`${manifest} is not signed by a key that is trusted here`);
  return {
    status: 'found',
    entry,
    fetch: async (target, fetching = {}) => {
      const from = blobName(root.folder, space, entry.digest);
      const outcome = await readBlobInto(bucket, from, {
        ...fetching,
        target,
        digest: entry.digest,
        sizeBytes: entry.sizeBytes,
      });
      if (outcome.status === 'fetched' && root.promoteTo !== undefined)
        await promote(options, {
          entry,
          text: read.text,
          from: root.folder,
          to: root.promoteTo,
          request: fetching,
        });
      return outcome;
    },
  };
}

/** The bytes are verified and here already: a promotion that fails costs a later reader a miss, at most. */
async function promote(
  { bucket, space }: NamedEntriesOptions,
  promotion: {
    readonly entry: NamedEntry;
    readonly text: string;
    readonly from: string;
    readonly to: string;
    readonly request: RequestOptions;
  },
): Promise<void> {
  const { entry, text, from, to, request } = promotion;
  const { digest, sizeBytes, name } = entry;
  const copied = await bucket.copy(
    blobName(from, space, digest),
    blobName(to, space, digest),
    { ...request, sizeBytes },
  );
  if (copied.status === 'trouble') return;
  await bucket.write(
    manifestName(to, space, name),
    sourceOfBytes(Buffer.from(text)),
    {
      ...request,
      condition: { when: 'absent' },
    },
  );
}

interface Publication extends RequestOptions {
  readonly name: string;
  readonly file: EntryFile;
  readonly repairs?: boolean;
}

async function publishEntry(
  options: NamedEntriesOptions,
  publication: Publication,
): Promise<PublishedEntry> {
  const { bucket, space } = options;
  const root = options.writeRoot();
  if (root === undefined)
    return {
      status: 'trouble',
      reason: 'forbidden',
      message: 'This run may only read the store.',
    };
  const { name, file, signal } = publication;
  const request = signal === undefined ? {} : { signal };
  const manifest = manifestName(root, space, name);
  const condition = await conditionOf(bucket, manifest, publication);
  if ('status' in condition) return condition;
  const blob = await bucket.write(
    blobName(root, space, file.sha256),
    sourceOfFile(file.path, {
      digest: file.sha256,
      sizeBytes: file.sizeBytes,
    }),
    request,
  );
  if (blob.status === 'trouble') return blob;
  const written = await bucket.write(
    manifest,
    sourceOfBytes(Buffer.from(textOf(options, name, file))),
    { ...request, condition },
  );
  if (written.status === 'written') return { status: 'published' };
  return written.reason === 'exists' ? { status: 'exists' } : written;
}

/** When the manifest may be written; asked first, to send no large file for nothing. */
async function conditionOf(
  bucket: Bucket,
  manifest: string,
  { repairs = false, signal }: Publication,
): Promise<WriteCondition | PublishedEntry> {
  const found = await bucket.stat(
    manifest,
    signal === undefined ? {} : { signal },
  );
  if (found.status === 'found')
    return repairs
      ? { when: 'unchanged', etag: found.etag }
      : { status: 'exists' };
  // 403 is the answer for a missing object where listing is not allowed, or to a writer who may not read.
  return found.reason === 'missing' || found.reason === 'forbidden'
    ? { when: 'absent' }
    : found;
}

function textOf(
  { space, sign, provenance = {} }: NamedEntriesOptions,
  name: string,
  { sha256: digest, sizeBytes }: EntryFile,
): string {
  const entry: NamedEntry = {
    version: 1,
    space,
    name,
    digest,
    sizeBytes,
    provenance,
  };
  const line = renderEntry(entry);
  return sign === undefined ? `${line}\n` : `${line}\n${sign(line)}\n`;
}

function manifestName(root: string, space: string, name: string): string {
  // Names may be short or begin alike; their digest spreads them evenly.
  const shard = createHash('sha256').update(name).digest('hex').slice(0, 2);
  return `${root}/${space}/ac/${shard}/${name}.json`;
}

function blobName(root: string, space: string, digest: Digest): string {
  return `${root}/${space}/cas/${digest.slice(0, 2)}/${digest}`;
}

function damaged(message: string): FoundEntry {
  return { status: 'damaged', message: `${message}.` };
}
