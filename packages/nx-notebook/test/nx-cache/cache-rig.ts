/**
 * A cache server over a bucket in memory, asked over HTTP as Nx asks it.
 */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openNamedEntries } from '@nx-notebook/store';
import {
  createMemoryBucket,
  type MemoryBucket,
  type MemoryBucketHooks,
} from '@nx-notebook/testing';
import {
  startCacheServer,
  type CacheServer,
} from '../../src/nx-cache/cache-server.js';
import { NxCache, type NxCacheLimits } from '../../src/nx-cache/nx-cache.js';
import { Spool } from '../../src/nx-cache/spool.js';
import type { TokenRule } from '../../src/nx-cache/tokens.js';

/** What a rig may be. */
export interface CacheRigOptions {
  readonly hooks?: MemoryBucketHooks;
  readonly bucket?: MemoryBucket;
  readonly isReadOnly?: boolean;
  readonly limits?: Partial<NxCacheLimits>;
  readonly tokens?: readonly TokenRule[];
  readonly spoolBytes?: number;
}

/** An answer: its status, and its body where it has one. */
export interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/** The server and what is behind it. */
export class CacheRig implements AsyncDisposable {
  readonly bucket: MemoryBucket;
  readonly cache: NxCache;
  readonly spool: Spool;
  readonly #folder: string;
  readonly #server: CacheServer;

  private constructor(parts: {
    readonly folder: string;
    readonly bucket: MemoryBucket;
    readonly cache: NxCache;
    readonly spool: Spool;
    readonly server: CacheServer;
  }) {
    this.#folder = parts.folder;
    this.bucket = parts.bucket;
    this.cache = parts.cache;
    this.spool = parts.spool;
    this.#server = parts.server;
  }

  static async open(options: CacheRigOptions = {}): Promise<CacheRig> {
    const folder = await mkdtemp(join(tmpdir(), 'nxnb-cache-'));
    const bucket = options.bucket ?? createMemoryBucket(options.hooks);
    const spool = new Spool({
      folder: join(folder, 'spool'),
      maxSizeBytes: options.spoolBytes ?? 1e9,
    });
    const cache = new NxCache({
      label: bucket.label,
      spool,
      isReadOnly: options.isReadOnly ?? false,
      limits: options.limits ?? {},
      entries: openNamedEntries({
        bucket,
        space: 'nx/shop',
        readRoots: () => [{ folder: 't/g1' }],
        writeRoot: () => 't/g1',
      }),
    });
    const server = await startCacheServer({
      host: '127.0.0.1',
      port: 0,
      tokens: options.tokens ?? [{ token, access: 'read-write' }],
      cacheOf: (name) =>
        Promise.resolve(
          name === undefined || name === 'shop' ? cache : undefined,
        ),
    });
    return new CacheRig({ folder, bucket, cache, spool, server });
  }

  get url(): string {
    return this.#server.url;
  }

  get(hash: string, bearer: string | undefined = token): Promise<Answer> {
    return this.ask('GET', `/v1/cache/${hash}`, { bearer });
  }

  put(hash: string, body: Buffer, bearer?: string): Promise<Answer> {
    const path = `/v1/cache/${hash}`;
    return this.ask('PUT', path, { bearer: bearer ?? token, body });
  }

  async ask(
    method: string,
    path: string,
    {
      bearer,
      body,
    }: { readonly bearer?: string | undefined; readonly body?: Buffer } = {},
  ): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers:
        bearer === undefined ? {} : { authorization: `Bearer ${bearer}` },
      ...(body === undefined ? {} : { body: new Uint8Array(body) }),
    });
    const bytes = Buffer.from(await response.arrayBuffer());
    return { status: response.status, body: bytes };
  }

  /** Names in the spool. */
  async spooled(): Promise<readonly string[]> {
    return readdir(join(this.#folder, 'spool')).catch(() => []);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** The token of a rig that was given none. */
export const token = 'token-of-the-rig';

/** Something that looks like an entry of Nx. */
export function entry(text: string): Buffer {
  return gzipSync(text, { level: 0 });
}
