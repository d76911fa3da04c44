/**
 * A place for objects by name, as S3 gives one: the interface between what is stored and how it travels. Knows bytes,
 * conditions and trouble; keys, manifests and products it does not know.
 */
import type { Readable } from 'node:stream';
import type { Digest } from '../store.js';

/** Why a request did not do what it should; messages are whole sentences for people, without secrets. */
export interface BucketTrouble {
  readonly status: 'trouble';
  readonly reason: TroubleReason;
  readonly message: string;
}

/** What callers tell apart. */
export type TroubleReason =
  /** No such object. */
  | 'missing'
  /** These credentials may not (403): for an object, it may also be missing. */
  | 'forbidden'
  /** The request has no valid signature: no, unknown or expired credentials, or the clock is wrong. */
  | 'unauthorised'
  /** The bucket does not exist, or the endpoint is none of S3. */
  | 'no-bucket'
  /** Somebody's object stands in the way of a conditional write (412). */
  | 'exists'
  /** The server refused the bytes or the request (400, 501): trying again is pointless. */
  | 'refused'
  /** The local file no longer has the bytes that were announced, or can't be read. */
  | 'source-changed'
  /** No connection, reset, DNS, TLS. */
  | 'unreachable'
  /** Nothing came for too long. */
  | 'time-out'
  /** 5xx or throttling, after all retries. */
  | 'server-error'
  /** The caller gave up. */
  | 'aborted';

/** What stands in a bucket. */
export interface ObjectStat {
  readonly sizeBytes: number;
  /** Opaque; for `replace`. */
  readonly etag: string;
}

/** Bytes to put, as often as a retry needs them. */
export interface ByteSource {
  readonly sizeBytes: number;
  /** Of the bytes as they are sent (compressed ones, if so); the server refuses others, and a dying client leaves nothing. */
  readonly sha256: Digest;
  /** Bytes from `start` up to, not including, `end`. Called again for a retry; several at once for parts. */
  open(start: number, end: number): Readable;
}

/** When a write may happen. Absent: always. */
export type WriteCondition =
  | { readonly when: 'absent' }
  | { readonly when: 'unchanged'; readonly etag: string };

/** Settings of one request. */
export interface RequestOptions {
  readonly signal?: AbortSignal;
  /** Of an object's bytes, as they go over the wire; what a retry sends again counts again. */
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Objects below one prefix of one bucket. Names are relative to the prefix. Never throws for the network or the
 * server: retries within bounds, then says trouble. Safe to call concurrently.
 */
export interface Bucket {
  /** For messages: `s3://bucket/prefix`. */
  readonly label: string;
  stat(
    name: string,
    options?: RequestOptions,
  ): Promise<({ readonly status: 'found' } & ObjectStat) | BucketTrouble>;
  /**
   * The bytes of an object or of a range of it (`end` exclusive). The stream fails with an error on a stalled, short
   * or reset body; nothing is retried once it flows. `sizeBytes` is of the whole object.
   */
  read(
    name: string,
    options?: RequestOptions & {
      readonly range?: { readonly start: number; readonly end: number };
    },
  ): Promise<
    | ({ readonly status: 'open'; readonly body: Readable } & ObjectStat)
    | BucketTrouble
  >;
  /** Writes an object whole or not at all; large ones in parts. */
  write(
    name: string,
    source: ByteSource,
    options?: RequestOptions & { readonly condition?: WriteCondition },
  ): Promise<{ readonly status: 'written' } | BucketTrouble>;
  /** Copies inside of the bucket without moving bytes here. */
  copy(
    from: string,
    to: string,
    options?: RequestOptions & { readonly sizeBytes?: number },
  ): Promise<{ readonly status: 'copied' } | BucketTrouble>;
  /** Names below a prefix with their sizes, page by page; trouble ends it as the last value. */
  list(
    prefix: string,
    options?: RequestOptions,
  ): AsyncGenerator<
    | {
        readonly status: 'listed';
        readonly objects: readonly {
          readonly name: string;
          readonly sizeBytes: number;
          readonly modifiedMs: number;
        }[];
      }
    | BucketTrouble,
    void,
    undefined
  >;
}
