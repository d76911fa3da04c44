/**
 * The cache server of one run: started before its tasks and told to end after them. Loaded only when `nxCache` is on.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { dataFolder } from '../data-folder.js';
import { isSet } from '../settings/settings.js';
import type { RunContext } from './hooks.js';
import {
  FINISH_PATH,
  type FinishAnswer,
  type FinishRequest,
  type RunServerConfig,
  type RunServerStart,
  type RunServerState,
} from './run-server-protocol.js';
import { renderCounts, renderTroubles } from './summary.js';
import { newToken } from './tokens.js';
import { offerServer, reasonNotToServe } from './nx-variables.js';

/** A machine that needs longer to start a process has other worries than this cache. */
const START_MS = 10_000;
/** Nx gives up a hook after ten minutes, and fails the run. */
const ANSWER_MS = 570_000;

/** Prints a line for people; under Nx's daemon it goes to the daemon's log. */
type Say = (line: string) => void;

/** Starts the server of a run and tells Nx of it. Never rejects: a run without a remote cache is a run. */
export async function startRunCache(
  pluginOptions: unknown,
  { id, workspaceRoot, argv }: RunContext,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  try {
    const reason = reasonNotToServe(argv, env);
    if (reason !== undefined) {
      verbosely(env, `no cache server for this run: ${reason}`);
      return;
    }
    const token = newToken();
    const controlToken = newToken();
    const { port } = await startServer(
      { pluginOptions, workspaceRoot, token, controlToken, ...owner(env) },
      env,
    );
    await writeState(stateFile(id, workspaceRoot, env), {
      port,
      controlToken,
      startedBy: process.pid,
    });
    offerServer(env, `http://127.0.0.1:${port}`, token);
  } catch (error) {
    say(`The cache server did not start: ${messageOf(error)}`);
  }
}

/** Waits for uploads, says what did not work, and ends the server of a run. Never rejects. */
export async function finishRunCache(
  { id, workspaceRoot }: RunContext,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const file = stateFile(id, workspaceRoot, env);
  try {
    const state = await readState(file);
    if (state === undefined) return;
    await rm(file, { force: true });
    // Nx ends this plugin's worker at Ctrl-C and starts another one for this hook.
    const wasInterrupted =
      !isUnderDaemon(env) && state.startedBy !== process.pid;
    const answer = await askToFinish(state, { wasInterrupted });
    for (const line of linesOf(answer)) say(line);
    if (answer.status === 'served')
      verbosely(env, renderCounts(answer.summary));
  } catch (error) {
    say(
      `The cache server of this run ended early; entries may be missing in the store: ${messageOf(error)}`,
    );
  }
}

async function startServer(
  config: RunServerConfig,
  env: NodeJS.ProcessEnv,
): Promise<RunServerStart> {
  const child = spawn(
    process.execPath,
    [join(__dirname, 'server-process.js')],
    {
      // Ctrl-C and a closed terminal are for the run; it ends the server.
      detached: true,
      windowsHide: true,
      cwd: config.workspaceRoot,
      env,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    },
  );
  try {
    child.send(config);
    return await firstMessage(child);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    if (child.connected) child.disconnect();
    child.unref();
  }
}

async function firstMessage(child: ChildProcess): Promise<RunServerStart> {
  const signal = AbortSignal.timeout(START_MS);
  const over = new AbortController();
  const ended = once(child, 'exit', { signal: over.signal }).then(() => {
    throw new Error('its process ended');
  });
  try {
    const message = once(child, 'message', { signal });
    const [start] = (await Promise.race([message, ended])) as [RunServerStart];
    return start;
  } finally {
    ended.catch(() => undefined);
    over.abort();
  }
}

/** Whose end is the end of the run: this process belongs to the command line, to its daemon, or is it. */
function owner(
  env: NodeJS.ProcessEnv,
): Pick<RunServerConfig, 'ownerPid' | 'isOwnerDaemon'> {
  const isWorker = 'NX_PLUGIN_WORKER' in globalThis;
  const isOwnerDaemon = isUnderDaemon(env);
  return { ownerPid: isWorker ? process.ppid : process.pid, isOwnerDaemon };
}

function isUnderDaemon(env: NodeJS.ProcessEnv): boolean {
  return env['NX_DAEMON_PROCESS'] === 'true';
}

function linesOf(answer: FinishAnswer): readonly string[] {
  return answer.status === 'off'
    ? [answer.message]
    : renderTroubles(answer.summary);
}

function askToFinish(
  { port, controlToken }: RunServerState,
  body: FinishRequest,
): Promise<FinishAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        // Not fetch: it may go through a proxy, and gives up after five minutes.
        host: '127.0.0.1',
        port,
        path: FINISH_PATH,
        method: 'POST',
        headers: { authorization: `Bearer ${controlToken}` },
        signal: AbortSignal.timeout(ANSWER_MS),
      },
      (response) => {
        text(response).then(
          (answer) => resolve(JSON.parse(answer) as FinishAnswer),
          reject,
        );
      },
    );
    asked.once('error', reject);
    asked.end(JSON.stringify(body));
  });
}

function stateFile(
  id: string,
  workspaceRoot: string,
  env: NodeJS.ProcessEnv,
): string {
  const name = `${id.replaceAll(/\W/g, '')}.json`;
  return join(dataFolder(workspaceRoot, env), 'nx-notebook-cache-runs', name);
}

async function writeState(file: string, state: RunServerState): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(state), { mode: 0o600 });
}

async function readState(file: string): Promise<RunServerState | undefined> {
  const found = await readFile(file, 'utf8').catch(() => undefined);
  return found === undefined
    ? undefined
    : (JSON.parse(found) as RunServerState);
}

function verbosely(env: NodeJS.ProcessEnv, line: string): void {
  if (isSet(env['NX_VERBOSE_LOGGING'])) say(line);
}

const say: Say = (line) => {
  process.stderr.write(`[nx-notebook] ${line.trimEnd()}\n`);
};

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
