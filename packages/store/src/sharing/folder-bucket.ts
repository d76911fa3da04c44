/**
 * A folder that several machines mount, as a bucket: one file per object, written under another name first. Knows
 * nothing of keys and manifests. A network drive that hangs can't be interrupted; callers bound their waiting.
 */
import { createHash } from 'node:crypto';
import { constants, type Stats } from 'node:fs';
import { copyFile, link, lstat, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline, Transform, type Readable } from 'node:stream';
import { temporaryName } from '../files/atomic-file.js';
import { describeIoError, ioErrorCode } from '../files/io-error.js';
import { withLock } from '../disk/lock.js';
import { makeFolder } from '../files/make-folder.js';
import type {
  Bucket,
  BucketTrouble,
  ByteSource,
  ObjectStat,
  RequestOptions,
  TroubleReason,
  WriteCondition,
} from '../s3/bucket.js';
import { listObjects } from './folder-listing.js';

const REASONS: Readonly<Record<string, TroubleReason>> = {
  ENOENT: 'missing',
  ENOTDIR: 'missing',
  EACCES: 'forbidden',
  EPERM: 'forbidden',
  EROFS: 'forbidden',
  ELOOP: 'missing',
  EEXIST: 'exists',
  ENOSPC: 'refused',
  EDQUOT: 'refused',
};

/** What file systems answer that have no hard links (FAT, some network and FUSE file systems). */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];
/** Not an object's name, so listings leave it out. */
const LOCK = '.nxnb-lock';
/** Larger reads are no faster, also over a network. */
const READ_BYTES = 1 << 20;

/**
 * Others write to the folder: what they put there must not lead out of it, and a pipe must not be waited for. Windows
 * has neither flag.
 */
const OPEN_FLAGS =
  constants.O_RDONLY |
  ((constants.O_NOFOLLOW as number | undefined) ?? 0) |
  ((constants.O_NONBLOCK as number | undefined) ?? 0);

/** Opens the objects below an absolute folder, which the first write makes. */
export function openFolderBucket(root: string): Bucket {
  return {
    label: root,
    stat: (name) =>
      attempt(name, async () => {
        const found = await lstat(pathOf(root, name));
        return found.isFile()
          ? { status: 'found', ...statOf(found) }
          : noObject;
      }),
    read: (name, options) =>
      attempt(name, () => openObject(pathOf(root, name), options)),
    write: (name, source, options) =>
      attempt(name, () => writeObject(pathOf(root, name), source, options)),
    copy: (from, to) =>
      attempt(to, async () => {
        if (!(await lstat(pathOf(root, from))).isFile()) return noObject;
        await place(pathOf(root, to), false, async (temporary) => {
          await copyFile(pathOf(root, from), temporary);
          return true;
        });
        return { status: 'copied' };
      }),
    list: (prefix) => listObjects(root, prefix),
  };
}

/** Throws for what could leave the folder: no caller makes such names. */
function pathOf(root: string, name: string): string {
  const parts = name.split('/');
  const isUnsafe = (part: string): boolean =>
    ['', '.', '..'].includes(part) || /[\\:\0]/.test(part);
  if (parts.some(isUnsafe)) throw new Error(`not an object's name: ${name}`);
  return join(root, ...parts);
}

async function openObject(
  path: string,
  {
    range,
    onBytes,
  }: RequestOptions & {
    readonly range?: { readonly start: number; readonly end: number };
  } = {},
): Promise<
  | ({ readonly status: 'open'; readonly body: Readable } & ObjectStat)
  | BucketTrouble
