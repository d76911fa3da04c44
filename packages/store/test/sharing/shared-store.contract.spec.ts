/**
 * The contract of a store, kept by what a machine with an empty disk reads through a shared store: whatever happens to
 * an object of the remote one, it comes whole or not at all. The remote one is the store on disk, which has passed.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StoreHarness } from '@nx-notebook/testing';
import { registerStoreContract } from '@nx-notebook/testing/contracts';
import { openDiskStore } from '../../src/disk/disk-store.js';
import { openSharedStore } from '../../src/sharing/shared-store.js';
import type { RemoteStore } from '../../src/store.js';
import { openDiskHarness } from '../disk-harness.js';

async function openSharedHarness(): Promise<StoreHarness> {
  const team = await openDiskHarness();
  const machines = await mkdtemp(join(tmpdir(), 'nx-notebook-machines-'));
  let opened = 0;
  return {
    ...team,
    open: () => {
      const own = team.open();
      const remote: RemoteStore = {
        label: 'the team',
        find: (key) => own.find(key),
        save: (request) => own.save(request),
      };
      opened += 1;
      const shared = openSharedStore({
        local: openDiskStore({ root: join(machines, `${opened}`) }),
        label: remote.label,
        openRemote: () => Promise.resolve(remote),
        access: 'read',
        signal: new AbortController().signal,
      });
      return {
        find: (key) => shared.find(key),
        save: (request) => remote.save(request),
      };
    },
    [Symbol.asyncDispose]: async () => {
      await team[Symbol.asyncDispose]();
      await rm(machines, { recursive: true, force: true });
    },
  };
}

registerStoreContract('a shared store on an empty disk', openSharedHarness, {
  manyFiles: 1000,
});
