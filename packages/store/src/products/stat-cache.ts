/**
 * Digests of files that did not change since they were hashed, recognised by (dev, ino, size, mtime, ctime) in
 * nanoseconds; ctime finds tools that set mtime back. Lives in one file that may be deleted at any time: every
 * trouble with it is an empty cache. Several processes may share the file; the last to write keeps its additions.
 */
import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileAtomically } from '../files/atomic-file.js';
import { unlessIoError } from '../files/io-error.js';
import type { Digest } from '../store.js';

/** Digests of files that did not change since they were hashed. */
export interface StatCache {
  /** The digest of a file with exactly this identity, or nothing. Loads the file on first use; never rejects. */
  lookup(stat: BigIntStats): Promise<Digest | undefined>;
  /** Keeps a digest; ignored when the file was changed less than 2 s before `hashedAtMs`. */
  remember(stat: BigIntStats, digest: Digest, hashedAtMs: number): void;
  /** Writes what is new; does nothing when nothing is. Never rejects: a cache that can't be written is only slow. */
  persist(): Promise<void>;
}

/** A change right after hashing may leave all timestamps as they are; 2 s is the coarsest clock in use (FAT). */
const RACY_NS = 2_000_000_000n;
/** About 13 MB of text. */
const DEFAULT_MAX_ENTRIES = 100_000;
const HEADER = 'nx-notebook stat cache 1';
const LINE = /^(\d+ \d+ \d+ \d+ \d+) ([0-9a-f]{64})$/;

/** Opens the cache that lives in one file; reads nothing yet. */
export function openStatCache(
  file: string,
  options: { readonly maxEntries?: number } = {},
): StatCache {
  return new FileStatCache(file, options.maxEntries ?? DEFAULT_MAX_ENTRIES);
}

/** What makes two looks at a path the same bytes, as one string. */
export function statIdentity(stat: BigIntStats): string {
  return [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ');
}

class FileStatCache implements StatCache {
  readonly #file: string;
  readonly #maxEntries: number;
  /** From disk, and looked up or added by us. The second is younger, and wins when space is short. */
  #loaded: Promise<ReadonlyMap<string, Digest>> | undefined;
  readonly #used = new Map<string, Digest>();
  #isDirty = false;

  constructor(file: string, maxEntries: number) {
    this.#file = file;
    this.#maxEntries = maxEntries;
  }

  async lookup(stat: BigIntStats): Promise<Digest | undefined> {
    const identity = statIdentity(stat);
    const own = this.#used.get(identity);
    if (own !== undefined) return own;
    this.#loaded ??= load(this.#file);
    const digest = (await this.#loaded).get(identity);
    if (digest !== undefined) this.#used.set(identity, digest);
    return digest;
  }

  remember(stat: BigIntStats, digest: Digest, hashedAtMs: number): void {
    const changedNs = stat.mtimeNs > stat.ctimeNs ? stat.mtimeNs : stat.ctimeNs;
    if (changedNs + RACY_NS > BigInt(Math.floor(hashedAtMs)) * 1_000_000n) {
      return;
    }
    this.#used.set(statIdentity(stat), digest);
    this.#isDirty = true;
  }

  async persist(): Promise<void> {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    const onDisk = await load(this.#file);
    const entries = [...onDisk]
      .filter(([identity]) => !this.#used.has(identity))
      .concat([...this.#used])
      .slice(-this.#maxEntries);
    await unlessIoError(
      mkdir(dirname(this.#file), { recursive: true }).then(() =>
        writeFileAtomically(this.#file, render(entries)),
      ),
    );
  }
}

function render(entries: readonly (readonly [string, Digest])[]): string {
  const body = entries.map(([id, digest]) => `${id} ${digest}\n`).join('');
  return `${HEADER} ${checksum(body)}\n${body}`;
}

async function load(file: string): Promise<ReadonlyMap<string, Digest>> {
  const text = await unlessIoError(readFile(file, 'utf8'));
  if (text === undefined) return new Map();
  const endOfHeader = text.indexOf('\n') + 1;
  const body = text.slice(endOfHeader);
  // The checksum finds a cut or damaged file, which is possible after a power cut: nothing is synced.
  if (text.slice(0, endOfHeader) !== `${HEADER} ${checksum(body)}\n`) {
    return new Map();
  }
  const entries = new Map<string, Digest>();
  for (const line of body.split('\n')) {
    const [, identity, digest] = LINE.exec(line) ?? [];
    if (identity !== undefined && digest !== undefined) {
      entries.set(identity, digest);
    }
  }
  return entries;
}

function checksum(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
