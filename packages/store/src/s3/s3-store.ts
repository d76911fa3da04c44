/**
 * The store in a bucket: blobs first, manifest last, written once; any doubt is a miss. Reads what everybody may read,
 * then the run's own scope; writes the run's own scope alone. Needs neither the right to delete nor the right to list.
 *
 * Requests, with one object for every file of 64 KiB or more and one for each 8 MB of smaller ones:
 *
 *     once per process   1 GET
 *     find, a miss       2 GET (3 in a scope of its own)
 *     find, a hit        1 GET, 1 HEAD per object (none when the caller fetches all of it at once)
 *     restore            1 GET per object (large ones in ranges)
 *     save               1 GET, 1 PUT per object (before it 1 HEAD from 64 KiB on, instead of it where it is there), 1 PUT
 *     first hit in the month after: 2 GET, 1 HEAD and 1 COPY per object, 1 PUT
 */
import { tmpdir } from 'node:os';
import {
  isSha256,
  problemOfProducts,
  sizeOfProducts,
} from '../products/manifest.js';
import { restoreProducts } from '../products/restore.js';
import { readRoots, writeRoot } from '../sharing/generations.js';
import type { StoreScope } from '../sharing/scope.js';
import {
  problemOfSigner,
  type Signer,
  type Verifier,
} from '../sharing/signature.js';
import type {
  Hit,
  Manifest,
  RemoteCall,
  RemoteStore,
  SaveOutcome,
  SaveRequest,
} from '../store.js';
import type { Bucket, BucketTrouble } from './bucket.js';
import { Canary, type StoreState } from './canary.js';
import { FileSources } from './file-bytes.js';
import { MAX_MANIFEST_BYTES } from './layout.js';
import { ObjectWriter } from './object-writer.js';
import { PackReader } from './pack-reader.js';
import { planStorage } from './packs.js';
import { promote } from './promotion.js';
import { RemoteBlobs } from './remote-blobs.js';
import { RemoteManifests, type ManifestPlace } from './remote-manifests.js';
import {
  readStoredManifest,
  renderStoredManifest,
  type StoredManifest,
} from './stored-manifest.js';
import { tell, type Operation } from './trouble.js';

/** What a store in a bucket is opened with. */
export interface S3StoreOptions {
  readonly bucket: Bucket;
  /** What is read besides `t/`, and where results go. None: nothing is written. */
  readonly scope?: StoreScope;
  readonly access: 'read' | 'read-write';
  /** Signs what is written. */
  readonly signer?: Signer;
  /** Decides whose manifests in `t/` count. None: all. */
  readonly verifier?: Verifier;
  /** For compressed copies of large files. Default: the system's. */
  readonly temporaryFolder?: string;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Opens the store in a bucket. Asks nothing before it is used. */
export function openS3Store(options: S3StoreOptions): RemoteStore {
  return new S3Store(options);
}

/** An entry that counts, and the folder that it is read from. */
interface Found {
  readonly root: string;
  readonly stored: StoredManifest;
}

class S3Store implements RemoteStore {
  readonly label: string;
  readonly #bucket: Bucket;
  readonly #scope: StoreScope | undefined;
  /** Nothing for a reader. */
  readonly #writes: StoreScope | undefined;
  readonly #signer: Signer | undefined;
  readonly #now: () => number;
  readonly #canary: Canary;
  readonly #manifests: RemoteManifests;
  readonly #writer: ObjectWriter;
  readonly #packs: PackReader;
  readonly #damaged = new Set<string>();
  #promotes = true;

  constructor(options: S3StoreOptions) {
    const { bucket, scope, access, signer, verifier } = options;
    this.label = bucket.label;
    this.#bucket = bucket;
    this.#scope = scope;
    this.#writes = access === 'read-write' ? scope : undefined;
    this.#signer = signer;
    this.#now = options.now ?? Date.now;
    const damaged = this.#damaged;
    this.#canary = new Canary(bucket, this.#writes !== undefined);
    this.#manifests = new RemoteManifests({ bucket, verifier, damaged });
    const temporaryFolder = options.temporaryFolder ?? tmpdir();
    this.#writer = new ObjectWriter({ bucket, damaged, temporaryFolder });
    this.#packs = new PackReader(bucket);
  }

