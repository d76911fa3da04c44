/**
 * A bucket in memory with the semantics of a real one: conditional writes with one winner, changing etags, digests that
 * are checked before anything is visible, ranges, pages. Records every request; a test may answer in its place.
 */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Bucket, BucketTrouble, TroubleReason } from '@nx-notebook/store';

/** One request, as a server would log it. */
export interface BucketRequest {
  readonly operation: 'stat' | 'read' | 'write' | 'copy' | 'list';
  /** Of the object that is asked for or made. */
  readonly name: string;
}

/** What a test does in the place of the server; nothing: the request is served. */
export interface MemoryBucketHooks {
  /** Awaited before the request is served. */
  readonly before?: (
    request: BucketRequest,
  ) => Promise<BucketTrouble | undefined> | BucketTrouble | undefined;
  /** Awaited after the request was served, before it is answered. */
  readonly after?: (request: BucketRequest) => Promise<void> | void;
  /** Changes the bytes of an object on their way to the reader; an error breaks the body off after them. */
  readonly body?: (
    name: string,
    bytes: Buffer,
  ) => { readonly bytes: Buffer; readonly error?: Error };
}

/** A bucket whose objects a test can see and touch. */
export interface MemoryBucket extends Bucket {
  readonly objects: Map<string, Buffer>;
  /** Everything asked so far, in order. */
  readonly requests: BucketRequest[];
  /** The same objects for somebody else, whose requests are recorded apart. */
  openAnother(hooks?: MemoryBucketHooks): MemoryBucket;
}

/** An empty bucket. */
export function createMemoryBucket(
  hooks: MemoryBucketHooks = {},
): MemoryBucket {
  return open(new Map(), hooks);
}

/** Trouble as a bucket says it. */
export function bucketTrouble(reason: TroubleReason): BucketTrouble {
  return { status: 'trouble', reason, message: `The server says ${reason}.` };
}

const PAGE = 1000;

function open(
  objects: Map<string, Buffer>,
  hooks: MemoryBucketHooks,
): MemoryBucket {
  const requests: BucketRequest[] = [];
  /** Serves one request; what `serve` does is one change, as on a real server. */
  const ask = async <T>(
    request: BucketRequest,
    signal: AbortSignal | undefined,
    serve: () => T,
  ): Promise<T | BucketTrouble> => {
    requests.push(request);
    if (signal?.aborted === true) return bucketTrouble('aborted');
    const instead = await hooks.before?.(request);
    if (instead !== undefined) return instead;
    const answer = serve();
    await hooks.after?.(request);
    return answer;
  };
  return {
    label: 'memory://bucket',
    objects,
    requests,
    openAnother: (others = {}) => open(objects, others),
    stat: (name, { signal } = {}) =>
      ask({ operation: 'stat', name }, signal, () => {
        const bytes = objects.get(name);
        return bytes === undefined
          ? bucketTrouble('missing')
          : { status: 'found', ...statOf(bytes) };
      }),
    read: (name, { signal, range, onBytes } = {}) =>
      ask({ operation: 'read', name }, signal, () => {
        const bytes = objects.get(name);
        if (bytes === undefined) return bucketTrouble('missing');
        const { start, end } = range ?? { start: 0, end: bytes.length };
        const part = bytes.subarray(start, end);
        const sent = hooks.body?.(name, part) ?? { bytes: part };
        const body = bodyOf(sent, onBytes);
        return { status: 'open', body, ...statOf(bytes) };
      }),
    async write(name, source, { signal, condition, onBytes } = {}) {
      const collected = await collect(source.open(0, source.sizeBytes)).catch(
        () => undefined,
      );
      if (collected === undefined) return bucketTrouble('source-changed');
      onBytes?.(collected.length);
      return ask({ operation: 'write', name }, signal, () => {
        const before = objects.get(name);
        if (condition?.when === 'absent' && before !== undefined) {
          return bucketTrouble('exists');
        }
        if (condition?.when === 'unchanged') {
          if (before === undefined) return bucketTrouble('missing');
          if (etagOf(before) !== condition.etag) return bucketTrouble('exists');
        }
        if (
          collected.length !== source.sizeBytes ||
          sha256(collected) !== source.sha256
        ) {
          return bucketTrouble('source-changed');
        }
        objects.set(name, collected);
        return { status: 'written' };
      });
    },
    copy: (from, to, options) =>
      ask({ operation: 'copy', name: to }, options?.signal, () => {
        const bytes = objects.get(from);
        if (bytes === undefined) return bucketTrouble('missing');
        objects.set(to, Buffer.from(bytes));
        return { status: 'copied' };
      }),
    async *list(prefix, { signal } = {}) {
      const names = [...objects.keys()]
        .filter((name) => name.startsWith(prefix))
        .sort();
      for (let start = 0; start === 0 || start < names.length; start += PAGE) {
        yield await ask({ operation: 'list', name: prefix }, signal, () => ({
          status: 'listed' as const,
          objects: names.slice(start, start + PAGE).map((name) => ({
            name,
            sizeBytes: objects.get(name)?.length ?? 0,
            modifiedMs: 0,
          })),
        }));
      }
    },
  };
}

function bodyOf(
  sent: { readonly bytes: Buffer; readonly error?: Error },
  onBytes: ((bytes: number) => void) | undefined,
): Readable {
  // In pieces, as from a socket, so that a reader has to put them together.
  const pieces = function* (): Generator<Buffer> {
    for (let start = 0; start < sent.bytes.length; start += 1 << 16) {
      const piece = sent.bytes.subarray(start, start + (1 << 16));
      onBytes?.(piece.length);
      yield piece;
    }
    if (sent.error !== undefined) throw sent.error;
  };
  return Readable.from(pieces());
}

async function collect(source: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of source) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function statOf(bytes: Buffer): {
  readonly sizeBytes: number;
  readonly etag: string;
} {
  return { sizeBytes: bytes.length, etag: etagOf(bytes) };
}

function etagOf(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
