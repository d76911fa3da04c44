/**
 * The process that serves one run of Nx. A process of its own, because Nx ends the worker of a plugin whenever it likes,
 * and a cache server that is gone fails the run. Started by the hooks with a channel, and told there what to serve.
 */
import { text } from 'node:stream/consumers';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startCacheServer } from './cache-server.js';
import type { NxCache } from './nx-cache.js';
import { configureCaches, openCaches } from './open-cache.js';
import {
  FINISH_PATH,
  type FinishAnswer,
  type FinishRequest,
  type RunServerConfig,
  type RunServerStart,
} from './run-server-protocol.js';
import { watchOwner } from './owner-watch.js';
import { accessOf } from './tokens.js';
import { workspaceName } from './workspace-name.js';

/** Uploads that nobody waits for any more get so long. */
const LEFT_ALONE_MS = 30_000;

process.once('message', (config) => {
  void serve(config as RunServerConfig);
});
// A request that goes wrong in an unforeseen way must not take the others with it.
process.on('uncaughtException', () => undefined);
process.on('unhandledRejection', () => undefined);

async function serve(config: RunServerConfig): Promise<void> {
  const { pluginOptions, workspaceRoot } = config;
  const opened = await configureCaches(pluginOptions, process.env);
  if (!opened.ok) {
    tell({ status: 'off', message: opened.error });
    process.disconnect();
    return;
  }
  const { env } = process;
  const caches = openCaches({ ...opened.value, env, workspaceRoot });
  const cache = caches(await workspaceName(workspaceRoot));
  const watch = watchOwner({
    pid: config.ownerPid,
    isDaemon: config.isOwnerDaemon,
    onEnd: () => void endAlone(cache),
  });
  const access = cache.isReadOnly ? 'read' : 'read-write';
  const server = await startCacheServer({
    host: '127.0.0.1',
    port: 0,
    tokens: [{ token: config.token, access }],
    cacheOf: () => {
      watch.used();
      return cache;
    },
    handleOther: (request, response) => {
      if (!isFinish(config, request)) return false;
      void finish(cache, request, response);
      return true;
    },
  });
  tell({ status: 'listening', port: server.port });
}

function tell(message: RunServerStart): void {
  process.send?.(message);
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
  cache: NxCache,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { waitMs } = JSON.parse(await text(request)) as FinishRequest;
  await cache.settle(waitMs);
  const answer: FinishAnswer = { ...cache.summary, left: cache.pending };
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer));
  await new Promise((resolve) => response.once('close', resolve));
  await endAlone(cache);
}

async function endAlone(cache: NxCache): Promise<void> {
  await cache.finish(LEFT_ALONE_MS);
  process.exit(0);
}