  async find(key: string, call: RemoteCall = {}): Promise<Hit | undefined> {
    if (!isSha256(key)) return undefined;
    const state = await this.#canary.look(call);
    if (state.status !== 'ready') {
      sayOff(state, 'find', call);
      return undefined;
    }
    const nowMs = this.#now();
    for (const root of readRoots(this.#scope, nowMs)) {
      const found = await this.#findIn({ root, key, call }, nowMs);
      if (found === 'trouble') return undefined;
      if (found !== undefined) return this.#hit(found, call);
    }
    return undefined;
  }

  async save(
    request: SaveRequest,
    call: RemoteCall = {},
  ): Promise<SaveOutcome> {
    const scope = this.#writes;
    if (scope === undefined) return failed(`${this.label} is only read`);
    const problem = problemOfRequest(request);
    if (problem !== undefined) return failed(problem);
    const state = await this.#canary.prepare(call);
    if (state.status !== 'ready') {
      sayOff(state, 'save', call);
      return failed(state.status === 'off' ? state.message : 'it is empty');
    }
    const root = writeRoot(scope, this.#now());
    return this.#saveIn({ root, key: request.key, call }, request);
  }

  /** Trouble with the server ends the search: another folder has the same server. */
  async #findIn(
    place: ManifestPlace,
    nowMs: number,
  ): Promise<Found | 'trouble' | undefined> {
    const { root, call } = place;
    const read = await this.#manifests.read(place);
    if (read.status === 'absent') return undefined;
    if (read.status === 'trouble') return sayTrouble(read, call);
    if (read.status === 'refused') {
      this.#sayDamage(place, read);
      return undefined;
    }
    const { stored, text } = read;
    const target = this.#promotionOf(root, nowMs);
    const isFetchedNow =
      target === undefined &&
      sizeOfProducts(stored.manifest.products) <= (call.fetchesUpToBytes ?? -1);
    const checked = await this.#manifests.check(place, stored, isFetchedNow);
    if (checked.status === 'trouble') return sayTrouble(checked, call);
    if (checked.status === 'incomplete') {
      this.#sayDamage(place, { ...checked, reason: 'lost blob' });
      return undefined;
    }
    return target === undefined
      ? { root, stored }
      : this.#promote(place, { root: target, stored, text });
  }

  /** The folder that an entry of this one has to be brought into; nothing when it is current, or we can't. */
  #promotionOf(root: string, nowMs: number): string | undefined {
    if (this.#writes?.kind !== 'trusted' || !this.#promotes) return undefined;
    const current = writeRoot(this.#writes, nowMs);
    return current === root ? undefined : current;
  }

  async #promote(
    place: ManifestPlace,
    entry: Found & { readonly text: string },
  ): Promise<Found | 'trouble' | undefined> {
    const { root: from, key, call } = place;
    const { root, stored, text } = entry;
    const promoted = await promote(
      { bucket: this.#bucket, manifests: this.#manifests },
      { place: { root, key, call }, from, stored, text },
    );
    switch (promoted.status) {
      case 'published':
        return { root, stored };
      case 'exists':
        return { root, stored: promoted.stored };
      case 'trouble':
        if (promoted.reason === 'missing') {
          // Deleted between the look and the copy, as old generations are.
          const message = 'its blobs were just deleted';
          this.#sayDamage(place, { message, reason: 'lost blob' });
          return undefined;
        }
        // It is as good as for a reader who can't promote. What was refused once will be again.
        this.#promotes = !['forbidden', 'refused'].includes(promoted.reason);
        tell(call, 'save', promoted);
        return { root: from, stored };
    }
  }

  #hit({ root, stored }: Found, call: RemoteCall): Hit {
    const { manifest } = stored;
    const blobs = new RemoteBlobs({
      bucket: this.#bucket,
      packs: this.#packs,
      damaged: this.#damaged,
      root,
      stored,
      call,
    });
    return {
      manifest,
      origin: 's3',
      blobs,
      restore: (targets) =>
        restoreProducts({
          manifest,
          targets,
          blobs,
          now: this.#now,
          checkpoint: () => Promise.resolve(),
        }),
    };
  }

  async #saveIn(
    place: ManifestPlace,
    request: SaveRequest,
  ): Promise<SaveOutcome> {
    const { root, key, call } = place;
    const unsigned = this.#problemOfSigner(root);
    if (unsigned !== undefined) {
      const [kind, reason] = ['configuration', 'signing key'] as const;
      call.onTrouble?.({ operation: 'save', kind, reason, message: unsigned });
      return failed(unsigned);
    }
    const before = await this.#findComplete(place);
    if (before?.status === 'trouble') return failedBy(before, call);
    if (before !== undefined) return before;

    const entries = request.products.map(({ entry }) => entry);
    const plan = planStorage(entries.flatMap(({ files }) => files));
    const sources = new FileSources(request);
    const written = await this.#writer.writeAll(plan, { root, sources, call });
    if (written.status === 'changed') {
      const { message } = written;
      const reason = 'product changed';
      call.onTrouble?.({ operation: 'save', kind: 'local', reason, message });
      return failed(message);
    }
    if (written.status === 'trouble') return failedBy(written, call);

    const { provenance } = request;
    const products = entries;
    const manifest: Manifest = { version: 1, key, products, provenance };
    const text = renderStoredManifest(manifest, written.objects, this.#signer);
    // What we would not read ourselves must not stand in the way of others.
    const verifier = this.#manifests.verifierOf(root);
    const ours = readStoredManifest(text, key, verifier);
    if (ours.status === 'refused') return failed(`its entry: ${ours.message}`);
    const published = await this.#manifests.publish(place, text);
    switch (published.status) {
      case 'published':
        return { status: 'saved', manifest: ours.stored.manifest };
      case 'exists':
        return { status: 'exists', manifest: published.stored.manifest };
      case 'trouble':
        return failedBy(published, call);
    }
  }
  /** What somebody else has saved since it was looked for. What is no hit is replaced, and needs no word. */
  async #findComplete(
    place: ManifestPlace,
  ): Promise<(SaveOutcome & { status: 'exists' }) | BucketTrouble | undefined> {
    const read = await this.#manifests.read(place);
    if (read.status === 'trouble') return read;
    if (read.status !== 'found') return undefined;
    const checked = await this.#manifests.check(place, read.stored);
    if (checked.status === 'trouble') return checked;
    return checked.status === 'complete'
      ? { status: 'exists', manifest: read.stored.manifest }
      : undefined;
  }

