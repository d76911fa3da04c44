/**
 * Starts the Jupyter server process and ends it. Knows processes and files, nothing of notebooks.
 *
 * The server's standard input is a pipe that this process holds open: however this process ends, the pipe closes and
 * the server ends itself and its kernels.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { join, parse as parsePath, resolve } from 'node:path';
import type { ExecutionFailure } from '../contract.js';
import { pythonNotFound, serverFailed, serverMissing } from '../failures.js';
import type {
  JupyterServer,
  KernelRecord,
  KernelTask,
  ServerAddress,
  ServerStart,
} from './jupyter-server.js';
import {
  createRuntimeFolder,
  sweepRuntimeFolders,
  type RuntimeFolder,
} from './runtime-folder.js';
import { within } from '../run/timing.js';

const script = resolve(__dirname, '../../python/server_main.py');

/** 3 s in all, so that a host can be disposed of within 5 s. */
const peacefulStopMs = 2500;
const forcedStopMs = 500;

const logLimit = 16_384;

/** What starting a server needs to know. */
export interface ServerOptions {
  /** Absolute path of the interpreter. */
  readonly python: string;
  readonly timeoutMs: number;
  /** Listens on a TCP port of the loopback interface even where unix sockets exist. */
  readonly tcp?: boolean;
}

type FirstWord =
  | { readonly ready: true; readonly port: number }
  | { readonly missing: string; readonly message: string }
  | { readonly ended: true; readonly error?: NodeJS.ErrnoException };

/** Starts a server; resolves when it listens. */
export async function startServer(
  options: ServerOptions,
): Promise<ServerStart> {
  await sweepRuntimeFolders();
  const folder = await createRuntimeFolder();
  const start = await startIn(folder, options);
  if (!start.ok) {
    await removeFolder(folder.path);
  }
  return start;
}

async function startIn(
  folder: RuntimeFolder,
  options: ServerOptions,
): Promise<ServerStart> {
  const token = randomBytes(24).toString('hex');
  const socket =
    options.tcp === true || !folder.allowsSockets
      ? undefined
      : join(folder.path, 's.sock');
  await mkdir(join(folder.path, 'tasks'));
  const child = spawn(
    options.python,
    [script, ...(socket === undefined ? ['--tcp'] : ['--sock', socket])],
    {
      cwd: folder.path,
      env: serverEnvironment(folder.path, token),
      stdio: ['pipe', 'pipe', 'pipe'],
      // Out of reach of the terminal: Ctrl-C is for this process, which then ends the server in order.
      detached: true,
      windowsHide: true,
    },
  );
  const server = new ServerProcess(child, folder.path, token);
  const first = await within(server.firstWord, options.timeoutMs);
  if (first === undefined || !('ready' in first)) {
    await server.stop();
    return { ok: false, failure: startFailure(first, server.log(), options) };
  }
  server.address =
    socket === undefined
      ? { kind: 'tcp', host: '127.0.0.1', port: first.port }
      : { kind: 'unix', path: socket };
  server.unref();
  return { ok: true, server };
}

function startFailure(
  first: FirstWord | undefined,
  log: string,
  options: ServerOptions,
): ExecutionFailure {
  if (first === undefined) {
    const seconds = options.timeoutMs / 1000;
    return serverFailed(`did not start within ${seconds} s`, log);
  }
  if ('missing' in first) {
    return serverMissing(options.python, first.missing);
  }
  return 'error' in first
    ? pythonNotFound(options.python)
    : serverFailed('ended while it was starting', log);
}

/** Variables that are the server's alone; kernels get what this process has instead. */
function serverEnvironment(runtime: string, token: string): NodeJS.ProcessEnv {
  const own: Record<string, string | undefined> = {
    JUPYTER_TOKEN: token,
    JUPYTER_RUNTIME_DIR: runtime,
    JUPYTER_NO_CONFIG: '1',
    PYTHONUNBUFFERED: undefined,
    PYTHONWARNINGS: undefined,
    PYTHONINSPECT: undefined,
    PYTHONSTARTUP: undefined,
    PYTHONSAFEPATH: undefined,
  };
  const kernels = Object.fromEntries(
    Object.keys(own).map((name) => [name, process.env[name] ?? null]),
  );
  // Notebooks print their environment, and what they print is shared.
  const secrets = { NX_NOTEBOOK_STORE_SIGNING_KEY: undefined };
  return {
    ...process.env,
    ...own,
    ...secrets,
    NXNB_KERNEL_ENV: JSON.stringify(kernels),
  };
}

