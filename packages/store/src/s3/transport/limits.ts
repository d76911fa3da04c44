/**
 * How long an S3 server is waited for, how often it is asked again, and how large bytes are cut. Knows no requests.
 */

/** Bounds of every request; all have defaults. */
export interface BucketLimits {
  /** Until a connection stands. */
  readonly connectMs: number;
  /** Without a byte in either direction. */
  readonly silenceMs: number;
  /** Without a byte while the server works by itself: copies, puts parts together. */
  readonly serverWorkMs: number;
  /** Tries of one request that failed in a way that may pass. */
  readonly attempts: number;
  /** Tries of one request that met silence: each costs its whole time-out. */
  readonly silentAttempts: number;
  /** Mean of the first wait; doubles with each try, up to `longestBackoffMs`. */
  readonly backoffMs: number;
  readonly longestBackoffMs: number;
  /** Requests whose answer is awaited at the same time; others queue. */
  readonly parallelRequests: number;
  /** Larger objects are written in parts. Absent: a size that suits the server. */
  readonly singleWriteBytes?: number;
  /** Of a part, when 10,000 of them are enough. */
  readonly partBytes: number;
  readonly parallelParts: number;
  /** Larger objects are copied in parts; S3 refuses to copy more at once. */
  readonly singleCopyBytes: number;
}

const MiB = 1024 ** 2;

/** What S3 allows at most. */
export const MAX_PARTS = 10_000;

/** What S3 allows at most in one write. */
const MAX_SINGLE_WRITE_BYTES = 5 * 1024 ** 3;

/**
 * Where parts begin to pay. AWS gives each connection a share, so several are faster; other servers are mostly one
 * machine, which has to put the parts together again: measured, that takes more than twice as long.
 */
export function usualSingleWriteBytes(isAws: boolean): number {
  return isAws ? 256 * MiB : MAX_SINGLE_WRITE_BYTES;
}

/** What S3 allows at most in one object. */
export const MAX_OBJECT_BYTES = 5 * 1024 ** 4;

/** Connection and silence as measured with slow but living servers; four attempts outlive a restart of most gateways. */
export const DEFAULT_LIMITS: BucketLimits = {
  connectMs: 5_000,
  silenceMs: 30_000,
  serverWorkMs: 300_000,
  attempts: 5,
  silentAttempts: 2,
  backoffMs: 100,
  longestBackoffMs: 5_000,
  parallelRequests: 64,
  partBytes: 64 * MiB,
  parallelParts: 4,
  singleCopyBytes: 5 * 1024 ** 3,
};

/** A part of an object, `end` exclusive; numbered from 1. */
export interface Part {
  readonly number: number;
  readonly start: number;
  readonly end: number;
}

/** Cuts an object into equal parts (the last may be smaller), never more than S3 takes. Pure. */
export function cutIntoParts(sizeBytes: number, partBytes: number): Part[] {
  const bytes = Math.max(partBytes, Math.ceil(sizeBytes / MAX_PARTS));
  return Array.from({ length: Math.ceil(sizeBytes / bytes) }, (_, index) => ({
    number: index + 1,
    start: index * bytes,
    end: Math.min(sizeBytes, (index + 1) * bytes),
  }));
}
