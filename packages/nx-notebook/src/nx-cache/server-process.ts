/**
 * The process that serves one run of Nx. A process of its own, because Nx ends the worker of a plugin whenever it likes,
 * and a cache server that is gone fails the run. Started by the hooks with a channel, and told there what to serve. Says
 * that it listens before it loads anything else: the run waits for that.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { startCacheServer } from './cache-server.js';
import { watchOwner } from './owner-watch.js';
import {
  FINISH_PATH,
  type FinishRequest,
  type RunServerConfig,
  type RunServerStart,
} from './run-server-protocol.js';
import type { ServedRun } from './served-run.js';
import { accessOf } from './tokens.js';

process.once('message', (config) => {
  void serve(config as RunServerConfig);
});
// A request that goes wrong in an unforeseen way must not take the others with it.
process.on('uncaughtException', () => undefined);
process.on('unhandledRejection', () => undefined);

async function serve(config: RunServerConfig): Promise<void> {
  const { promise: opened, resolve: open } = deferred<ServedRun>();
  const watch = watchOwner({
    pid: config.ownerPid,
    isDaemon: config.isOwnerDaemon,
    onEnd: () => void opened.then(endAlone),
  });
  const server = await startCacheServer({
    host: '127.0.0.1',
    port: 0,
    // What may be stored is decided by the cache.
    tokens: [{ token: config.token, access: 'read-write' }],
    cacheOf: async () => {
      watch.used();
      return (await opened).cache;
    },
    handleOther: (request, response) => {
      if (!isFinish(config, request)) return false;
      void opened.then((run) => finish(run, request, response));
      return true;
    },
  });
  const start: RunServerStart = { port: server.port };
  process.send?.(start);
  open(await openRun(config));
}

/** Requests wait for it, so there is one in any case. */
async function openRun(config: RunServerConfig): Promise<ServedRun> {
  try {
    const { openServedRun } = await import('./served-run.js');
    return await openServedRun(config, process.env);
  } catch (error) {
    const message = `The cache of Nx is not shared: ${String(error)}`;
    return {
      cache: undefined,
      finish: () => Promise.resolve({ status: 'off', message }),
      endAlone: () => Promise.resolve(),
    };
  }
}

function isFinish(config: RunServerConfig, request: IncomingMessage): boolean {
  const rules = [{ token: config.controlToken, access: 'read-write' }] as const;
  return (
    request.method === 'POST' &&
    request.url === FINISH_PATH &&
    accessOf(rules, request.headers.authorization, undefined) !== 'none'
  );
}

async function finish(
  run: ServedRun,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const how = JSON.parse(await text(request)) as FinishRequest;
  const answer = await run.finish(how);
  const closed = new Promise((resolve) => response.once('close', resolve));
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer));
  await closed;
  await endAlone(run);
}

async function endAlone(run: ServedRun): Promise<void> {
  await run.endAlone();
  process.exit(0);
}

function deferred<T>(): {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
} {
  let settle: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, resolve: (value) => settle(value) };
}
