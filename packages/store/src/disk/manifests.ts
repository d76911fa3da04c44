/**
 * Manifests on disk: one per key, published once. The first writer wins; only a manifest that can't be a hit any
 * more makes room for a second one. Knows nothing of blobs.
 */
import {
  link,
  readFile,
  rm,
  stat,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { temporaryName } from '../files/atomic-file.js';
import type { DiskLayout } from './layout.js';
import { withLock } from './lock.js';
import { ioErrorCode, unlessIoError } from '../files/io-error.js';
import { makeFolder, renameIntoPlace } from '../files/make-folder.js';
import { parseManifest } from '../products/manifest.js';
import type { Manifest } from '../store.js';

/** What file systems answer that have no hard links (FAT, some network and FUSE file systems). */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/** Manifests below one root. Safe to use from several processes. */
export class DiskManifests {
  readonly #layout: DiskLayout;
  readonly #checkpoint: (name: string) => Promise<void>;

  constructor(layout: DiskLayout, checkpoint: (name: string) => Promise<void>) {
    this.#layout = layout;
    this.#checkpoint = checkpoint;
  }

  /** The manifest of a key; nothing when there is none or it breaks a rule. Rejects when the store can't be read. */
  async read(key: string): Promise<Manifest | undefined> {
    try {
      const text = await readFile(this.#layout.manifest(key), 'utf8');
      return parseManifest(text, key);
    } catch (error) {
      if (ioErrorCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Marks a manifest as used now; the oldest go first when space is short. */
  async touch(key: string, nowMs: number): Promise<void> {
    const time = nowMs / 1000;
    await unlessIoError(utimes(this.#layout.manifest(key), time, time));
  }

  /**
   * Publishes unless there is a hit for the key. A manifest that is none makes room, under a lock, so that two who
   * see the same broken one don't replace each other's. False when somebody else's came first.
   */
  async publish(
    key: string,
    text: string,
    isHit: () => Promise<boolean>,
  ): Promise<boolean> {
    if (await this.#publishOnce(key, text)) return true;
    if (await isHit()) return false;
    const lock = this.#layout.lock(key);
    const replaced = await withLock(lock, 'wait', async () => {
      if (await isHit()) return false;
      await rm(this.#layout.manifest(key), { force: true });
      return this.#publishOnce(key, text);
    });
    return replaced ?? false;
  }

  /** False when there is a manifest, whatever it is worth. */
  async #publishOnce(key: string, text: string): Promise<boolean> {
    const temporary = join(this.#layout.temporary, temporaryName());
    try {
      await writeFile(temporary, text, { flag: 'wx' });
      await this.#checkpoint('manifest-written');
      const isFirst = await this.#placeOnce(key, temporary);
      await this.#checkpoint('manifest-placed');
      return isFirst;
    } finally {
      // It may have been renamed into place; what stays is found by the next clean-up.
      await unlessIoError(unlink(temporary));
    }
  }

  async #placeOnce(key: string, temporary: string): Promise<boolean> {
    const path = this.#layout.manifest(key);
    await makeFolder(dirname(path));
    try {
      await link(temporary, path);
      return true;
    } catch (error) {
      const code = ioErrorCode(error) ?? '';
      if (code === 'EEXIST') return false;
      if (!NO_LINKS.includes(code)) throw error;
    }
    const placed = await withLock(
      this.#layout.lock(`${key}.place`),
      'wait',
      async () => {
        if ((await unlessIoError(stat(path))) !== undefined) return false;
        await renameIntoPlace(temporary, path);
        return true;
      },
    );
    return placed ?? false;
  }
}
