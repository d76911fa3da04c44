/**
 * An object into a file: as one stream, and a large one that comes slowly as several ranges at once, each written
 * straight to its place. A body that breaks off goes on where it stopped. Says which digest the file has, not whether
 * it is right.
 */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { performance, type EventLoopUtilization } from 'node:perf_hooks';
import { describeIoError, ioErrorCode } from '../files/io-error.js';
import { mapParallel } from '../files/parallel.js';
import type { Digest } from '../store.js';
import type { Bucket, BucketTrouble, RequestOptions } from './bucket.js';
import { RangeWriter } from './range-writer.js';
import { TrailingHash } from './trailing-hash.js';
import { troubleIn } from './trouble.js';

/** What to download. */
export interface Download extends RequestOptions {
  readonly name: string;
  readonly sizeBytes: number;
  /** Of an empty file, open for reading and writing; not closed here. */
  readonly handle: FileHandle;
  /** Instead of the usual sizes. */
  readonly cut?: DownloadCut;
}

/** When and how an object is cut. */
export interface DownloadCut {
  /** So much comes as one stream first. */
  readonly rangeBytes: number;
  /** In bytes per second: a stream that was faster goes on, since more of them would not be. */
  readonly fastEnough: number;
  /** Share of the time in which this process was busy: from here on it is the process that is slow, not the stream. */
  readonly busyEnough: number;
  readonly parallelRanges: number;
}

/** How it ended; whatever but `downloaded` leaves a file of which nothing is known. */
export type DownloadOutcome =
  | { readonly status: 'downloaded'; readonly digest: Digest }
  /** The object has another size; the message goes on after its name. */
  | { readonly status: 'damaged'; readonly message: string }
  | { readonly status: 'unwritable'; readonly message: string }
  | BucketTrouble;

const MiB = 1024 ** 2;

/** One connection to S3 gives about 90 MB/s, one to a server near by all it has: ranges only cost there. */
const USUAL_CUT: DownloadCut = {
  rangeBytes: 32 * MiB,
  fastEnough: 100 * MiB,
  busyEnough: 0.6,
  parallelRanges: 8,
};

/** Goes on after a body that broke off; opening it is tried again by the bucket. */
const RESUMES = 4;

/** Silence has cost a whole time-out each time. */
const SILENT_RESUMES = 1;

/** Bytes of the object, `end` exclusive. */
interface Range {
  readonly start: number;
  readonly end: number;
}

type Failed = Exclude<DownloadOutcome, { readonly status: 'downloaded' }>;

/** Downloads. Never rejects for network or disk. */
export async function downloadFile(
  bucket: Pick<Bucket, 'read'>,
  download: Download,
): Promise<DownloadOutcome> {
  const { sizeBytes, cut = USUAL_CUT } = download;
  const hash = createHash('sha256');
  const pace = new Pace(cut);
  try {
    const reached = await fetchRange(bucket, download, {
      range: { start: 0, end: sizeBytes },
      // Two ranges of which one is here are no reason to begin anew.
      goesOn: (chunk) => {
        hash.update(chunk);
        return (
          pace.isFast(chunk.length) || pace.bytes + cut.rangeBytes > sizeBytes
        );
      },
    });
    if (typeof reached !== 'number') return reached;
    return reached === sizeBytes
      ? { status: 'downloaded', digest: hash.digest('hex') }
      : await inRanges(bucket, download, { ...cut, reached });
  } catch (error) {
    return { status: 'unwritable', message: describeIoError(error) };
  }
}

/** Judges a stream when the first range of it is here. */
class Pace {
  readonly #cut: DownloadCut;
  #startedMs: number | undefined;
  #loop: EventLoopUtilization | undefined;
  #isFast: boolean | undefined;
  bytes = 0;

  constructor(cut: DownloadCut) {
    this.#cut = cut;
  }