> {
  const handle = await open(path, OPEN_FLAGS);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) {
      await handle.close();
      return noObject;
    }
    const found = statOf(stats);
    // Ends are inclusive here; the stream closes the handle.
    const { start, end } = range ?? { start: 0, end: Infinity };
    const body = handle.createReadStream({
      start,
      end: end - 1,
      highWaterMark: READ_BYTES,
    });
    if (onBytes === undefined) return { status: 'open', body, ...found };
    const watched = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        onBytes(chunk.length);
        done(null, chunk);
      },
    });
    // Each fails with the other.
    pipeline(body, watched, () => undefined);
    return { status: 'open', body: watched, ...found };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function writeObject(
  path: string,
  source: ByteSource,
  {
    condition,
    ...request
  }: RequestOptions & { readonly condition?: WriteCondition } = {},
): Promise<{ readonly status: 'written' } | BucketTrouble> {
  const before = condition === undefined ? undefined : await etagOf(path);
  if (condition?.when === 'absent' && before !== undefined) return inTheWay;
  if (condition?.when === 'unchanged' && before !== condition.etag)
    return inTheWay;
  let failed: BucketTrouble | undefined;
  await place(path, condition?.when === 'absent', async (temporary) => {
    failed = await writeBytes(temporary, source, request);
    return failed === undefined;
  });
  return failed ?? { status: 'written' };
}

/** Fills a temporary file and gives it its name, unless the filling says `false`. */
async function place(
  path: string,
  isExclusive: boolean,
  fill: (temporary: string) => Promise<boolean>,
): Promise<void> {
  await makeFolder(dirname(path));
  const temporary = join(dirname(path), temporaryName());
  try {
    if (!(await fill(temporary))) return;
    // A link never replaces, so that exactly one of several writers wins.
    if (isExclusive) await linkOrRename(temporary, path);
    else await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Where there are no hard links, a lock on the folder lets one writer at a time look and rename. */
async function linkOrRename(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
    return;
  } catch (error) {
    if (!NO_LINKS.includes(ioErrorCode(error) ?? '')) throw error;
  }
  const lock = join(dirname(path), LOCK);
  const isOurs = await withLock(lock, 'wait', async () => {
    if ((await etagOf(path)) !== undefined) return false;
    await rename(temporary, path);
    return true;
  });
  // Without the lock nobody knows; the other one's counts.
  if (isOurs !== true) throw new StandsThere();
}

/** Another object has the name. */
class StandsThere extends Error {}

async function writeBytes(
  temporary: string,
  source: ByteSource,
  { signal, onBytes }: RequestOptions,
): Promise<BucketTrouble | undefined> {
  const hash = createHash('sha256');
  const handle = await open(temporary, 'wx');
  let written = 0;
  try {
    for await (const chunk of source.open(0, source.sizeBytes)) {
      if (signal?.aborted === true)
        return trouble('aborted', 'The upload was given up.');
      const bytes = chunk as Buffer;
      hash.update(bytes);
      await handle.writeFile(bytes);
      written += bytes.length;
      onBytes?.(bytes.length);
    }
  } finally {
    await handle.close();
  }
  return written === source.sizeBytes && hash.digest('hex') === source.sha256
    ? undefined
    : trouble('source-changed', 'The file changed while it was copied.');
}

async function etagOf(path: string): Promise<string | undefined> {
  try {
    return statOf(await lstat(path)).etag;
  } catch (error) {
    if (ioErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function statOf(found: Stats): ObjectStat {
  const etag = `${found.ino}-${found.size}-${found.mtimeMs}`;
  return { sizeBytes: found.size, etag };
}

const noObject = trouble('missing', 'What stands there is no file.');
const inTheWay = trouble('exists', 'Another object stands there already.');

function trouble(reason: TroubleReason, message: string): BucketTrouble {
  return { status: 'trouble', reason, message };
}

async function attempt<T>(
  name: string,
  call: () => Promise<T>,
): Promise<T | BucketTrouble> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof StandsThere) return inTheWay;
    const code = ioErrorCode(error);
    if (code === undefined) throw error;
    const words = describeIoError(error);
    return trouble(REASONS[code] ?? 'server-error', `${name}: ${words}.`);
  }
}
