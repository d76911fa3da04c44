/**
 * A team of machines around one shared folder, each with a disk of its own; and a remote store that a test holds,
 * breaks or silences, with a real folder behind it.
 */
import { mkdir } from 'node:fs/promises';
import {
  keyOf,
  locationsIn,
  openScratch,
  requestFor,
  snapshot,
  writeProducts,
  type ProductContent,
  type Scratch,
} from '@nx-notebook/testing';
import { openDiskStore, type DiskStore } from '../../src/disk/disk-store.js';
import { openFolderStore } from '../../src/sharing/folder-store.js';
import {
  openSharedStore,
  type SharedStoreOptions,
} from '../../src/sharing/shared-store.js';
import type {
  Hit,
  RemoteCall,
  RemoteStore,
  SaveOutcome,
  SaveRequest,
  SharedStore,
  SharingSummary,
} from '../../src/store.js';

/** What a test does with a call before the folder sees it; what it returns is the answer. */
export interface RemoteScript {
  find?: (key: string, call: RemoteCall) => Promise<Hit | undefined | 'go'>;
  fetch?: (digest: string, call: RemoteCall) => Promise<'go'>;
  save?: (
    request: SaveRequest,
    call: RemoteCall,
  ) => Promise<SaveOutcome | 'go'>;
}

/** A remote store that a test drives. */
export class ScriptedRemote implements RemoteStore {
  readonly label = 's3://team/store';
  readonly found: string[] = [];
  readonly fetched: string[] = [];
  readonly saved: string[] = [];
  script: RemoteScript = {};
  running = 0;
  mostRunning = 0;
  readonly #behind: RemoteStore;

  constructor(behind: RemoteStore) {
    this.#behind = behind;
  }

  async find(key: string, call: RemoteCall = {}): Promise<Hit | undefined> {
    this.found.push(key);
    const answer = (await this.script.find?.(key, call)) ?? 'go';
    const hit = answer === 'go' ? await this.#behind.find(key, call) : answer;
    return (
      hit && {
        ...hit,
        origin: 's3',
        blobs: {
          fetch: (file, target) =>
            this.#counted(async () => {
              this.fetched.push(file.digest);
              await this.script.fetch?.(file.digest, call);
              return hit.blobs.fetch(file, target);
            }),
        },
      }
    );
  }

  async save(
    request: SaveRequest,
    call: RemoteCall = {},
  ): Promise<SaveOutcome> {
    return this.#counted(async () => {
      this.saved.push(request.key);
      const answer = (await this.script.save?.(request, call)) ?? 'go';
      return answer === 'go' ? this.#behind.save(request, call) : answer;
    });
  }

  async #counted<T>(work: () => Promise<T>): Promise<T> {
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    try {
      return await work();
    } finally {
      this.running -= 1;
    }
  }
}

/** One machine of the team. */
export interface Machine {
  readonly store: SharedStore;
  readonly local: DiskStore;
  readonly remote: ScriptedRemote;
  readonly cancel: () => void;
  /** Makes products and saves them under a key. */
  save(
    name: string,
    products: Readonly<Record<string, ProductContent>>,
  ): Promise<SaveOutcome>;
  /** Restores into a folder of its own: the products, or why there are none. */
  restore(name: string, names: readonly string[]): Promise<unknown>;
  finish(waitMs?: number): Promise<SharingSummary>;
}

/** The team; its folder goes with the test. */
export interface Team extends AsyncDisposable {
  readonly scratch: Scratch;
  /** Absolute path of the shared folder. */
  readonly folder: string;
  join(
    name: string,
    options?: Partial<Omit<SharedStoreOptions, 'openRemote'>>,
  ): Machine;
}

/** A shared folder and nobody there yet. */
export async function openTeam(): Promise<Team> {
  const scratch = await openScratch();
  const folder = scratch.path('share');
  await mkdir(folder);
  return {
    scratch,
    folder,
    join: (name, options = {}) => {
      const stop = new AbortController();
      const remote = new ScriptedRemote(
        openFolderStore({
          path: folder,
          scope: { kind: 'trusted' },
          access: 'read-write',
        }),
      );
      const local =
        options.local ?? openDiskStore({ root: scratch.path(name, 'store') });
      const store = openSharedStore({
        label: remote.label,
        openRemote: () => Promise.resolve(remote),
        access: 'read-write',
        signal: stop.signal,
        ...options,
        local,
      });
      return {
        store,
        local,
        remote,
        cancel: () => stop.abort(),
        save: async (key, products) => {
          const at = scratch.path(name, 'in', key);
          const locations = await writeProducts(at, products);
          return store.save(await requestFor(key, locations));
        },
        restore: async (key, names) => {
          const out = scratch.path(name, 'out', key);
          const hit = await store.find(keyOf(key));
          if (hit === undefined) return 'miss';
          const restored = await hit.restore(locationsIn(out, names));
          if (restored.status !== 'restored') return restored.status;
          return { origin: hit.origin, ...(await snapshot(out)) };
        },
        finish: (waitMs = 60_000) =>
          store.finish({ signal: stop.signal, waitMs }),
      };
    },
    [Symbol.asyncDispose]: () => scratch[Symbol.asyncDispose](),
  };
}

/** A promise that the test resolves. */
export function gate(): {
  readonly passed: Promise<'go'>;
  readonly open: () => void;
} {
  let open: () => void = () => undefined;
  const passed = new Promise<'go'>((resolve) => {
    open = () => resolve('go');
  });
  return { passed, open };
}

/** Never answers; ends when the caller gives up. */
export function silence({ signal }: RemoteCall): Promise<'go'> {
  return new Promise((resolve) => {
    signal?.addEventListener('abort', () => resolve('go'));
  });
}
