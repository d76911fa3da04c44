/**
 * The second half of a proxied request: the server's answer on its way to the client, with what was told to go wrong
 * there.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { flipped, paced, write } from './body-faults.js';
import { headersOf, type Exchange } from './exchange.js';
import { errorBody, type Fault } from './fault.js';

/** Passes an answer on; rejects when the client or the server goes away in the middle. */
export async function passAnswer(
  exchange: Exchange & { readonly answer: IncomingMessage },
): Promise<void> {
  const { answer, outgoing, entry, incoming, reached } = exchange;
  const { fault } = entry;
  if (fault.hang === 'response' || fault.reset === 'response') {
    // The server is through with it, the client never hears so.
    for await (const chunk of answer)
      entry.receivedBytes += (chunk as Buffer).length;
    reached();
    if (fault.reset === 'response') incoming.socket.resetAndDestroy();
    return;
  }
  if (
    fault.mapStatus !== undefined &&
    fault.mapStatus.from === answer.statusCode
  ) {
    answer.resume();
    const { to: status, code } = fault.mapStatus;
    answerError(exchange, { status, code });
    return;
  }
  const headers = headersOf(answer);
  shiftDate(headers, fault.clockSkewMs ?? 0);
  if (fault.truncate === 'without-length') remove(headers, 'content-length');
  entry.status = answer.statusCode;
  outgoing.writeHead(answer.statusCode ?? 502, headers);
  outgoing.flushHeaders();
  await passBody(exchange);
}

/** Answers in the server's place. */
export function answerError(
  { outgoing, entry }: Exchange,
  { status, code, headers }: NonNullable<Fault['answer']>,
): void {
  entry.status = status;
  outgoing.writeHead(status, {
    'content-type': 'application/xml',
    connection: 'close',
    ...headers,
  });
  outgoing.end(entry.method === 'HEAD' ? undefined : errorBody(code));
}

async function passBody({
  answer,
  outgoing,
  entry,
  incoming,
  reached,
}: Exchange & { readonly answer: IncomingMessage }): Promise<void> {
  const { fault } = entry;
  const length = Number(answer.headers['content-length'] ?? 0);
  const isCut =
    fault.truncate !== undefined ||
    fault.reset === 'body' ||
    fault.hang === 'body';
  let left = isCut
    ? (fault.cutAfterBytes ?? Math.floor(length / 2))
    : Number.POSITIVE_INFINITY;
  let body: AsyncIterable<Buffer> = answer;
  if (fault.flip === true) body = flipped(body, Math.floor(length / 2));
  if (fault.bytesPerSecond !== undefined)
    body = paced(body, fault.bytesPerSecond);
  for await (const chunk of body) {
    const part = chunk.subarray(0, left);
    await write(outgoing, part);
    entry.receivedBytes += part.length;
    left -= part.length;
    if (left <= 0) break;
  }
  reached();
  if (fault.hang === 'body') await closed(outgoing);
  else if (fault.reset === 'body') incoming.socket.resetAndDestroy();
  else if (fault.truncate === 'with-length') incoming.socket.end();
  else outgoing.end();
}

function closed(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => outgoing.once('close', resolve));
}

function shiftDate(
  headers: Record<string, string | string[]>,
  byMs: number,
): void {
  const name = nameIn(headers, 'date');
  if (name === undefined || byMs === 0) return;
  const shifted = Date.parse(String(headers[name])) + byMs;
  headers[name] = new Date(shifted).toUTCString();
}

function remove(
  headers: Record<string, string | string[]>,
  lowerName: string,
): void {
  const name = nameIn(headers, lowerName);
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a plain dictionary
  if (name !== undefined) delete headers[name];
}

function nameIn(
  headers: Readonly<Record<string, unknown>>,
  lowerName: string,
): string | undefined {
  return Object.keys(headers).find((name) => name.toLowerCase() === lowerName);
}
