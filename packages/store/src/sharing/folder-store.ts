/**
 * A folder that machines share, such as a network drive, as a remote store: laid out as a bucket, with the same scopes,
 * months and signatures. Who may write where is up to the permissions of the folders in it.
 */
import { execFile } from 'node:child_process';
import { openS3Store, type S3StoreOptions } from '../s3/s3-store.js';
import type {
  Hit,
  RemoteCall,
  RemoteStore,
  SaveOutcome,
  SaveRequest,
  StoreTrouble,
} from '../store.js';
import { TIME_OUT } from './breaker.js';
import { openFolderBucket } from './folder-bucket.js';

/** Where the folder is, and how it is used. */
export type FolderStoreOptions = Omit<S3StoreOptions, 'bucket'> & {
  /** Absolute. It has to be there: making it could fill the place where a drive is not mounted. */
  readonly path: string;
};

/** Long for a drive that sleeps, short for one that is gone. */
const PROBE_MS = 8000;

/** Opens the folder. Touches nothing until it is used. */
export function openFolderStore(options: FolderStoreOptions): RemoteStore {
  return new FolderStore(options);
}

class FolderStore implements RemoteStore {
  readonly label: string;
  readonly #store: RemoteStore;
  #probe: Promise<Omit<StoreTrouble, 'operation'> | undefined> | undefined;

  constructor({ path, ...options }: FolderStoreOptions) {
    this.label = path;
    this.#store = openS3Store({ ...options, bucket: openFolderBucket(path) });
  }

  async find(key: string, call: RemoteCall = {}): Promise<Hit | undefined> {
    if ((await this.#trouble('find', call)) !== undefined) return undefined;
    const hit = await this.#store.find(key, call);
    return hit && { ...hit, origin: 'folder' };
  }

  async save(
    request: SaveRequest,
    call: RemoteCall = {},
  ): Promise<SaveOutcome> {
    const trouble = await this.#trouble('save', call);
    return trouble === undefined
      ? this.#store.save(request, call)
      : { status: 'failed', message: trouble };
  }

  async #trouble(
    operation: StoreTrouble['operation'],
    { onTrouble }: RemoteCall,
  ): Promise<string | undefined> {
    this.#probe ??= probe(this.label);
    const trouble = await this.#probe;
    if (trouble !== undefined) onTrouble?.({ ...trouble, operation });
    return trouble?.message;
  }
}

const LOOK =
  'try{process.exitCode=require("fs").statSync(process.argv[1]).isDirectory()?0:3}catch{process.exitCode=3}';

/**
 * Looks at the folder from another process: a network drive that hangs would take this one's few threads for files with
 * it, one for each look, and with them every other file of the run.
 */
async function probe(
  path: string,
): Promise<Omit<StoreTrouble, 'operation'> | undefined> {
  const ended = await new Promise<'there' | 'missing' | 'silent'>((resolve) => {
    const child = execFile(process.execPath, ['-e', LOOK, path], (error) => {
      clearTimeout(timer);
      resolve(error === null ? 'there' : 'missing');
    });
    const timer = setTimeout(() => {
      // One that waits for a drive may not even end by this; nobody waits for it.
      child.kill('SIGKILL');
      child.unref();
      resolve('silent');
    }, PROBE_MS);
  });
  switch (ended) {
    case 'there':
      return undefined;
    case 'missing':
      return {
        kind: 'configuration',
        reason: 'no such folder',
        message: `The shared folder ${path} does not exist or can't be read; make it, or mount the drive.`,
      };
    case 'silent':
      return {
        kind: 'outage',
        reason: TIME_OUT,
        message: `The shared folder ${path} did not answer within ${PROBE_MS / 1000} s.`,
      };
  }
}
