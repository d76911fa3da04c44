/**
 * An HTTP proxy in front of a real S3 server that does wrong what it is told to, and keeps a list of all requests.
 * Host and headers pass unchanged, so that signatures stay valid. Bodies stream through. Knows HTTP, not what is stored.
 */
import { once } from 'node:events';
import {
  Agent,
  createServer,
  request as sendRequest,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerError, passAnswer } from './answer-faults.js';
import { delay, paced, write } from './body-faults.js';
import { headersOf, type Exchange } from './exchange.js';
import {
  Rule,
  type Fault,
  type FaultMatch,
  type FaultRule,
  type ProxiedRequest,
} from './fault.js';
import { signRequest, type S3Credentials } from './sign-request.js';

/** Settings of a proxy. */
export interface FaultProxyOptions {
  /** The key pairs of all accounts whose requests are signed again, for `dropHeaders`. */
  readonly credentials?: readonly S3Credentials[];
}

/** Starts a proxy in front of an endpoint such as `http://127.0.0.1:1234`. Without rules it changes nothing. */
export async function startFaultProxy(
  target: string,
  options: FaultProxyOptions = {},
): Promise<FaultProxy> {
  const proxy = new FaultProxy(target, options);
  await proxy.listen();
  return proxy;
}

/** A running proxy; `await using` cuts all its connections. */
export class FaultProxy implements AsyncDisposable {
  readonly #target: URL;
  readonly #credentials: readonly S3Credentials[];
  readonly #server: Server;
  /** One connection per request: faults of one must not reach another. */
  readonly #agent = new Agent({ keepAlive: false });
  #rules: Rule[] = [];
  #requests: ProxiedRequest[] = [];

  /** Use {@link startFaultProxy}. */
  constructor(target: string, { credentials = [] }: FaultProxyOptions) {
    this.#target = new URL(target);
    this.#credentials = credentials;
    this.#server = createServer((incoming, outgoing) => {
      void this.#handle(incoming, outgoing);
    });
    // What hangs is meant to.
    this.#server.requestTimeout = 0;
  }

  /** Binds a free port; part of {@link startFaultProxy}. */
  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** To be used instead of the server's. */
  get endpoint(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  /** All requests since the start or since {@link takeRequests}, in the order in which they came. */
  get requests(): readonly ProxiedRequest[] {
    return this.#requests;
  }

  /** The requests so far, and forgets them. */
  takeRequests(): readonly ProxiedRequest[] {
    const taken = this.#requests;
    this.#requests = [];
    return taken;
  }

  /** From now on matching requests meet the fault, beside those of other rules; a later rule has the last word. */
  inject(match: FaultMatch, fault: Fault): FaultRule {
    const rule = new Rule(match, fault);
    this.#rules.push(rule);
    return rule;
  }

  /** Forgets all rules; what hangs stays so. */
  clear(): void {
    this.#rules = [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    this.#agent.destroy();
    await closed;
  }

  async #handle(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ): Promise<void> {
    const url = new URL(incoming.url ?? '/', this.#target);
    const seen = {
      method: incoming.method ?? '',
      path: decoded(url.pathname),
      query: url.search.slice(1),
    };
    const rules = this.#rules.filter((rule) => rule.takes(seen));
    const fault = rules.reduce<Fault>(
      (merged, rule) => ({ ...merged, ...rule.fault }),
      {},
    );
    const entry: ProxiedRequest = {
      ...seen,
      headers: headersOf(incoming),
      status: undefined,
      sentBytes: 0,
      receivedBytes: 0,
      fault,
    };
    this.#requests.push(entry);
    const reached = (): void => rules.forEach((rule) => rule.markReached());
    const isLater = [fault.hang, fault.reset].some(
      (place) => place === 'response' || place === 'body',
    );
    if (!isLater) reached();
    // A client that went away, or was made to, is nothing to report.
    await this.#pass({ incoming, outgoing, entry, url, reached }).catch(() => {
      outgoing.destroy();
    });
  }

  async #pass(exchange: Exchange): Promise<void> {
    const { incoming, outgoing, entry, url } = exchange;
    const { fault } = entry;
    if (fault.hang === 'request') return;
    if (fault.reset === 'request') {
      incoming.socket.resetAndDestroy();
      return;
    }
    if (fault.delayMs !== undefined) await delay(fault.delayMs);
    if (fault.answer !== undefined) {
      answerError(exchange, fault.answer);
      return;
    }
    const upstream = sendRequest({
      agent: this.#agent,
      host: this.#target.hostname,
      port: this.#target.port,
      method: entry.method,
      path: `${url.pathname}${url.search}`,
      headers: await this.#headersFor(entry, url),
      setHost: false,
    });
    outgoing.once('close', () => upstream.destroy());
    // Said by `answered`, or of no interest after the answer.
    upstream.on('error', () => undefined);
    const answered = once(upstream, 'response');
    void this.#send(exchange, upstream);
    const [answer] = (await answered) as [IncomingMessage];
    await passAnswer({ ...exchange, answer });
  }

  async #send(
    { incoming, entry }: Exchange,
    upstream: ClientRequest,
  ): Promise<void> {
    const { bytesPerSecond } = entry.fault;
    // Destroying it would take the connection that the answer needs.
    const chunks = incoming.iterator({ destroyOnReturn: false });
    try {
      for await (const chunk of bytesPerSecond === undefined
        ? chunks
        : paced(chunks, bytesPerSecond)) {
        await write(upstream, chunk as Buffer);
        entry.sentBytes += (chunk as Buffer).length;
      }
      upstream.end();
    } catch {
      // The server has answered, and closed, before it read everything; or the client is gone.
      if (incoming.destroyed && !incoming.complete) upstream.destroy();
      else incoming.resume();
    }
  }

  async #headersFor(
    { method, headers, fault }: ProxiedRequest,
    url: URL,
  ): Promise<OutgoingHttpHeaders> {
    const kept = Object.entries(headers).filter(
      ([name]) =>
        // The proxy has said "continue" already.
        name.toLowerCase() !== 'expect' &&
        !(fault.dropHeaders ?? []).some((pattern) => pattern.test(name)),
    );
    if (fault.dropHeaders === undefined)
      return Object.fromEntries(kept) as OutgoingHttpHeaders;
    const plain = Object.fromEntries(
      kept
        .filter(([name]) => !/^(authorization|connection)$/i.test(name))
        .map(([name, value]) => [name.toLowerCase(), [value].flat().join(',')]),
    );
    const from = /Credential=([^/]+)\//.exec(
      String(headers['authorization'] ?? headers['Authorization']),
    )?.[1];
    const credentials = this.#credentials.find(
      ({ accessKeyId }) => accessKeyId === from,
    );
    if (credentials === undefined)
      throw new Error(`the proxy has no key of ${from ?? 'nobody'}`);
    return signRequest({ method, url, headers: plain }, credentials);
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
