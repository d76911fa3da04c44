/**
 * The files of one entry in a bucket as a source of blobs: streamed from an object of their own, or cut out of a pack.
 * Every byte is hashed on its way. What turns out to be damaged is remembered, so that it counts as lost from then on
 * and the next save heals it.
 */
import { createHash } from 'node:crypto';
import { open, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { describeIoError } from '../files/io-error.js';
import type {
  BlobSource,
  Digest,
  FetchOutcome,
  FileEntry,
  RemoteCall,
} from '../store.js';
import type { Bucket } from './bucket.js';
import { downloadFile } from './download.js';
import { FileSink } from './byte-sinks.js';
import { objectName } from './layout.js';
import { readObject, type ReadingOutcome } from './object-reader.js';
import type { PackReader } from './pack-reader.js';
import type {
  FileLocation,
  StoredManifest,
  StoredObject,
} from './stored-manifest.js';
import { isAbsence, tell, wire } from './trouble.js';

/** What the files of an entry are read with. */
export interface RemoteBlobsOptions {
  readonly bucket: Bucket;
  readonly packs: PackReader;
  /** Names of objects that were found to be damaged; added to. */
  readonly damaged: Set<string>;
  /** The folder of the entry. */
  readonly root: string;
  readonly stored: StoredManifest;
  readonly call: RemoteCall;
}

/** The files of one entry. */
export class RemoteBlobs implements BlobSource {
  readonly #options: RemoteBlobsOptions;

  constructor(options: RemoteBlobsOptions) {
    this.#options = options;
  }

  async fetch(file: FileEntry, target: string): Promise<FetchOutcome> {
    if (file.sizeBytes === 0) return writeNew(target, file, Buffer.alloc(0));
    const location = this.#options.stored.locations.get(file.digest);
    if (location === undefined) {
      return { status: 'damaged', message: 'it does not have such a file' };
    }
    const { object } = location;
    const name = objectName(this.#options.root, object);
    const outcome =
      object.files === undefined
        ? await this.#stream({ name, object, file, target })
        : await this.#cutOut({ name, location, file, target });
    return outcome.status === 'read'
      ? { status: 'fetched' }
      : this.#failed(name, outcome);
  }

  async #stream(request: {
    readonly name: string;
    readonly object: StoredObject;
    readonly file: FileEntry;
    readonly target: string;
  }): Promise<ReadingOutcome> {
    const { name, object, file, target } = request;
    let handle: FileHandle | undefined;
    let isRead = false;
    try {
      // The kernel takes the umask off these.
      handle = await open(target, 'wx+', file.executable ? 0o777 : 0o666);
      const outcome =
        object.encoding === 'raw'
          ? await this.#download(name, object, handle)
          : await this.#decode(name, object, handle);
      // Some file systems report a full disk only now.
      await handle.close();
      isRead = outcome.status === 'read';
      return outcome;
    } catch (error) {
      return { status: 'unwritable', message: describeIoError(error) };
    } finally {
      await handle?.close().catch(() => undefined);
      if (handle && !isRead) await rm(target, { force: true });
    }
  }

  #decode(
    name: string,
    object: StoredObject,
    handle: FileHandle,
  ): Promise<ReadingOutcome> {
    const { bucket, call } = this.#options;
    const sink = new FileSink(handle);
    return readObject(bucket, { name, object, sink, ...wire(call) });
  }

  async #download(
    name: string,
    { digest, sizeBytes }: StoredObject,
    handle: FileHandle,
  ): Promise<ReadingOutcome> {
    const { bucket, call } = this.#options;
    const download = { name, sizeBytes, handle, ...wire(call) };
    const outcome = await downloadFile(bucket, download);
    if (outcome.status === 'trouble' && isAbsence(outcome)) {
      return { status: 'damaged', message: `${name} is missing` };
    }
    if (outcome.status === 'damaged') {
      return { status: 'damaged', message: `${name} ${outcome.message}` };
    }
    if (outcome.status !== 'downloaded') return outcome;
    return outcome.digest === digest
      ? { status: 'read' }
      : {
          status: 'damaged',
          message: `${name} has other bytes than its name says`,
        };
  }

  async #cutOut(request: {
    readonly name: string;
    readonly location: FileLocation;
    readonly file: FileEntry;
    readonly target: string;
  }): Promise<ReadingOutcome> {
    const { name, location, file, target } = request;
    const { packs, call } = this.#options;
    const { object, start } = location;
    const { digest, sizeBytes } = file;
    const pack = await packs.read({ name, object, digest, call });
    if (pack.status !== 'read') return pack;
    const bytes = pack.bytes.subarray(start, start + sizeBytes);
    if (sha256(bytes) !== digest) {
      const message = `${name} has other files than its entry says`;
      return { status: 'damaged', message };
    }
    const written = await writeNew(target, file, bytes);
    return written.status === 'fetched' ? { status: 'read' } : written;
  }

  #failed(
    name: string,
    outcome: Exclude<ReadingOutcome, { readonly status: 'read' }>,
  ): FetchOutcome {
    const { call, damaged, bucket, stored } = this.#options;
    if (outcome.status === 'unwritable') return outcome;
    if (outcome.status === 'damaged') {
      const isKnown = damaged.has(name);
      damaged.add(name);
      if (isKnown) return outcome;
      call.onTrouble?.({
        operation: 'restore',
        kind: 'damage',
        reason: 'damaged blob',
        message: `The entry ${stored.manifest.key.slice(0, 12)} in ${bucket.label} is damaged: ${outcome.message}. The task is executed again.`,
      });
      return outcome;
    }
    tell(call, 'restore', outcome);
    return { status: 'damaged', message: outcome.message.replace(/\.$/, '') };
  }
}

/** Writes a file that must not exist; leaves nothing behind otherwise. */
async function writeNew(
  target: string,
  { executable }: FileEntry,
  bytes: Buffer,
): Promise<Exclude<FetchOutcome, { readonly status: 'damaged' }>> {
  try {
    await writeFile(target, bytes, {
      flag: 'wx',
      mode: executable ? 0o777 : 0o666,
    });
    return { status: 'fetched' };
  } catch (error) {
    const message = describeIoError(error);
    if (!message.includes('EEXIST')) await rm(target, { force: true });
    return { status: 'unwritable', message };
  }
}

function sha256(bytes: Buffer): Digest {
  return createHash('sha256').update(bytes).digest('hex');
}
