/**
 * Manifests in a bucket: read with all doubts, complete only if every object is there, published once. One that can't
 * be a hit makes room for a second one, but only if it is still the one that was looked at.
 */
import { mapParallel } from '../files/parallel.js';
import { isTrustedRoot } from '../sharing/generations.js';
import type { Verifier } from '../sharing/signature.js';
import type { RemoteCall } from '../store.js';
import type { Bucket, BucketTrouble, WriteCondition } from './bucket.js';
import { sourceOfBytes } from './byte-sources.js';
import { manifestName, MAX_MANIFEST_BYTES, objectName } from './layout.js';
import { isPlausibleSize } from './object-reader.js';
import {
  readStoredManifest,
  type ReadManifest,
  type StoredManifest,
} from './stored-manifest.js';
import { readText } from './text-reader.js';
import { isAbsence, wire } from './trouble.js';

/** Whose manifest. */
export interface ManifestPlace {
  readonly root: string;
  readonly key: string;
  readonly call: RemoteCall;
}

/** What lies at a key. */
export type ManifestOutcome =
  | { readonly status: 'absent' }
  | (FoundText & { readonly status: 'found'; readonly stored: StoredManifest })
  | (FoundText & Extract<ReadManifest, { readonly status: 'refused' }>)
  | BucketTrouble;

interface FoundText {
  readonly text: string;
  readonly etag: string;
}

/** Whether all objects of a manifest are there. */
export type Completeness =
  | { readonly status: 'complete' }
  | { readonly status: 'incomplete'; readonly message: string }
  | BucketTrouble;

/** How a publication ended. */
export type Publication =
  | { readonly status: 'published' }
  /** Somebody else's, complete. */
  | { readonly status: 'exists'; readonly stored: StoredManifest }
  | BucketTrouble;

/** Objects that are looked for at the same time. */
const PARALLEL_STATS = 16;
/** Others who replace the same broken manifest can come in between this often. */
const PUBLISH_ATTEMPTS = 5;

/** The manifests of one bucket. */
export class RemoteManifests {
  readonly #bucket: Bucket;
  readonly #verifier: Verifier | undefined;
  readonly #damaged: ReadonlySet<string>;

  constructor(options: {
    readonly bucket: Bucket;
    /** Decides over what everybody reads; scopes of their own need no signature. */
    readonly verifier: Verifier | undefined;
    /** Names of objects that count as lost. */
    readonly damaged: ReadonlySet<string>;
  }) {
    this.#bucket = options.bucket;
    this.#verifier = options.verifier;
    this.#damaged = options.damaged;
  }

  /** Who may vouch for the manifests of a folder; nobody has to where it is undefined. */
  verifierOf(root: string): Verifier | undefined {
    return isTrustedRoot(root) ? this.#verifier : undefined;
  }

  async read({ root, key, call }: ManifestPlace): Promise<ManifestOutcome> {
    const read = await readText(this.#bucket, manifestName(root, key), {
      ...wire(call),
      maxBytes: MAX_MANIFEST_BYTES,
    });
    if (read.status === 'trouble') {
      return isAbsence(read) ? { status: 'absent' } : read;
    }
    const { etag } = read;
    if (read.status === 'too-long') {
      const why = { reason: 'broken manifest', message: 'it is too large' };
      return { status: 'refused', ...why, text: '', etag };
    }
    const { text } = read;
    const parsed = readStoredManifest(text, key, this.verifierOf(root));
    return parsed.status === 'refused'
      ? { ...parsed, text, etag }
      : { status: 'found', stored: parsed.stored, text, etag };
  }

  /** `isFetchedNow`: the caller fetches everything at once, and so finds out by itself what is missing. */
  async check(
    { root, call }: ManifestPlace,
    { objects }: StoredManifest,
    isFetchedNow = false,
  ): Promise<Completeness> {
    const named = objects.map((object) => ({
      object,
      name: objectName(root, object),
    }));
    const known = named.find(({ name }) => this.#damaged.has(name));
    if (known !== undefined) return incomplete(`${known.name} is damaged`);
    if (isFetchedNow) return { status: 'complete' };
    let outcome: Completeness = { status: 'complete' };
    await mapParallel(named, PARALLEL_STATS, async ({ name, object }) => {
      if (outcome.status !== 'complete') return;
      const found = await this.#bucket.stat(name, wire(call));
      if (found.status === 'trouble') {
        outcome = isAbsence(found) ? incomplete(`${name} is missing`) : found;
      } else if (!isPlausibleSize(object, found.sizeBytes)) {
        outcome = incomplete(`${name} has ${found.sizeBytes} bytes`);
      }
    });
    return outcome;
  }

  /** Publishes unless there is a complete manifest for the key already. */
  async publish(place: ManifestPlace, text: string): Promise<Publication> {
    const { root, key, call } = place;
    const name = manifestName(root, key);
    const source = sourceOfBytes(Buffer.from(text));
    let condition: WriteCondition = { when: 'absent' };
    let last: BucketTrouble | undefined;
    for (let attempt = 0; attempt < PUBLISH_ATTEMPTS; attempt += 1) {
      const written = await this.#bucket.write(name, source, {
        ...wire(call),
        condition,
      });
      if (written.status === 'written') return { status: 'published' };
      last = written;
      // `missing`: what was to be replaced is gone.
      if (written.reason !== 'exists' && written.reason !== 'missing') break;
      const other = await this.#judge(place, text);
      if ('status' in other) return other;
      condition = other.condition;
    }
    return last ?? { status: 'trouble', reason: 'aborted', message: '' };
  }

  /** What stands in the way: a hit that counts, our own from an earlier try, or something that may be replaced. */
  async #judge(
    place: ManifestPlace,
    text: string,
  ): Promise<Publication | { readonly condition: WriteCondition }> {
    const other = await this.read(place);
    if (other.status === 'trouble') return other;
    if (other.status === 'absent') return { condition: { when: 'absent' } };
    if (other.text === text) return { status: 'published' };
    if (other.status === 'found') {
      const { stored } = other;
      const checked = await this.check(place, stored);
      if (checked.status === 'complete') return { status: 'exists', stored };
      if (checked.status === 'trouble') return checked;
    }
    return { condition: { when: 'unchanged', etag: other.etag } };
  }
}

function incomplete(message: string): Completeness {
  return { status: 'incomplete', message };
}
