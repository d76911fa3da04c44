/**
 * Bytes on their way to the server: exactly as many as were announced, or the request ends. The SDK neither notices
 * when its source fails nor when it is short, and would wait for ever.
 */
import { Transform, type Readable, type TransformCallback } from 'node:stream';
import { describeIoError, ioErrorCode } from '../../files/io-error.js';
import type { ByteSource } from '../bucket.js';
import { failure, type Failure } from './failure.js';
import type { Watch } from './attempt.js';

/** More than the 64 kB of file streams, so that reading goes on while a chunk is sent. */
const BUFFER_BYTES = 1 << 20;

/** Opens a range of the source for one try; the range ends with its try, whatever happens. */
export function openRequestBody(
  source: ByteSource,
  {
    start,
    end,
    onBytes,
  }: {
    readonly start: number;
    readonly end: number;
    readonly onBytes: ((bytes: number) => void) | undefined;
  },
  watch: Watch,
): Readable {
  const expectedBytes = end - start;
  let bytes = 0;
  const failed = (error: unknown): void => watch.fail(sourceFailure(error));
  const body = new Transform({
    highWaterMark: BUFFER_BYTES,
    transform(chunk: Buffer, _, done: TransformCallback) {
      bytes += chunk.length;
      watch.moved();
      onBytes?.(chunk.length);
      if (bytes > expectedBytes) watch.fail(changed('it has grown'));
      else done(undefined, chunk);
    },
    flush(done) {
      if (bytes < expectedBytes) watch.fail(changed('it has shrunk'));
      else done();
    },
  });
  const input = source.open(start, end);
  input.on('error', failed);
  const close = (): void => {
    input.destroy();
    body.destroy();
  };
  watch.signal.addEventListener('abort', close, { once: true });
  body.on('close', () => {
    watch.signal.removeEventListener('abort', close);
    input.destroy();
  });
  return input.pipe(body);
}

/** Why a source gave no bytes. Throws what is a bug. */
export function sourceFailure(error: unknown): Failure {
  return ioErrorCode(error) === undefined
    ? changed(error instanceof Error ? error.message : String(error))
    : changed(describeIoError(error));
}

/** The bytes are not, or no longer, what was announced. */
export function changed(why: string): Failure {
  return failure(
    'source-changed',
    `The file to upload no longer has the bytes that were announced: ${why}.`,
  );
}
