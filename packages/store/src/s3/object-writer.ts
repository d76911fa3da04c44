/**
 * Putting the bytes of files into objects, single or packed, compressed where it pays. What is there already is not
 * sent again, unless it was found to be damaged; what several saves send at the same time is sent once. Memory is
 * bounded over all saves: small files and packs are held whole, large ones are streamed.
 */
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryName } from '../files/atomic-file.js';
import { ioErrorCode } from '../files/io-error.js';
import { mapParallel, PARALLEL_FILES } from '../files/parallel.js';
import type { FileEntry, RemoteCall } from '../store.js';
import type { Bucket, BucketTrouble, ByteSource } from './bucket.js';
import { ByteBudget } from './byte-budget.js';
import { sourceOfBytes, sourceOfFile } from './byte-sources.js';
import { chooseEncoding, compressFile, encodeBytes } from './compression.js';
import {
  changed,
  readBytes,
  unreadable,
  type FileSource,
  type FileSources,
} from './file-bytes.js';
import { objectName, type Encoding } from './layout.js';
import { isPlausibleSize } from './object-reader.js';
import type { StoragePlan } from './packs.js';
import type { StoredObject } from './stored-manifest.js';
import { wire } from './trouble.js';

/** Where one save puts its objects. */
export interface ObjectPlace {
  readonly root: string;
  readonly sources: FileSources;
  readonly call: RemoteCall;
}

/** All objects of a save, or the first thing that went wrong. */
export type ObjectsOutcome =
  | { readonly status: 'stored'; readonly objects: readonly StoredObject[] }
  | ObjectFailure;

/** A file that no longer has its bytes, or trouble with the server. */
export type ObjectFailure =
  { readonly status: 'changed'; readonly message: string } | BucketTrouble;

type ObjectOutcome =
  { readonly status: 'stored'; readonly object: StoredObject } | ObjectFailure;

/** One object on its way. */
interface Target {
  readonly name: string;
  readonly object: StoredObject;
  readonly call: RemoteCall;
}

/** How sending one object ended. */
type Sent = 'stored' | 'not compressed' | ObjectFailure;

/** Up to here a file is read into memory; above, reading it twice costs less than holding it. */
const IN_MEMORY_BYTES = 4 << 20;
/** For small files, packs and what compresses them, over all saves. */
const MEMORY_BYTES = 64 << 20;
/** A large file: buffers of streams and of the compressor, and the parts under way. */
const STREAMED_BYTES = 16 << 20;
/** Objects of one save at once. */
const PARALLEL_OBJECTS = 16;
/** Smaller objects are sent without asking first: the question would take as long. */
const ASK_FROM_BYTES = 64 << 10;

/** Writes the objects of one bucket. */
export class ObjectWriter {
  readonly #bucket: Bucket;
  readonly #damaged: Set<string>;
  readonly #temporaryFolder: string;
  readonly #budget = new ByteBudget(MEMORY_BYTES);
  readonly #underWay = new Map<string, Promise<Sent>>();

  constructor(options: {
    readonly bucket: Bucket;
    /** Names of damaged objects; what is written anew is taken out. */
    readonly damaged: Set<string>;
    /** For compressed copies of large files. */
    readonly temporaryFolder: string;
  }) {
    this.#bucket = options.bucket;
    this.#damaged = options.damaged;
    this.#temporaryFolder = options.temporaryFolder;
  }

