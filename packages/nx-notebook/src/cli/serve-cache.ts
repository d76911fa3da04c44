/**
 * `serve-cache`: Nx's remote cache protocol for as long as the process lives, for one or many workspaces and machines.
 */
import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { resolve } from 'node:path';
import type { NxCache } from '../nx-cache/nx-cache.js';
import {
  startCacheServer,
  type CacheServer,
} from '../nx-cache/cache-server.js';
import { configureCaches, openCaches } from '../nx-cache/open-cache.js';
import { renderCounts, renderTroubles } from '../nx-cache/summary.js';
import { parseTokens } from '../nx-cache/token-file.js';
import { newToken, type TokenRule } from '../nx-cache/tokens.js';
import { pathName, workspaceName } from '../nx-cache/workspace-name.js';
import { parseSize } from '../settings/quantity.js';
import type { Environment } from '../settings/settings.js';
import {
  CommandFailed,
  EXIT,
  failedWith,
  type CommandContext,
  type ExitCode,
} from './command.js';
import { findWorkspace } from './workspace.js';

/** An outage of the store is looked at anew after so long. */
const OUTAGE_MS = 30_000;
const LOOPBACK = /^(localhost|127(\.\d+){3}|::1)$/;

/** Serves until a signal, then waits for what is being uploaded. */
export async function serveCache(
  { terminal, cwd, env }: CommandContext,
  options: Readonly<Record<string, unknown>>,
): Promise<ExitCode> {
  const host = String(options['host']);
  const port = portOf(options['port']);
  const spoolBytes = sizeOf(options['cacheSize']);
  const given = await tokensOf(options['tokens'], cwd, env);
  if (given.length === 0 && !LOOPBACK.test(host))
    throw new CommandFailed(
      `There are no tokens, and ${host} can be reached by others.`,
      'Set NX_NOTEBOOK_CACHE_READ_TOKEN and NX_NOTEBOOK_CACHE_WRITE_TOKEN, or give --tokens.',
    );
  const { root, pluginOptions } = await findWorkspace(cwd, env);
  const configured = await configureCaches(pluginOptions, env);
  if (!configured.ok) throw failedWith(configured.error);
  const opened = new Map<string, NxCache>();
  const caches = openCaches({
    ...configured.value,
    env,
    workspaceRoot: root,
    spoolBytes,
    limits: { outageMs: OUTAGE_MS },
  });
  const cacheOf = (name: string): NxCache => {
    const cache = caches(name);
    opened.set(name, cache);
    return cache;
  };
  const { workspace } = options;
  const own =
    typeof workspace === 'string'
      ? pathName(workspace)
      : await workspaceName(root);
  const fresh = newToken();
  const server = await listen({
    host,
    port,
    tokens: given.length > 0 ? given : [{ token: fresh, access: 'read-write' }],
    cacheOf: (name) =>
      Promise.resolve(cacheOf(name === undefined ? own : pathName(name))),
  });
  const { sharing } = configured.value;
  terminal.out(
    `Serving ${cacheOf(own).label} (${sharing.access}) at ${server.url}`,
  );
  terminal.out(`  NX_SELF_HOSTED_REMOTE_CACHE_SERVER=${server.url}`);
  if (given.length === 0)
    terminal.out(`  NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN=${fresh}`);
  terminal.out(
    `Workspace ${own}; others at ${server.url}/w/<workspace>. Ctrl-C ends it.`,
  );

  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  terminal.err('Waiting for uploads; Ctrl-C again gives them up.');
  await server.close();
  await Promise.race([
    once(process, 'SIGINT'),
    Promise.all(
      [...opened.values()].map((cache) => cache.settle(sharing.uploadWaitMs)),
    ),
  ]);
  const summaries = [...opened.values()].map(({ summary }) => summary);
  for (const summary of summaries) {
    terminal.out(renderCounts(summary));
    for (const line of renderTroubles(summary)) terminal.err(line);
  }
  const isWhole = [...opened.values()].every(({ pending }) => pending === 0);
  await Promise.all([...opened.values()].map((cache) => cache.finish(0)));
  return isWhole ? EXIT.ok : EXIT.finding;
}

async function listen(
  options: Parameters<typeof startCacheServer>[0],
): Promise<CacheServer> {
  try {
    return await startCacheServer(options);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandFailed(
      `${options.host}:${options.port} can't be listened on (${code ?? String(error)}).`,
      code === 'EADDRINUSE'
        ? 'Another process has this port; give another one by --port.'
        : 'Give an address of this machine by --host.',
    );
  }
}

function portOf(value: unknown): number {
  const port = /^\d{1,5}$/.test(String(value)) ? Number(value) : NaN;
  if (port <= 65_535) return port;
  throw new CommandFailed(
    `--port can't be ${JSON.stringify(value)}.`,
    'Give it a number from 0 to 65535.',
  );
}

function sizeOf(value: unknown): number {
  const size = parseSize(value);
  if (size.ok) return size.value;
  throw new CommandFailed(
    `--cache-size can't be ${JSON.stringify(value)}.`,
    `Give it ${size.error}.`,
  );
}

async function tokensOf(
  file: unknown,
  cwd: string,
  env: Environment,
): Promise<readonly TokenRule[]> {
  const fromEnvironment = (
    [
      ['NX_NOTEBOOK_CACHE_READ_TOKEN', 'read'],
      ['NX_NOTEBOOK_CACHE_WRITE_TOKEN', 'read-write'],
    ] as const
  ).flatMap(([name, access]) => {
    const token = env[name] ?? '';
    return token === '' ? [] : [{ token, access }];
  });
  if (typeof file !== 'string') return fromEnvironment;
  const path = resolve(cwd, file);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    throw new CommandFailed(
      `${path} can't be read (${code ?? 'unknown reason'}).`,
      'Give the file of tokens by --tokens.',
    );
  });
  const parsed = parseTokens(text);
  if (!parsed.ok)
    throw new CommandFailed(
      `${path} is not a list of tokens: ${parsed.error}.`,
      'Write [{"token": "...", "access": "read"}, {"token": "...", "access": "read-write", "workspace": "shop"}].',
    );
  return [...fromEnvironment, ...parsed.value];
}
