/** Workspaces of a team: each its own disk, one shared folder, and calls to it that a test sees and holds. */
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  openDiskStore,
  openRemoteStore,
  openSharedStore,
  type BlobSource,
  type RemoteStore,
  type SharedStore,
  type SharedStoreOptions,
} from '@nx-notebook/store';
import { TestWorkspace } from './test-workspace.js';

/** What a test sees of the shared folder, and does with it. */
export interface Watched {
  /** Keys that were asked for. */
  readonly asked: string[];
  readonly saved: string[];
  /** Awaited before a blob comes. */
  beforeFetch: () => Promise<void>;
  afterFind: () => void;
}

/** A workspace with a store behind it that others share. */
export interface Member extends AsyncDisposable {
  readonly workspace: TestWorkspace;
  readonly watched: Watched;
  /** A store as each run opens one. */
  open(options?: Partial<SharedStoreOptions>): SharedStore;
}

/** A new workspace that shares the folder. */
export async function joinTeam(folder: string): Promise<Member> {
  const workspace = await TestWorkspace.create();
  const watched: Watched = {
    asked: [],
    saved: [],
    beforeFetch: () => Promise.resolve(),
    afterFind: () => undefined,
  };
  await mkdir(folder, { recursive: true });
  return {
    workspace,
    watched,
    open: (options = {}) =>
      openSharedStore({
        local: openDiskStore({ root: join(dirname(workspace.root), 'store') }),
        label: 'file:///share',
        openRemote: async () => watch(await openFolder(folder), watched),
        access: 'read-write',
        signal: new AbortController().signal,
        ...options,
      }),
    [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose](),
  };
}

function openFolder(path: string): Promise<RemoteStore> {
  return openRemoteStore({
    address: { kind: 'folder', path },
    scope: { kind: 'trusted' },
    access: 'read-write',
    s3: {},
    publicKeys: [],
  });
}

function watch(store: RemoteStore, watched: Watched): RemoteStore {
  return {
    label: store.label,
    async find(key, call) {
      watched.asked.push(key);
      const hit = await store.find(key, call);
      watched.afterFind();
      return hit && { ...hit, blobs: held(hit.blobs, watched) };
    },
    async save(request, call) {
      watched.saved.push(request.key);
      return store.save(request, call);
    },
  };
}

function held(blobs: BlobSource, watched: Watched): BlobSource {
  return {
    fetch: async (file, target) => {
      await watched.beforeFetch();
      return blobs.fetch(file, target);
    },
  };
}