  /** What we would not read ourselves must not be written: everybody would replace it for ever. */
  #problemOfSigner(root: string): string | undefined {
    const verifier = this.#manifests.verifierOf(root);
    return verifier && problemOfSigner(this.#signer, verifier);
  }

  #sayDamage(
    { root, key, call }: ManifestPlace,
    { reason, message }: { readonly reason: string; readonly message: string },
  ): void {
    call.onTrouble?.({
      operation: 'find',
      kind: 'damage',
      reason,
      message: `The entry ${key.slice(0, 12)} in ${this.label}/${root} does not count: ${message}.`,
    });
  }
}

function problemOfRequest({ key, products }: SaveRequest): string | undefined {
  if (!isSha256(key)) return `\`${key}\` is not a sha256 key`;
  const entries = products.map(({ entry }) => entry);
  const foreign = products.find(({ name, entry }) => name !== entry.name);
  if (foreign) return `product \`${foreign.name}\` has another's entry`;
  const problem = problemOfProducts(entries);
  if (problem !== undefined) return problem;
  // Each file is in the list of products, and once more, by digest and size, in that of the objects.
  const files = entries.reduce((sum, { files }) => sum + files.length, 0);
  const listBytes = Buffer.byteLength(JSON.stringify(entries));
  return listBytes + files * LOCATION_BYTES > MAX_MANIFEST_BYTES
    ? `its ${files} files are too many for one entry; put them into archives`
    : undefined;
}

/** At most, of one file: `["<64 digits>",<size>]`, or an object of its own. */
const LOCATION_BYTES = 140;

function sayOff(
  state: Exclude<StoreState, { readonly status: 'ready' }>,
  operation: Operation,
  call: RemoteCall,
): void {
  if (state.status === 'empty' || state.trouble === undefined) return;
  call.onTrouble?.({ operation, ...state.trouble });
}

function sayTrouble(trouble: BucketTrouble, call: RemoteCall): 'trouble' {
  tell(call, 'find', trouble);
  return 'trouble';
}

function failedBy(trouble: BucketTrouble, call: RemoteCall): SaveOutcome {
  tell(call, 'save', trouble);
  return failed(trouble.message);
}

function failed(why: string): SaveOutcome {
  return {
    status: 'failed',
    message: `Not stored: ${why.replace(/\.$/, '')}.`,
  };
}
