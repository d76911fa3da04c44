/**
 * Listing the objects of a folder that serves as a bucket: folder by folder, so that memory holds one of them. Files
 * that are being written are not objects yet.
 */
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeIoError, ioErrorCode } from '../files/io-error.js';
import type { BucketTrouble } from '../s3/bucket.js';

/** One page per folder. */
interface Page {
  readonly status: 'listed';
  readonly objects: readonly {
    readonly name: string;
    readonly sizeBytes: number;
    readonly modifiedMs: number;
  }[];
}

/** Objects whose names begin with a prefix; what vanishes meanwhile is left out. */
export async function* listObjects(
  root: string,
  prefix: string,
): AsyncGenerator<Page | BucketTrouble, void, undefined> {
  const folders = [prefix.slice(0, prefix.lastIndexOf('/') + 1)];
  try {
    for (let base = folders.pop(); base !== undefined; base = folders.pop()) {
      const objects: Page['objects'][number][] = [];
      for (const entry of await entriesOf(join(root, base))) {
        const name = `${base}${entry.name}`;
        // Locks and files that are being written.
        if (entry.name.startsWith('.nxnb-')) continue;
        if (entry.isDirectory()) {
          const inner = `${name}/`;
          if (inner.startsWith(prefix) || prefix.startsWith(inner))
            folders.push(inner);
        } else if (name.startsWith(prefix)) {
          const { size, mtimeMs } = await stat(join(root, name));
          objects.push({ name, sizeBytes: size, modifiedMs: mtimeMs });
        }
      }
      if (objects.length > 0) yield { status: 'listed', objects };
    }
  } catch (error) {
    if (ioErrorCode(error) === undefined) throw error;
    const message = `The folder can't be listed: ${describeIoError(error)}.`;
    yield { status: 'trouble', reason: 'server-error', message };
  }
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (ioErrorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
