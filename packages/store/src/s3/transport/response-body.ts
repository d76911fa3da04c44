/**
 * Bytes on their way from the server. Fails when they stop coming while somebody wants them, when fewer or more come
 * than were promised (Node and the SDK take a body without content-length for complete), and when the connection ends.
 */
import { Readable } from 'node:stream';
import type { BucketTrouble } from '../bucket.js';
import { abortedFailure, silenceFailure } from './attempt.js';
import { failure } from './failure.js';

/** What a body fails with. */
export class BodyFailed extends Error {
  readonly trouble: BucketTrouble;

  constructor({ reason, message }: BucketTrouble) {
    super(message);
    this.name = 'BodyFailed';
    this.trouble = { status: 'trouble', reason, message };
  }
}

/** What is known of a body before it flows. */
export interface BodyOptions {
  readonly label: string;
  readonly expectedBytes: number;
  readonly silenceMs: number;
  readonly signal: AbortSignal | undefined;
  readonly onBytes: ((bytes: number) => void) | undefined;
}

/** The same bytes, watched. Destroying it ends the connection of a body that has not ended. */
export function watchBody(
  body: Readable,
  { label, expectedBytes, silenceMs, signal, onBytes }: BodyOptions,
): Readable {
  let bytes = 0;
  let silence: NodeJS.Timeout | undefined;
  const hush = (): void => {
    clearTimeout(silence);
    silence = undefined;
  };
  const fail = (trouble: BucketTrouble): void =>
    void watchedBody.destroy(new BodyFailed(trouble));
  const cut = (): void =>
    fail(
      failure(
        'unreachable',
        `${label}: the connection was cut after ${bytes} of ${expectedBytes} bytes.`,
      ),
    );
  const giveUp = (): void => fail(abortedFailure(label));
  const watchedBody = new Readable({
    // Chunks come as the socket gives them; a second buffer would only hold more of them.
    highWaterMark: 0,
    read() {
      // Only while somebody wants bytes: a slow reader is not a silent server.
      silence ??= setTimeout(
        () => fail(silenceFailure(label, silenceMs)),
        silenceMs,
      );
      body.resume();
    },
    destroy(error, done) {
      hush();
      signal?.removeEventListener('abort', giveUp);
      body.destroy();
      done(error);
    },
  });
  // It may fail before its reader listens, and an error that nobody hears ends the process; the reader still sees it.
  watchedBody.on('error', () => undefined);
  body.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    onBytes?.(chunk.length);
    silence?.refresh();
    if (bytes > expectedBytes) {
      fail(
        failure(
          'server-error',
          `${label} sent more than the ${expectedBytes} bytes that it announced.`,
        ),
      );
    } else if (!watchedBody.push(chunk)) {
      hush();
      body.pause();
    }
  });
  body.on('end', () => {
    hush();
    if (bytes < expectedBytes) cut();
    else watchedBody.push(null);
  });
  body.on('error', cut);
  body.on('close', () => {
    if (!body.readableEnded) cut();
  });
  body.pause();
  signal?.addEventListener('abort', giveUp, { once: true });
  if (signal?.aborted === true) giveUp();
  return watchedBody;
}
