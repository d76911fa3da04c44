/**
 * A Jupyter server with one kernel, in this process, that does what the test says: the test takes each cell and decides
 * when it replies, dies, floods or loses its connection. For faults that a real kernel cannot be made to show.
 */
import { randomUUID } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  decodeFrame,
  encodeFrame,
  type ScriptedMessage,
} from './scripted-kernel-frames.js';

const protocol = 'v1.kernel.websocket.jupyter.org';
const kernelId = 'scripted';

/** A cell that a client sent. */
export class ScriptedCell {
  readonly code: string;
  readonly request: ScriptedMessage;
  readonly #kernel: ScriptedKernel;

  constructor(kernel: ScriptedKernel, request: ScriptedMessage) {
    this.#kernel = kernel;
    this.request = request;
    this.code = String(request.content['code']);
  }

  /** Sends a message that names this cell as its parent. */
  send(
    channel: 'iopub' | 'shell' | 'stdin',
    type: string,
    content: Readonly<Record<string, unknown>>,
  ): void {
    this.#kernel.send(channel, type, content, this.request.header);
  }

  print(text: string, name = 'stdout'): void {
    this.send('iopub', 'stream', { name, text });
  }

  status(state: 'busy' | 'idle'): void {
    this.send('iopub', 'status', { execution_state: state });
  }

  reply(status = 'ok', more: Readonly<Record<string, unknown>> = {}): void {
    this.send('shell', 'execute_reply', {
      status,
      execution_count: 1,
      ...more,
    });
  }

  /** Replies and is idle, as a kernel does after a cell. */
  finish(): void {
    this.reply();
    this.status('idle');
  }
}

/** See the head of this file. */
export class ScriptedKernel implements AsyncDisposable {
  readonly token = randomUUID();
  /** Whether the kernel answers the first question of a client. */
  answersInfo = true;
  /** Status codes for the next requests to start a kernel. */
  readonly startRefusals: number[] = [];
  readonly #server = createServer((request, response) => {
    this.#serve(request, response);
  });
  readonly #sockets = new WebSocketServer({
    server: this.#server,
    handleProtocols: () => protocol,
  });
  readonly #cells = new Mailbox<ScriptedCell>();
  readonly #interrupts = new Mailbox<undefined>();
  #socket: WebSocket | undefined;
  #isAlive = true;

  constructor() {
    this.#sockets.on('connection', (socket) => {
      this.#socket = socket;
      socket.on('message', (data) => {
        this.#receive(decodeFrame(data as Buffer));
      });
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  async listen(): Promise<void> {
    await new Promise<void>((done) => {
      this.#server.listen(0, '127.0.0.1', done);
    });
  }

  /** The next cell, now or when it comes. */
  nextCell(): Promise<ScriptedCell> {
    return this.#cells.take();
  }

  /** Resolves at the next interrupt. */
  nextInterrupt(): Promise<undefined> {
    return this.#interrupts.take();
  }

  send(
    channel: string,
    type: string,
    content: Readonly<Record<string, unknown>>,
    parent: Readonly<Record<string, string>> = {},
  ): void {
    this.sendRaw(
      encodeFrame({
        channel,
        header: {
          msg_id: randomUUID(),
          msg_type: type,
          session: kernelId,
          username: '',
          version: '5.3',
          date: '2026-01-01T00:00:00Z',
        },
        parent_header: parent,
        metadata: {},
        content,
      }),
    );
  }

  /** Sends bytes that need not be a message. */
  sendRaw(frame: Buffer): void {
    this.#socket?.send(frame);
  }

  /** Closes the connection under the client, as a network does. */
  dropConnection(): void {
    this.#socket?.terminate();
  }

  /** The kernel ends, and the server says so. */
  die(): void {
    this.#isAlive = false;
    this.send('iopub', 'status', { execution_state: 'dead' });
  }

  /** The kernel ends and nobody says so: it can only be seen by looking for it. */
  vanish(): void {
    this.#isAlive = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket?.terminate();
    this.#sockets.close();
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  #receive(message: ScriptedMessage): void {
    const type = message.header['msg_type'];
    if (type === 'kernel_info_request' && this.answersInfo) {
      const parent = message.header;
      this.send('shell', 'kernel_info_reply', kernelInfo, parent);
      this.send('iopub', 'status', { execution_state: 'idle' }, parent);
    } else if (type === 'execute_request') {
      this.#cells.put(new ScriptedCell(this, message));
    }
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const answer = (status: number, body?: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    };
    if (request.headers.authorization !== `token ${this.token}`) {
      answer(403, { message: 'Forbidden' });
      return;
    }
    const route = `${request.method ?? ''} ${request.url ?? ''}`;
    const model = { id: kernelId, name: kernelId, execution_state: 'idle' };
    switch (route) {
      case 'POST /api/kernels': {
        const refusal = this.startRefusals.shift();
        answer(refusal ?? 201, refusal === undefined ? model : {});
        break;
      }
      case `GET /api/kernels/${kernelId}`:
        answer(this.#isAlive ? 200 : 404, this.#isAlive ? model : {});
        break;
      case `POST /api/kernels/${kernelId}/interrupt`:
        this.#interrupts.put(undefined);
        answer(204);
        break;
      case `DELETE /api/kernels/${kernelId}`:
        this.#isAlive = false;
        answer(204);
        break;
      case 'GET /api/kernelspecs':
        answer(200, { kernelspecs: { scripted: {} } });
        break;
      default:
        answer(404, { message: route });
    }
  }
}

/** Starts a scripted kernel on a free port of the loopback interface. */
export async function createScriptedKernel(): Promise<ScriptedKernel> {
  const kernel = new ScriptedKernel();
  await kernel.listen();
  return kernel;
}

const kernelInfo = {
  status: 'ok',
  protocol_version: '5.3',
  implementation: 'scripted',
  implementation_version: '1',
  language_info: { name: 'scripted', version: '1' },
  banner: '',
  help_links: [],
};

/** Hands each thing that was put in to one who takes, in order. */
class Mailbox<T> {
  readonly #waiting: T[] = [];
  readonly #takers: ((value: T) => void)[] = [];

  put(value: T): void {
    const taker = this.#takers.shift();
    if (taker === undefined) {
      this.#waiting.push(value);
    } else {
      taker(value);
    }
  }

  take(): Promise<T> {
    return new Promise((resolve) => {
      if (this.#waiting.length > 0) {
        resolve(this.#waiting.shift() as T);
      } else {
        this.#takers.push(resolve);
      }
    });
  }
}
