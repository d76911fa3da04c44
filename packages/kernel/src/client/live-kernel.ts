/**
 * The connection to one kernel: sends requests, passes every message on at once and in order, and tells when the kernel or
 * the connection is gone. Knows no notebook.
 *
 * Messages are taken from the serializer, before the library queues them: it would hold each of them, however big, until
 * its own handlers ran. The library itself sees replies and status messages only.
 */
import type * as Services from '@jupyterlab/services';
import type { JsonObject } from '@nx-notebook/notebook';
import type { JupyterClient } from './jupyter-client.js';
import {
  decodeMessage,
  encodeMessage,
  standIn,
  type KernelMessage,
} from './message.js';

/** Hears what comes from the kernel. Must not throw. */
export interface KernelListener {
  message(message: KernelMessage): void;
  /** The kernel process is gone. */
  died(): void;
  /** Messages may be missing from here on. */
  lost(why: string): void;
}

/** ipykernel does not see an interrupt while its event loop sleeps; a request wakes it, if it comes after the interrupt. */
const nudgeAfterMs = 50;

const knownStates = ['starting', 'idle', 'busy', 'restarting', 'dead'];

/** One connected kernel. */
export class LiveKernel {
  readonly id: string;
  /** The kernel's description of itself; settles with its first answer. */
  readonly info: Promise<JsonObject>;
  readonly #client: JupyterClient;
  readonly #listener: KernelListener;
  readonly #connection: Services.Kernel.IKernelConnection;
  #wasConnected = false;
  #isDisposed = false;
  #nudge: NodeJS.Timeout | undefined;

  constructor(client: JupyterClient, id: string, listener: KernelListener) {
    this.id = id;
    this.#client = client;
    this.#listener = listener;
    this.#connection = new client.services.KernelConnection({
      model: { id, name: '' },
      serverSettings: client.settings({
        serialize: (message) => encodeMessage(outgoing(message)),
        deserialize: (frame) => this.#receive(frame),
      }),
      handleComms: false,
    });
    this.#connection.connectionStatusChanged.connect((_, status) => {
      this.#connectionChanged(status);
    });
    this.#connection.statusChanged.connect((_, status) => {
      if (status === 'dead' && !this.#isDisposed) {
        this.#listener.died();
      }
    });
    this.info = this.#connection.info.then(
      (info) => info as unknown as JsonObject,
    );
    this.info.catch(() => undefined);
  }

  /** Sends a cell; returns the id that its messages name as their parent. */
  execute(code: string, stopOnError: boolean): string {
    const future = this.#connection.requestExecute({
      code,
      silent: false,
      store_history: true,
      allow_stdin: false,
      stop_on_error: stopOnError,
    });
    // It is rejected when the kernel dies, which the listener hears.
    future.done.catch(() => undefined);
    return future.msg.header.msg_id;
  }

  /** Sends new state of a widget to the kernel. */
  updateComm(commId: string, state: JsonObject): void {
    const { KernelMessage } = this.#client.services;
    const message = KernelMessage.createMessage({
      msgType: 'comm_msg',
      channel: 'shell',
      session: this.#connection.clientId,
      username: this.#connection.username,
      content: {
        comm_id: commId,
        data: { method: 'update', state, buffer_paths: [] } as never,
      },
    });
    this.#connection
      .sendShellMessage(message, false, true)
      .done.catch(() => undefined);
  }

  /** Asks the kernel to stop what it does. Resolves when it was asked; the rest is up to its code. */
  async interrupt(): Promise<void> {
    await this.#client.interruptKernel(this.id);
    this.#nudge = setTimeout(() => {
      if (!this.#isDisposed && !this.#connection.isDisposed) {
        this.#connection.requestKernelInfo().catch(() => undefined);
      }
    }, nudgeAfterMs);
  }

  /** Closes the connection; the kernel stays as it is and the listener hears nothing more. */
  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#nudge);
    this.#connection.dispose();
  }

  #receive(frame: ArrayBuffer): Services.KernelMessage.IMessage {
    let message: KernelMessage;
    try {
      message = decodeMessage(frame);
    } catch (error) {
      this.#lose(`the kernel's server sent ${messageOf(error)}`);
      return standIn('') as unknown as Services.KernelMessage.IMessage;
    }
    if (!this.#isDisposed) {
      this.#listener.message(message);
    }
    const forLibrary = isForLibrary(message)
      ? message
      : standIn(message.header.session);
    return forLibrary as unknown as Services.KernelMessage.IMessage;
  }

  #connectionChanged(status: Services.Kernel.ConnectionStatus): void {
    if (status === 'connected') {
      this.#wasConnected = true;
    } else if (this.#wasConnected) {
      this.#lose('the connection to the kernel was lost');
    }
  }

  #lose(why: string): void {
    if (!this.#isDisposed) {
      this.#listener.lost(why);
    }
  }
}

function outgoing(message: Services.KernelMessage.IMessage): KernelMessage {
  return {
    ...message,
    parent_header: message.parent_header,
    buffers: message.buffers ?? [],
  } as unknown as KernelMessage;
}

function isForLibrary({ channel, header, content }: KernelMessage): boolean {
  return channel === 'iopub'
    ? header.msg_type === 'status' &&
        knownStates.includes(content['execution_state'] as string)
    : channel === 'shell' || channel === 'control';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
