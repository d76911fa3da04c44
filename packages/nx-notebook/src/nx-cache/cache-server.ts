/**
 * Nx's self-hosted cache protocol over HTTP: `GET` and `PUT` of `/v1/cache/{hash}`, also below `/w/{workspace}`. GET is
 * answered by 200 or 404 and PUT by 200, 403 or 409, whatever happens: Nx fails a run over every other answer.
 */
import { open } from 'node:fs/promises';
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { drain } from './drain.js';
import type { NxCache, PutOutcome } from './nx-cache.js';
import { accessOf, type TokenRule } from './tokens.js';

/** What a server serves. */
export interface CacheServerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly tokens: readonly TokenRule[];
  /** The cache of a workspace; without a name that of the server itself. Nothing: there is none. */
  readonly cacheOf: (
    workspace: string | undefined,
  ) => Promise<NxCache | undefined>;
  /** A request that is not of the protocol; true when it was answered. */
  readonly handleOther?: (
    request: IncomingMessage,
    response: ServerResponse,
  ) => boolean;
}

/** A server that listens. */
export interface CacheServer {
  readonly url: string;
  readonly port: number;
  /** Ends it and all its connections. */
  close(): Promise<void>;
}

/** Longer than clients keep idle connections: one that we closed under a new request would fail a run. */
const KEEP_ALIVE_MS = 600_000;
const PATH = /^(?:\/w\/([^/]{1,255}))?\/v1\/cache\/([\w-]{1,128})$/;
const PUT_STATUS: Readonly<Record<PutOutcome, number>> = {
  taken: 200,
  exists: 409,
  refused: 403,
};

/** Listens; rejects with the system's error when it can't. */
export async function startCacheServer(
  options: CacheServerOptions,
): Promise<CacheServer> {
  const server = createServer((request, response) => {
    answer(options, request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  // An entry of gigabytes takes its time.
  server.requestTimeout = 0;
  const port = await listen(server, options);
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    port,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function listen(
  server: Server,
  { host, port }: CacheServerOptions,
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

async function answer(
  options: CacheServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://cache');
  const [, name, hash] = PATH.exec(pathname) ?? [];
  if (hash === undefined) {
    if (pathname === '/health') {
      end(response, 200, 'ok\n');
      return;
    }
    if (options.handleOther?.(request, response) === true) return;
    await drain(request);
    end(response, 404);
    return;
  }
  const workspace = name === undefined ? undefined : decode(name);
  const { authorization } = request.headers;
  const access = accessOf(options.tokens, authorization, workspace);
  const cache =
    access === 'none'
      ? undefined
      : await unlessBug(options.cacheOf(workspace), undefined);
  if (request.method === 'PUT') {
    const outcome =
      cache === undefined || access !== 'read-write'
        ? await drain(request).then(() => 'refused' as const)
        : await unlessBug(cache.put(hash, request), 'refused');
    end(response, PUT_STATUS[outcome]);
    return;
  }
  request.resume();
  const file =
    request.method === 'GET' && cache !== undefined
      ? await unlessBug(cache.get(hash), undefined)
      : undefined;
  await sendFile(response, file?.path);
}

/** Nothing is said before the file is open, since a 200 can't be taken back. */
async function sendFile(
  response: ServerResponse,
  path: string | undefined,
): Promise<void> {
  const handle =
    path === undefined ? undefined : await open(path).catch(() => undefined);
  if (handle === undefined) {
    end(response, 404);
    return;
  }
  const { size } = await handle.stat();
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': size,
  });
  await pipeline(handle.createReadStream({ highWaterMark: 1 << 20 }), response);
}

/** A bug of ours is no reason to fail somebody's run. */
async function unlessBug<T>(work: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work;
  } catch {
    return otherwise;
  }
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name; // Not encoded.
  }
}

function end(response: ServerResponse, status: number, text = ''): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
