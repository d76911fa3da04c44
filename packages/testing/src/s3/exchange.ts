/**
 * One request on its way through a fault proxy, and reading its headers.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ProxiedRequest } from './fault.js';

/** What both halves of a proxied request share. */
export interface Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly entry: ProxiedRequest;
  /** As the server will see it. */
  readonly url: URL;
  /** To be called when a fault that waits for its moment has come. */
  readonly reached: () => void;
}

/** Headers with their names as they were sent; repeated ones as lists. */
export function headersOf(
  message: IncomingMessage,
): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (let at = 0; at + 1 < message.rawHeaders.length; at += 2) {
    const name = message.rawHeaders[at] ?? '';
    const value = message.rawHeaders[at + 1] ?? '';
    const before = headers[name];
    headers[name] = before === undefined ? value : [before, value].flat();
  }
  return headers;
}
