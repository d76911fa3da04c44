/**
 * The store's interface: products by key, content-addressed. Knows keys and bytes, not tasks or pipelines.
 */

/** sha256 as 64 lower-case hexadecimal digits. */
export type Digest = string;

/** One file of a product. */
export interface FileEntry {
  /** POSIX, relative to the product; empty when the product is the file itself. */
  readonly path: string;
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly executable: boolean;
}

/**
 * A product as bytes: a file, or a folder with all files below it, sorted by path. Empty folders inside are not
 * kept, symbolic links count as what they point to.
 */
export interface ProductEntry {
  /** Name of the product in its task. */
  readonly name: string;
  readonly kind: 'file' | 'folder';
  /** Of the file's bytes; for a folder of the canonical list of its files. */
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly files: readonly FileEntry[];
}

/** What a key produced; stored last and only once. */
export interface Manifest {
  readonly version: 1;
  /** sha256 as 64 lower-case hexadecimal digits. */
  readonly key: string;
  readonly products: readonly ProductEntry[];
  /** Free-form JSON about the execution: durations, versions, who. Never part of a decision. */
  readonly provenance: Readonly<Record<string, unknown>>;
}

/** A product and the absolute path where it stands or shall stand. */
export interface ProductLocation {
  readonly name: string;
  readonly path: string;
}

/** A verified copy at the target, or why there is none. */
export type FetchOutcome =
  | { readonly status: 'fetched' }
  | { readonly status: 'damaged'; readonly message: string }
  /** The message says what stopped it, without the path. */
  | { readonly status: 'unwritable'; readonly message: string };

/** Where blobs come from. */
export interface BlobSource {
  /** Writes a blob to a path that must not exist. `fetched` only if the written bytes have the digest. */
  fetch(file: FileEntry, target: string): Promise<FetchOutcome>;
}

/** A complete manifest: every blob was present when it was found. */
export interface Hit {
  readonly manifest: Manifest;
  /** `disk`, `s3`, `folder`: for messages. */
  readonly origin: string;
  /** The bytes of its files. */
  readonly blobs: BlobSource;
  /**
   * Writes the products to the given places: every byte is verified first, then files are renamed into place.
   * Writes nothing outside these places; on any doubt writes nothing and says `damaged`.
   */
  restore(targets: readonly ProductLocation[]): Promise<RestoreOutcome>;
}

/** How a restore ended; only `restored` touched the targets. */
export type RestoreOutcome =
  | { readonly status: 'restored' }
  /** A blob was missing, cut or changed, or the manifest does not fit the targets. Treat as a miss. */
  | { readonly status: 'damaged'; readonly message: string }
  /** The place could not be written (full disk, permissions). */
  | { readonly status: 'unwritable'; readonly message: string };

/** How a save ended; messages are whole sentences for people. */
export type SaveOutcome =
  | { readonly status: 'saved'; readonly manifest: Manifest }
  /** Somebody else was first; theirs counts. */
  | { readonly status: 'exists'; readonly manifest: Manifest }
  /** Nothing was published; the task's result is not touched by it. */
  | { readonly status: 'failed'; readonly message: string };

/**
 * What to store. Files are read only where the store lacks their bytes; what no longer has the bytes of its entry
 * fails the save.
 */
export interface SaveRequest {
  readonly key: string;
  readonly products: readonly (ProductLocation & {
    readonly entry: ProductEntry;
  })[];
  readonly provenance: Readonly<Record<string, unknown>>;
  /** A copy of a file's bytes that nobody writes to, to be read instead of the product. */
  readonly copyOf?: (file: FileEntry) => Promise<string | undefined>;
}

/** Implementations never throw for I/O: a failing look-up is a miss, a failing save is an outcome. Safe to call concurrently, from several processes. */
export interface Store {
  find(key: string): Promise<Hit | undefined>;
  save(request: SaveRequest): Promise<SaveOutcome>;
}

/** Something that went wrong in a store, and cost at most a look-up or an upload. */
export interface StoreTrouble {
  readonly operation: 'find' | 'restore' | 'save';
  /** `configuration`: nothing will work until somebody changes credentials, bucket or address. */
  readonly kind: 'configuration' | 'outage' | 'damage' | 'local';
  /** A few words that are the same for equal causes, such as `time-out`; for counting. */
  readonly reason: string;
  /** A whole sentence for people. */
  readonly message: string;
}

/**
 * A store that other machines share: slow, and now and then not there. Keeps the contract of {@link Store}, and says in
 * its calls what did not work. A hit goes on using what its `find` was called with.
 */
export interface RemoteStore extends Store {
  /** For people: `s3://bucket/prefix`, `/mnt/share`. */
  readonly label: string;
  find(key: string, call?: RemoteCall): Promise<Hit | undefined>;
  save(request: SaveRequest, call?: RemoteCall): Promise<SaveOutcome>;
}

/** One call of a remote store, as its caller sees it. */
export interface RemoteCall {
  /** Ends the call early, and with it what a hit still fetches. */
  readonly signal?: AbortSignal;
  /** Told about everything that made a look-up a miss, a restore damaged or a save fail, apart from "there is none". */
  readonly onTrouble?: (trouble: StoreTrouble) => void;
  /** Bytes that went over the wire just now; also a sign of life. */
  readonly onBytes?: (bytes: number) => void;
  /** Entries up to this size are fetched whole by the caller at once, so that their blobs need not be looked for first. */
  readonly fetchesUpToBytes?: number;
}

/** A store that other machines share, behind one on this disk. */
export interface SharedStore extends Store {
  /**
   * Brings what a key has nearer, because it will be asked for soon: gives the manifest as soon as it is known and
   * goes on fetching in the background, within bounds. A later `find` of the key joins. Never rejects.
   */
  expect(key: string): Promise<Manifest | undefined>;
  /** Waits for uploads until they are done, `signal` aborts or the wait is over; then gives up what is left. Never rejects. */
  finish(options: FinishOptions): Promise<SharingSummary>;
}

/** How long uploads are waited for. */
export interface FinishOptions {
  readonly signal: AbortSignal;
  readonly waitMs: number;
  /** Told about every second while something is left. */
  readonly onProgress?: (left: {
    readonly results: number;
    readonly bytes: number;
  }) => void;
}

/** What a run gave to the shared store and took from it. */
export interface SharingSummary {
  /** For people: `s3://bucket/prefix`, `/mnt/share`. */
  readonly label: string;
  readonly asked: number;
  readonly hits: number;
  readonly downloadedBytes: number;
  /** Results published by this run. */
  readonly uploaded: number;
  readonly uploadedBytes: number;
  /** Results that were there already, from somebody else. */
  readonly alreadyThere: number;
  /** Results of this run that stayed here, because it only reads. */
  readonly keptHere: number;
  /** How they could be shared, as a sentence; nothing where somebody decided that they stay. */
  readonly howToShare?: string;
  /** Results that were to be uploaded and were not, by reason: `{"time-out": 3}`. */
  readonly notUploaded: Readonly<Record<string, number>>;
  /** Each different trouble once, with its count. */
  readonly troubles: readonly (StoreTrouble & { readonly count: number })[];
  /** Nothing was asked any more from some moment on, and why. */
  readonly switchedOff?: string;
}