  /** Writes all objects of a plan. Never rejects for I/O. */
  async writeAll(
    { single, packs }: StoragePlan,
    place: ObjectPlace,
  ): Promise<ObjectsOutcome> {
    const works = [
      ...packs.map((files) => () => this.#writePack(files, place)),
      ...single.map((file) => () => this.#writeFile(file, place)),
    ];
    let failure: ObjectFailure | undefined;
    const objects = await mapParallel(works, PARALLEL_OBJECTS, async (work) => {
      if (failure !== undefined) return undefined;
      const outcome = await work();
      if (outcome.status === 'stored') return outcome.object;
      failure ??= outcome;
      return undefined;
    });
    return (
      failure ?? {
        status: 'stored',
        // In the order of the plan, so that equal saves make equal manifests.
        objects: objects.filter((object) => object !== undefined),
      }
    );
  }

  async #writeFile(
    file: FileEntry,
    place: ObjectPlace,
  ): Promise<ObjectOutcome> {
    const source = await place.sources.of(file);
    const { sizeBytes } = file;
    if (sizeBytes > IN_MEMORY_BYTES) {
      return this.#budget.use(STREAMED_BYTES, () =>
        this.#writeLarge(source, place),
      );
    }
    return this.#budget.use(2 * sizeBytes, async () => {
      const read = await readBytes(source);
      return read.status === 'read'
        ? this.#writeBytes(read.bytes, file, place)
        : read;
    });
  }

  async #writePack(
    files: readonly FileEntry[],
    place: ObjectPlace,
  ): Promise<ObjectOutcome> {
    const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
    // The files, the pack, and its compressed form.
    return this.#budget.use(3 * sizeBytes, async () => {
      const parts: Buffer[] = [];
      const failures: ObjectFailure[] = [];
      const queue = files.map((file, index) => ({ file, index }));
      await mapParallel(queue, PARALLEL_FILES, async ({ file, index }) => {
        if (failures.length > 0) return;
        const read = await readBytes(await place.sources.of(file));
        if (read.status === 'read') parts[index] = read.bytes;
        else failures.push(read);
      });
      const [failure] = failures;
      if (failure !== undefined) return failure;
      const bytes = Buffer.concat(parts);
      const digest = createHash('sha256').update(bytes).digest('hex');
      const members = files.map(
        (file) => [file.digest, file.sizeBytes] as const,
      );
      const pack = { digest, sizeBytes, files: members };
      return this.#writeBytes(bytes, pack, place);
    });
  }

  async #writeBytes(
    plain: Buffer,
    { digest, sizeBytes, files }: Omit<StoredObject, 'encoding'>,
    { root, call }: ObjectPlace,
  ): Promise<ObjectOutcome> {
    const { encoding, bytes } = await encodeBytes(plain);
    const object: StoredObject = {
      digest,
      sizeBytes,
      encoding,
      ...(files && { files }),
    };
    const target = { name: objectName(root, object), object, call };
    const isAsked = bytes.length >= ASK_FROM_BYTES;
    const sent = await this.#once(target, async () =>
      isAsked && (await this.#isThere(target))
        ? 'stored'
        : this.#send(target, sourceOfBytes(bytes)),
    );
    return sent === 'stored' ? { status: 'stored', object } : sent;
  }

  /** Tries each place of the bytes. */
  async #writeLarge(
    { file, paths }: FileSource,
    place: ObjectPlace,
  ): Promise<ObjectOutcome> {
    let outcome: ObjectOutcome = changed(file.path);
    for (const path of paths) {
      try {
        outcome = await this.#writeLargeFrom(path, file, place);
      } catch (error) {
        outcome = unreadable(path, error);
      }
      const isChanged =
        outcome.status === 'changed' ||
        (outcome.status === 'trouble' && outcome.reason === 'source-changed');
      if (!isChanged) return outcome;
      if (outcome.status === 'trouble') outcome = changed(path);
    }
    return outcome;
  }

  async #writeLargeFrom(
    path: string,
    { digest, sizeBytes }: FileEntry,
    { root, call }: ObjectPlace,
  ): Promise<ObjectOutcome> {
    const target = (encoding: Encoding): Target => {
      const object: StoredObject = { digest, sizeBytes, encoding };
      return { name: objectName(root, object), object, call };
    };
    if ((await chooseEncoding(path, sizeBytes)) === 'brotli') {
      const compressed = target('brotli');
      const sent = await this.#once(compressed, async () =>
        (await this.#isThere(compressed))
          ? 'stored'
          : this.#sendCompressed(compressed, path),
      );
      if (sent === 'stored')
        return { status: 'stored', object: compressed.object };
      if (sent !== 'not compressed') return sent;
    }
    const raw = target('raw');
    const sent = await this.#once(raw, async () =>
      (await this.#isThere(raw))
        ? 'stored'
        : this.#send(raw, sourceOfFile(path, raw.object)),
    );
    return sent === 'stored' ? { status: 'stored', object: raw.object } : sent;
  }

  /** Through a temporary file, because the digest of what is sent has to be known first. */
  async #sendCompressed(
    target: Target,
    path: string,
  ): Promise<'stored' | 'not compressed' | ObjectFailure> {
    const { object, call } = target;
    const temporary = join(this.#temporaryFolder, temporaryName());
    try {
      const made = await compressFile(path, temporary, call.signal);
      const isChanged =
        made.plainDigest !== object.digest ||
        made.plainBytes !== object.sizeBytes;
      if (isChanged) return changed(path);
      return isPlausibleSize(object, made.sizeBytes)
        ? await this.#send(target, sourceOfFile(temporary, made))
        : 'not compressed';
    } catch (error) {
      if (call.signal?.aborted === true) return aborted();
      // The disk is full, most likely. What stops reading the plain file too is said when it is sent.
      if (ioErrorCode(error) === undefined) throw error;
      return 'not compressed';
    } finally {
      await rm(temporary, { force: true });
    }
  }

  /** Single flight by name. Who joins works on its own when the first one failed for reasons of its own. */
  async #once<T extends Sent>(
    { name, call }: Target,
    work: () => Promise<T>,
  ): Promise<T | 'stored' | BucketTrouble> {
    for (;;) {
      const others = this.#underWay.get(name);
      if (others === undefined) break;
      const sent = await others;
      if (sent === 'stored') return sent;
      if (isOfServer(sent)) return sent;
      if (call.signal?.aborted === true) return aborted();
    }
    const own = work().finally(() => this.#underWay.delete(name));
    this.#underWay.set(name, own);
    return own;
  }

  /** Trouble here will be met again by the write, which says it. */
  async #isThere({ name, object, call }: Target): Promise<boolean> {
    if (this.#damaged.has(name)) return false;
    const found = await this.#bucket.stat(name, wire(call));
    return found.status === 'found' && isPlausibleSize(object, found.sizeBytes);
  }

  async #send(
    { name, call }: Target,
    source: ByteSource,
  ): Promise<'stored' | BucketTrouble> {
    const written = await this.#bucket.write(name, source, wire(call));
    if (written.status === 'trouble') return written;
    this.#damaged.delete(name);
    return 'stored';
  }
}

function isOfServer(sent: Sent): sent is BucketTrouble {
  return (
    typeof sent === 'object' &&
    sent.status === 'trouble' &&
    !['aborted', 'source-changed'].includes(sent.reason)
  );
}

function aborted(): BucketTrouble {
  const message = 'The upload was given up.';
  return { status: 'trouble', reason: 'aborted', message };
}
