/**
 * `fetch` over our own connections: to a unix socket, which Node's own cannot do, or to the loopback interface without
 * regard to proxy settings.
 */
import { request as send, type Agent, type IncomingMessage } from 'node:http';
import type { ServerAddress } from '../server/jupyter-server.js';

/** A `fetch` that reaches one server, whatever host the URL names. */
export function fetchFrom(
  address: ServerAddress,
  agent: Agent,
): (input: Request) => Promise<Response> {
  return async (input) => {
    const url = new URL(input.url);
    const body = input.body === null ? '' : await input.text();
    const reply = await new Promise<IncomingMessage>((resolve, reject) => {
      const message = send(
        {
          ...(address.kind === 'unix'
            ? { socketPath: address.path }
            : { host: address.host, port: address.port }),
          agent,
          method: input.method,
          path: url.pathname + url.search,
          headers: {
            ...Object.fromEntries(input.headers),
            'content-length': Buffer.byteLength(body),
          },
        },
        resolve,
      );
      message.on('error', reject);
      message.end(body);
    }).catch((error: unknown) => {
      // The type by which callers tell an unreachable server from other errors.
      throw new TypeError(`the server does not answer: ${String(error)}`);
    });
    return responseOf(reply);
  };
}

async function responseOf(reply: IncomingMessage): Promise<Response> {
  const parts: Buffer[] = [];
  for await (const part of reply) {
    parts.push(part as Buffer);
  }
  const status = reply.statusCode ?? 500;
  const mayHaveBody = ![101, 204, 205, 304].includes(status);
  return new Response(mayHaveBody ? Buffer.concat(parts) : null, {
    status,
    statusText: reply.statusMessage ?? '',
    headers: { 'content-type': reply.headers['content-type'] ?? '' },
  });
}
