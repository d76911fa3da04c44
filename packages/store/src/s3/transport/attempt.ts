/**
 * One try of a request under watch: it ends when the caller gives up, when nothing has moved for too long, or when
 * its bytes can't be read. Whatever the SDK does with its abort signal, the try ends. Knows no S3.
 */
import { failure, type Failure } from './failure.js';

/** What a try may do besides its work. */
export interface Watch {
  /** For the SDK. */
  readonly signal: AbortSignal;
  /** Something moved: silence begins anew. */
  moved(): void;
  /** Ends the try with this failure. */
  fail(reason: Failure): void;
}

/** How long silence lasts, and who may give up. */
export interface WatchOptions {
  /** For messages: who is silent. */
  readonly label: string;
  readonly silenceMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Thrown instead of what the SDK throws when the watch ended the try. */
export class AttemptEnded extends Error {
  readonly failure: Failure;

  constructor(reason: Failure) {
    super(reason.message);
    this.name = 'AttemptEnded';
    this.failure = reason;
  }
}

/** The caller's own wish. */
export function abortedFailure(label: string): Failure {
  return failure('aborted', `${label}: given up.`);
}

/** Nothing moved for too long. */
export function silenceFailure(label: string, silenceMs: number): Failure {
  return failure('time-out', `${label} was silent for ${silenceMs / 1000} s.`, {
    retry: 'slowly',
    isInDoubt: true,
  });
}

/** Works under watch. Rejects with {@link AttemptEnded} or with what the work throws. */
export async function watched<T>(
  { label, silenceMs, signal }: WatchOptions,
  work: (watch: Watch) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let end: (error: AttemptEnded) => void = () => undefined;
  const ended = new Promise<never>((_, reject) => {
    end = reject;
  });
  const fail = (reason: Failure): void => {
    if (controller.signal.aborted) return;
    end(new AttemptEnded(reason));
    controller.abort();
  };
  const giveUp = (): void => fail(abortedFailure(label));
  const silence = setTimeout(
    () => fail(silenceFailure(label, silenceMs)),
    silenceMs,
  );
  signal?.addEventListener('abort', giveUp, { once: true });
  if (signal?.aborted === true) giveUp();
  const working = work({
    signal: controller.signal,
    moved: () => void silence.refresh(),
    fail,
  });
  try {
    return await Promise.race([ended, working]);
  } finally {
    clearTimeout(silence);
    signal?.removeEventListener('abort', giveUp);
    // What loses the race has nobody else to hear it.
    working.catch(() => undefined);
    ended.catch(() => undefined);
  }
}
