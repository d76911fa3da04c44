/**
 * The contract of a Store as a suite: every implementation has to pass it. Looks at a store only through its
 * interface and through the named objects that lie in it, so that the same tests damage a disk or a bucket.
 */
import { describe, jest } from '@jest/globals';
import type { SaveRequest, Store } from '@nx-notebook/store';
import { registerDamageTests } from './store-contract-damage.js';
import { registerRestoreTests } from './store-contract-restore.js';
import { registerSaveTests } from './store-contract-save.js';

/** A store under test, empty at first; disposing removes it. */
export interface StoreHarness extends AsyncDisposable {
  /** Another opening of the same store, as by another process. */
  open(): Store;
  /** Names of manifests (`ac/...`) and blobs (`cas/...`). */
  listObjects(): Promise<string[]>;
  readObject(name: string): Promise<Buffer>;
  writeObject(name: string, bytes: Uint8Array): Promise<void>;
  deleteObject(name: string): Promise<void>;
  /**
   * Saves in a process of its own that is killed (SIGKILL) right after its n-th change to the store, counted from
   * 0. `finished` when it made fewer.
   */
  killDuringSave(
    request: SaveRequest,
    change: number,
  ): Promise<'killed' | 'finished'>;
}

/** Some tests write thousands of files; the limit only ends what hangs, also on a machine that is busy. */
const TEST_LIMIT_MS = 180_000;

/**
 * Registers the suite with jest for one implementation; `create` is called once per test. `manyFiles` is the size of the
 * largest folder in it.
 */
export function registerStoreContract(
  name: string,
  create: () => Promise<StoreHarness>,
  { manyFiles = 10_000 }: { readonly manyFiles?: number } = {},
): void {
  jest.setTimeout(TEST_LIMIT_MS);
  describe(`${name} keeps the contract of a store`, () => {
    registerSaveTests(create);
    registerDamageTests(create);
    registerRestoreTests(create, manyFiles);
  });
}
