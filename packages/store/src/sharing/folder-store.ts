/**
 * A folder that machines share, such as a network drive, as a remote store: `t/` and `u/<scope>/` below it, each laid
 * out as the store on local disk. Who may write where is up to the permissions of these folders.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { openDiskStore, type DiskStore } from '../disk/disk-store.js';
import type {
  BlobSource,
  Hit,
  RemoteCall,
  RemoteStore,
  SaveOutcome,
  SaveRequest,
  StoreTrouble,
} from '../store.js';
import type { StoreScope } from './scope.js';

/** Where the folder is and what of it is read. */
export interface FolderStoreOptions {
  /** Absolute. */
  readonly path: string;
  /** None: `t/` is read, and nothing is written. */
  readonly scope?: StoreScope;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Long for a drive that sleeps, short for one that is gone. */
const PROBE_MS = 10_000;

/** Opens the folder. Touches nothing until it is used. */
export function openFolderStore(options: FolderStoreOptions): RemoteStore {
  return new FolderStore(options);
}

class FolderStore implements RemoteStore {
  readonly label: string;
  /** In the order of reading: what everybody reads comes first. */
  readonly #areas: readonly Area[];
  readonly #writable: Area | undefined;
  #probe: Promise<StoreTrouble | undefined> | undefined;

  constructor({ path, scope, now }: FolderStoreOptions) {
    this.label = path;
    const open = (...parts: string[]): Area =>
      new Area(join(path, ...parts), now ?? Date.now);
    const trusted = open('t');
    const own = scope?.kind === 'untrusted' ? open('u', scope.name) : undefined;
    this.#areas = own === undefined ? [trusted] : [trusted, own];
    this.#writable = scope === undefined ? undefined : (own ?? trusted);
  }

  async find(key: string, call: RemoteCall = {}): Promise<Hit | undefined> {
    if (!(await this.#isThere('find', call))) return undefined;
    for (const area of this.#areas) {
      const hit = await area.find(key, call);
      if (hit !== undefined) return hit;
    }
    return undefined;
  }

  async save(
    request: SaveRequest,
    call: RemoteCall = {},
  ): Promise<SaveOutcome> {
    if (this.#writable === undefined) {
      return failed(`Not stored: ${this.label} is only read.`);
    }
    if (!(await this.#isThere('save', call))) {
      return failed(`Not stored: ${this.label} is not there.`);
    }
    return this.#writable.save(request, call);
  }

  async #isThere(
    operation: 'find' | 'save',
    { onTrouble }: RemoteCall,
  ): Promise<boolean> {
    this.#probe ??= probe(this.label);
    const trouble = await this.#probe;
    if (trouble !== undefined) onTrouble?.({ ...trouble, operation });
    return trouble === undefined;
  }
}

/** One store on the shared folder, whose warnings go to the call that met them. */
class Area {
  readonly #open: (onWarning: (message: string) => void) => DiskStore;

  constructor(root: string, now: () => number) {
    this.#open = (onWarning) =>
      openDiskStore({
        root,
        now,
        onWarning,
        origin: 'folder',
        maxSizeBytes: Infinity,
      });
  }

  async find(key: string, call: RemoteCall): Promise<Hit | undefined> {
    const store = this.#open((message) =>
      call.onTrouble?.({
        operation: 'find',
        kind: 'configuration',
        reason: 'unreadable folder',
        message,
      }),
    );
    const hit = await store.find(key);
    return hit === undefined
      ? undefined
      : { ...hit, blobs: reported(hit.blobs, call) };
  }

  async save(request: SaveRequest, call: RemoteCall): Promise<SaveOutcome> {
    const outcome = await this.#open(() => undefined).save(request);
    if (outcome.status === 'failed') {
      const isDenied = /\((EACCES|EPERM|EROFS)\)/.test(outcome.message);
      call.onTrouble?.({
        operation: 'save',
        kind: isDenied ? 'configuration' : 'outage',
        reason: isDenied ? 'no permission to write' : 'unwritable folder',
        message: outcome.message,
      });
    } else if (outcome.status === 'saved') {
      const { products } = outcome.manifest;
      call.onBytes?.(products.reduce((sum, each) => sum + each.sizeBytes, 0));
    }
    return outcome;
  }
}

function reported(blobs: BlobSource, call: RemoteCall): BlobSource {
  return {
    fetch: async (file, target) => {
      const outcome = await blobs.fetch(file, target);
      if (outcome.status === 'fetched') call.onBytes?.(file.sizeBytes);
      if (outcome.status === 'damaged') {
        call.onTrouble?.({
          operation: 'restore',
          kind: 'damage',
          reason: 'damaged entry',
          message: `A stored entry is damaged: ${outcome.message}.`,
        });
      }
      return outcome;
    },
  };
}

/**
 * Looks at the folder from another process: a network drive that hangs would take this one's few threads for files with
 * it, one for each look, and with them every other file of the run.
 */
async function probe(path: string): Promise<StoreTrouble | undefined> {
  const code = `const {statSync}=require('fs');try{process.exitCode=statSync(process.argv[1]).isDirectory()?0:3}catch{process.exitCode=3}`;
  const ended = await new Promise<'there' | 'missing' | 'silent'>((resolve) => {
    const child = execFile(process.execPath, ['-e', code, path], (error) =>
      resolve(error === null ? 'there' : 'missing'),
    );
    child.unref();
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      resolve('silent');
    }, PROBE_MS);
    child.on('exit', () => clearTimeout(timer));
  });
  if (ended === 'there') return undefined;
  return ended === 'missing'
    ? {
        operation: 'find',
        kind: 'configuration',
        reason: 'no such folder',
        message: `The shared folder ${path} does not exist or can't be read; make it, or mount the drive.`,
      }
    : {
        operation: 'find',
        kind: 'outage',
        reason: 'time-out',
        message: `The shared folder ${path} did not answer within ${PROBE_MS / 1000} s.`,
      };
}

function failed(message: string): SaveOutcome {
  return { status: 'failed', message };
}
