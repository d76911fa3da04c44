/**
 * A cell that was sent: complete once the kernel has replied and has said that it is idle again, which it does after the
 * last output.
 */
import type { JsonObject } from '@nx-notebook/notebook';
import { textIn, type KernelMessage } from '../client/message.js';
import { Deferred } from './timing.js';

/** What the kernel says of a cell in the end. */
export interface Reply {
  readonly status: string;
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

/** Follows the messages of one request. */
export class PendingCell {
  readonly requestId: string;
  readonly #silenceMs: number;
  readonly #done = new Deferred<Reply | 'silent'>();
  #reply: Reply | undefined;
  #isIdle = false;
  #silence: NodeJS.Timeout | undefined;

  constructor(requestId: string, silenceMs: number) {
    this.requestId = requestId;
    this.#silenceMs = silenceMs;
  }

  /** The reply, or `silent` if it came and nothing more is heard, not even the kernel being idle. */
  get done(): Promise<Reply | 'silent'> {
    return this.#done.promise;
  }

  receive(message: KernelMessage): void {
    if (message.parent_header.msg_id !== this.requestId) {
      return;
    }
    const { channel, content } = message;
    if (channel === 'shell' && message.header.msg_type === 'execute_reply') {
      this.#reply ??= replyOf(content);
    } else if (
      message.header.msg_type === 'status' &&
      content['execution_state'] === 'idle'
    ) {
      this.#isIdle = true;
    }
    this.#settle();
  }

  /** Stops waiting. */
  dispose(): void {
    clearTimeout(this.#silence);
  }

  #settle(): void {
    clearTimeout(this.#silence);
    if (this.#reply === undefined) {
      return;
    }
    if (this.#isIdle) {
      this.#done.resolve(this.#reply);
    } else {
      this.#silence = setTimeout(() => {
        this.#done.resolve('silent');
      }, this.#silenceMs);
    }
  }
}

function replyOf(content: JsonObject): Reply {
  const { ename, traceback } = content;
  return {
    status: textIn(content, 'status'),
    ename: typeof ename === 'string' ? ename : 'Error',
    evalue: textIn(content, 'evalue'),
    traceback: Array.isArray(traceback) ? traceback.map(String) : [],
  };
}
