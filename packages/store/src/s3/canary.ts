/**
 * The one object that every reader may read: tells credentials that do not work from objects that are not there, an
 * empty store from a foreign one. Read once per run, before anything else; written by the first who may write.
 */
import type { RemoteCall, StoreTrouble } from '../store.js';
import type { Bucket, BucketTrouble } from './bucket.js';
import { sourceOfBytes } from './byte-sources.js';
import { FORMAT_NAME, FORMAT_TEXT } from './layout.js';
import { readText, type TextOutcome } from './text-reader.js';
import { troubleOf } from './trouble.js';

/** What is known of a store as a whole. */
export type StoreState =
  | { readonly status: 'ready' }
  /** Nobody has written anything yet. */
  | { readonly status: 'empty' }
  /** Nothing can be done; `trouble` is absent where the caller itself gave up. */
  | {
      readonly status: 'off';
      readonly message: string;
      readonly trouble?: Omit<StoreTrouble, 'operation'>;
    };

/** Room for what later versions may add. */
const MAX_FORMAT_BYTES = 4096;

/** Looks at one store. */
export class Canary {
  readonly #bucket: Bucket;
  readonly #canWrite: boolean;
  /** Once it is certain, it stays as it is for the run. */
  #certain: StoreState | undefined;
  #looking: Promise<StoreState> | undefined;

  constructor(bucket: Bucket, canWrite: boolean) {
    this.#bucket = bucket;
    this.#canWrite = canWrite;
  }

  /** For a reader: an empty store is one. */
  async look(call: RemoteCall): Promise<StoreState> {
    if (this.#certain !== undefined) return this.#certain;
    // Calls that begin at the same time share one request.
    const isJoined = this.#looking !== undefined;
    const looking = (this.#looking ??= this.#read(call));
    const state = await looking;
    if (this.#looking === looking) this.#looking = undefined;
    const wasGivenUp = state.status === 'off' && state.trouble === undefined;
    // By somebody else, whose request it was.
    if (isJoined && wasGivenUp && call.signal?.aborted !== true) {
      return this.look(call);
    }
    return state;
  }

  /** For a writer: an empty store becomes one that is ready. */
  async prepare(call: RemoteCall): Promise<StoreState> {
    const state = await this.look(call);
    return state.status === 'empty' ? this.#create(call) : state;
  }

  async #read(call: RemoteCall): Promise<StoreState> {
    const read = await this.#readText(call);
    if (read.status !== 'trouble') return this.#judge(read);
    if (read.reason === 'missing') return { status: 'empty' };
    if (read.reason !== 'forbidden') return this.#off(read);
    // Without the right to list, a store that is not there yet looks like one that is forbidden.
    return this.#canWrite ? this.#create(call) : this.#forbidden();
  }

  #readText(call: RemoteCall): Promise<TextOutcome> {
    return readText(this.#bucket, FORMAT_NAME, {
      ...(call.signal && { signal: call.signal }),
      maxBytes: MAX_FORMAT_BYTES,
    });
  }

  #judge(read: Exclude<TextOutcome, BucketTrouble>): StoreState {
    return read.status === 'text' && isOurFormat(read.text)
      ? this.#settle({ status: 'ready' })
      : this.#foreign();
  }

  async #create(call: RemoteCall): Promise<StoreState> {
    const written = await this.#bucket.write(FORMAT_NAME, FORMAT_SOURCE, {
      ...(call.signal && { signal: call.signal }),
      condition: { when: 'absent' },
    });
    if (written.status === 'written') return this.#settle({ status: 'ready' });
    if (written.reason === 'exists') {
      // Somebody was first; if it can't be read now, it never could.
      const read = await this.#readText(call);
      if (read.status !== 'trouble') return this.#judge(read);
      return read.reason === 'forbidden' ? this.#forbidden() : this.#off(read);
    }
    return written.reason === 'forbidden'
      ? this.#forbidden()
      : this.#off(written);
  }

  /** Only what will not change by itself is kept. */
  #off(trouble: BucketTrouble): StoreState {
    const said = troubleOf('find', trouble);
    const { message } = trouble;
    if (said === undefined) return { status: 'off', message };
    const { kind, reason } = said;
    const state: StoreState = {
      status: 'off',
      message,
      trouble: { kind, reason, message },
    };
    return kind === 'configuration' ? this.#settle(state) : state;
  }

  #forbidden(): StoreState {
    return this.#configuration(
      'forbidden',
      `These credentials may not read ${this.#bucket.label}/${FORMAT_NAME}. Check their policy; a new store has to be written first by somebody who may write all of it.`,
    );
  }

  #foreign(): StoreState {
    return this.#configuration(
      'foreign layout',
      `${this.#bucket.label} was made by another version of nx-notebook, or is no store: ${FORMAT_NAME} is not known. Choose another prefix, or use the same version everywhere.`,
    );
  }

  #configuration(reason: string, message: string): StoreState {
    return this.#settle({
      status: 'off',
      message,
      trouble: { kind: 'configuration', reason, message },
    });
  }

  #settle(state: StoreState): StoreState {
    this.#certain = state;
    return state;
  }
}

/** Whether the canary's text is of a layout that we know; later versions may say more in it. */
export function isOurFormat(text: string): boolean {
  try {
    const value = JSON.parse(text) as Record<string, unknown> | null;
    return value?.['layout'] === 1 && value['digest'] === 'sha256';
  } catch {
    return false;
  }
}

const FORMAT_SOURCE = sourceOfBytes(Buffer.from(FORMAT_TEXT));
