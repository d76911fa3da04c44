/**
 * An HTTP server that answers request by request as a test says, for faults that need precision. Knows the shape of
 * S3's errors, nothing else of S3.
 */
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** One request, read to its end. */
export interface Received {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one request. */
export type Answer = (
  response: ServerResponse,
  received: Received,
) => void | Promise<void>;

/** The server; `await using` cuts all its connections. */
export class ScriptedServer implements AsyncDisposable {
  readonly received: Received[] = [];
  readonly #server: Server;
  readonly #script: Answer[];

  private constructor(script: readonly Answer[]) {
    this.#script = [...script];
    this.#server = createServer((request, response) => {
      void this.#handle(request, response);
    });
  }

  /** Answers in this order; the last answer is given again and again. */
  static async start(...script: readonly Answer[]): Promise<ScriptedServer> {
    const server = new ScriptedServer(script);
    server.#server.listen(0, '127.0.0.1');
    await once(server.#server, 'listening');
    return server;
  }

  get endpoint(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** `PUT /b/p/name?query` of each request. */
  get lines(): string[] {
    return this.received.map(({ method, url }) => `${method} ${url}`);
  }

  async #handle(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      // A client that gave up.
      return;
    }
    const { method = '', url = '', headers } = request;
    const body = Buffer.concat(chunks).toString('latin1');
    const received = { method, url, headers, body };
    this.received.push(received);
    const answer =
      this.#script.length > 1 ? this.#script.shift() : this.#script[0];
    await answer?.(response, received);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

/** Nothing comes, ever. */
export const silence: Answer = () => undefined;

/** The connection is cut. */
export const reset: Answer = (response) => {
  response.socket?.resetAndDestroy();
};

/** A success, with the headers that S3 gives. */
export function ok(
  body = '',
  headers: Readonly<Record<string, string | number>> = {},
): Answer {
  return (response) => {
    response.writeHead(200, {
      etag: '"e1"',
      'content-length': Buffer.byteLength(body),
      ...headers,
    });
    response.end(body);
  };
}

/** The answer to HEAD: what a GET would have. */
export function head(sizeBytes: number, etag = '"e1"'): Answer {
  return ok('', { etag, 'content-length': sizeBytes });
}

/** An error as S3 says it. */
export function refusal(
  status: number,
  code: string,
  {
    headers = {},
    xml = '',
  }: { headers?: Record<string, string>; xml?: string } = {},
): Answer {
  return (response, { method }) => {
    response.writeHead(status, {
      'content-type': 'application/xml',
      ...headers,
    });
    response.end(
      method === 'HEAD'
        ? undefined
        : `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>m</Message>${xml}</Error>`,
    );
  };
}

/** Some of the body, and then what is said. */
export function broken(
  part: string,
  headers: Readonly<Record<string, string | number>>,
  then: 'silent' | 'cut' | 'ended',
): Answer {
  return async (response) => {
    response.writeHead(200, { etag: '"e1"', ...headers });
    response.write(part);
    // Into a packet of its own, before the connection is cut.
    await sleep(0);
    if (then === 'cut') response.socket?.end();
    if (then === 'ended') response.end();
  };
}