class ServerProcess implements JupyterServer {
  readonly token: string;
  readonly exited: Promise<void>;
  readonly firstWord: Promise<FirstWord>;
  address: ServerAddress = { kind: 'unix', path: '' };
  hasExited = false;
  readonly #child: ChildProcess;
  readonly #folder: string;
  #log = '';
  #tasks = 0;
  #stopped: Promise<void> | undefined;

  constructor(child: ChildProcess, folder: string, token: string) {
    this.#child = child;
    this.#folder = folder;
    this.token = token;
    this.exited = new Promise((done) => {
      const end = (): void => {
        this.hasExited = true;
        done();
      };
      child.once('error', end);
      child.once('exit', end);
    });
    child.stdin?.on('error', () => undefined);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#log = (this.#log + text).slice(-logLimit);
    });
    this.firstWord = firstWordOf(child);
    void this.exited.then(() => this.#cleanUp());
  }

  /** A process that forgets to stop the server ends all the same, and the server with it. */
  unref(): void {
    this.#child.unref();
    for (const pipe of [
      this.#child.stdin,
      this.#child.stdout,
      this.#child.stderr,
    ]) {
      // Pipes are sockets here, whatever their declared type.
      (pipe as Socket | null)?.unref();
    }
  }

  log(): string {
    return this.#log;
  }

  async prepareKernel(task: KernelTask): Promise<string> {
    this.#tasks += 1;
    const name = `nxnb-task-${this.#tasks}`;
    await writeFile(
      join(this.#folder, 'tasks', `${name}.json`),
      JSON.stringify({ kernel: task.kernelName, env: task.env }),
    );
    return name;
  }

  async kernelRecord(kernelId: string): Promise<KernelRecord | undefined> {
    try {
      const path = join(this.#folder, 'kernels', `${kernelId}.json`);
      return JSON.parse(await readFile(path, 'utf8')) as KernelRecord;
    } catch {
      // Not started yet, or the server is gone and its folder with it.
      return undefined;
    }
  }

  async killKernel(kernelId: string): Promise<void> {
    const record = await this.kernelRecord(kernelId);
    if (record !== undefined && record.exit === undefined) {
      kill(record.group === null ? record.pid : -record.group);
    }
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    if (!(await endsWithin(this.exited, peacefulStopMs))) {
      this.#child.kill('SIGKILL');
      await endsWithin(this.exited, forcedStopMs);
    }
    await this.#cleanUp();
  }

  /** A server that was killed leaves its kernels; on Linux the system ends ours, elsewhere and for others we do. */
  async #cleanUp(): Promise<void> {
    const records = join(this.#folder, 'kernels');
    for (const file of await readdir(records).catch(() => [])) {
      await this.killKernel(parsePath(file).name);
    }
    await removeFolder(this.#folder);
  }
}

/** The first line of JSON on standard output; what follows is the output of kernels' child processes. */
function firstWordOf(child: ChildProcess): Promise<FirstWord> {
  return new Promise((done) => {
    let text = '';
    child.once('error', (error) => {
      done({ ended: true, error });
    });
    child.once('exit', () => {
      done({ ended: true });
    });
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      if (text.length > logLimit) {
        return;
      }
      text += chunk;
      const line = /^\{.*\}$/m.exec(text)?.[0];
      if (line !== undefined) {
        done(JSON.parse(line) as FirstWord);
      }
    });
  });
}

async function endsWithin(exited: Promise<void>, ms: number): Promise<boolean> {
  return (
    (await within(
      exited.then(() => true),
      ms,
    )) === true
  );
}

function kill(target: number): void {
  try {
    process.kill(target, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}

async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 2 }).catch(
    () => undefined,
  );
}