  isFast(chunkBytes: number): boolean {
    // From the first chunk on: how long the server thought is no matter of connections.
    this.#startedMs ??= performance.now();
    this.#loop ??= performance.eventLoopUtilization();
    this.bytes += chunkBytes;
    if (this.bytes < this.#cut.rangeBytes) return true;
    const seconds = (performance.now() - this.#startedMs) / 1000;
    const { fastEnough, busyEnough } = this.#cut;
    this.#isFast ??=
      this.bytes >= fastEnough * seconds ||
      performance.eventLoopUtilization(this.#loop).utilization >= busyEnough;
    return this.#isFast;
  }
}

async function inRanges(
  bucket: Pick<Bucket, 'read'>,
  download: Download,
  {
    rangeBytes,
    parallelRanges,
    reached,
  }: DownloadCut & { readonly reached: number },
): Promise<DownloadOutcome> {
  const { sizeBytes, handle, signal } = download;
  const count = Math.ceil((sizeBytes - reached) / rangeBytes);
  const ranges = Array.from({ length: count }, (_, index) => ({
    start: reached + index * rangeBytes,
    end: Math.min(sizeBytes, reached + (index + 1) * rangeBytes),
  }));
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  signal?.addEventListener('abort', stop, { once: true });
  if (signal?.aborted === true) stop();
  await using hash = new TrailingHash(handle.fd);
  hash.add({ start: 0, end: reached });
  const isolated = { ...download, signal: stopping.signal };
  let failed: Failed | undefined;
  try {
    await mapParallel(ranges, parallelRanges, async (range) => {
      if (failed !== undefined) return;
      const ended = await fetchRange(bucket, isolated, { range });
      if (typeof ended === 'number') {
        hash.add(range);
        return;
      }
      // What the first failure stops is given up, which says nothing.
      failed ??= ended;
      stop();
    });
    return failed ?? { status: 'downloaded', digest: await hash.digest() };
  } finally {
    stop();
    signal?.removeEventListener('abort', stop);
  }
}

/** Brings a range into the file and says up to where; a body that breaks off goes on there. Rejects for the disk. */
async function fetchRange(
  bucket: Pick<Bucket, 'read'>,
  { name, sizeBytes, handle, signal, onBytes }: Download,
  {
    range: { start, end },
    goesOn = () => true,
  }: {
    readonly range: Range;
    readonly goesOn?: (chunk: Buffer) => boolean;
  },
): Promise<number | Failed> {
  const writer = new RangeWriter(handle, start);
  const request = {
    ...(signal === undefined ? {} : { signal }),
    ...(onBytes === undefined ? {} : { onBytes }),
  };
  for (let resumes = 0; ; resumes += 1) {
    const left = { start: writer.position, end };
    const isWhole = left.start === 0 && end === sizeBytes;
    const opened = await bucket.read(
      name,
      isWhole ? request : { ...request, range: left },
    );
    if (opened.status === 'trouble') return opened;
    const { body } = opened;
    if (opened.sizeBytes !== sizeBytes) {
      body.destroy();
      const message = `has ${opened.sizeBytes} instead of ${sizeBytes} bytes`;
      return { status: 'damaged', message };
    }
    try {
      for await (const chunk of body as AsyncIterable<Buffer>) {
        const isEnough = !goesOn(chunk);
        await writer.write(chunk);
        if (isEnough) break;
      }
      await writer.flush();
      return writer.position;
    } catch (error) {
      await writer.settle();
      const trouble = bodyTrouble(error);
      if (resumes >= resumesFor(trouble)) return trouble;
    } finally {
      body.destroy();
    }
  }
}

/** Throws what the disk said. */
function bodyTrouble(error: unknown): BucketTrouble {
  if (!(error instanceof Error && 'trouble' in error)) {
    if (ioErrorCode(error) !== undefined) throw error;
  }
  return troubleIn(error);
}

function resumesFor({ reason }: BucketTrouble): number {
  if (reason === 'unreachable') return RESUMES;
  return reason === 'time-out' ? SILENT_RESUMES : 0;
}
