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

/** A complete manifest: every blob was present when it was found. */
export interface Hit {
  readonly manifest: Manifest;
  /** `disk`, `s3`, ... for messages. */
  readonly origin: string;
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
}

/** Implementations never throw for I/O: a failing look-up is a miss, a failing save is an outcome. Safe to call concurrently, from several processes. */
export interface Store {
  find(key: string): Promise<Hit | undefined>;
  save(request: SaveRequest): Promise<SaveOutcome>;
}
