/**
 * The kernel host: one Jupyter server for all notebooks of a process, started with the first of them and replaced when it
 * has died.
 */
import type {
  ExecutionFailure,
  KernelHost,
  KernelHostOptions,
  NotebookObserver,
  NotebookOutcome,
  NotebookRequest,
} from './contract.js';
import { JupyterClient } from './client/jupyter-client.js';
import { interrupted, timedOut } from './failures.js';
import { executeNotebook } from './run/execute-notebook.js';
import { StopSignal, type StopReason } from './run/stop-signal.js';
import { within } from './run/timing.js';
import type { JupyterServer, ServerStart } from './server/jupyter-server.js';
import { startServer } from './server/start-server.js';

const defaultCellOutputBytes = 10_000_000;
const defaultStartTimeoutMs = 60_000;

/** nbclient's bound for what is still to come after a reply. */
const defaultSilenceMs = 4000;

/** Of 5 s in all; the server's own end is bounded by 3 s. */
const runsEndMs = 1800;

/** What a test puts in place of the real server. */
export interface KernelHostParts {
  readonly startServer: () => Promise<ServerStart>;
  /** How long a kernel may be silent between its reply and being idle. */
  readonly silenceMs: number;
}

interface Connection {
  readonly server: JupyterServer;
  readonly client: JupyterClient;
}

type ConnectionStart =
  | { readonly ok: true; readonly connection: Connection }
  | { readonly ok: false; readonly failure: ExecutionFailure };

/** Makes a host. Nothing is started before the first notebook. */
export function createKernelHost(options: KernelHostOptions): KernelHost {
  return createKernelHostWith(options, {});
}

/** The same with parts replaced. */
export function createKernelHostWith(
  options: KernelHostOptions,
  parts: Partial<KernelHostParts>,
): KernelHost {
  return new Host(options, parts);
}

class Host implements KernelHost {
  readonly #options: KernelHostOptions;
  readonly #startServer: () => Promise<ServerStart>;
  readonly #startTimeoutMs: number;
  readonly #silenceMs: number;
  readonly #disposal = new AbortController();
  readonly #runs = new Set<Promise<NotebookOutcome>>();
  #connection: Promise<ConnectionStart> | undefined;
  #disposed: Promise<void> | undefined;

  constructor(options: KernelHostOptions, parts: Partial<KernelHostParts>) {
    this.#options = options;
    this.#startTimeoutMs = options.startTimeoutMs ?? defaultStartTimeoutMs;
    this.#silenceMs = parts.silenceMs ?? defaultSilenceMs;
    this.#startServer =
      parts.startServer ??
      (() =>
        startServer({
          python: options.python,
          timeoutMs: this.#startTimeoutMs,
        }));
  }

  async execute(
    request: NotebookRequest,
    observer: NotebookObserver,
    signal: AbortSignal,
  ): Promise<NotebookOutcome> {
    const stop = new StopSignal(
      [signal, this.#disposal.signal],
      request.taskTimeoutMs,
    );
    const run = this.#execute(request, observer, stop);
    this.#runs.add(run);
    try {
      return await run;
    } finally {
      this.#runs.delete(run);
      stop.dispose();
    }
  }

  dispose(): Promise<void> {
    this.#disposed ??= this.#dispose();
    return this.#disposed;
  }

  async #execute(
    request: NotebookRequest,
    observer: NotebookObserver,
    stop: StopSignal,
  ): Promise<NotebookOutcome> {
    if (stop.reason !== undefined) {
      return stoppedOutcome(stop.reason, request);
    }
    const start = await Promise.race([this.#connect(), stop.stopped]);
    if (typeof start === 'string') {
      return stoppedOutcome(start, request);
    }
    if (!start.ok) {
      return { status: 'failed', failure: start.failure, cells: [] };
    }
    return executeNotebook(
      {
        ...start.connection,
        python: this.#options.python,
        startTimeoutMs: this.#startTimeoutMs,
        silenceMs: this.#silenceMs,
        maxCellOutputBytes:
          this.#options.maxCellOutputBytes ?? defaultCellOutputBytes,
      },
      request,
      observer,
      stop,
    );
  }

  /** The server that runs, or a new one. A failed start is tried again by the next notebook. */
  #connect(): Promise<ConnectionStart> {
    this.#connection ??= this.#start();
    return this.#connection;
  }

  async #start(): Promise<ConnectionStart> {
    const start = await this.#startServer();
    if (!start.ok) {
      this.#connection = undefined;
      return start;
    }
    const { server } = start;
    const client = new JupyterClient(server);
    void server.exited.then(() => {
      this.#connection = undefined;
      client.dispose();
    });
    return { ok: true, connection: { server, client } };
  }

  async #dispose(): Promise<void> {
    this.#disposal.abort();
    await within(Promise.allSettled([...this.#runs]), runsEndMs);
    const start = await this.#connection;
    if (start?.ok === true) {
      await start.connection.server.stop();
      start.connection.client.dispose();
    }
  }
}

function stoppedOutcome(
  reason: StopReason,
  request: NotebookRequest,
): NotebookOutcome {
  return {
    status: 'failed',
    failure:
      reason === 'interrupted'
        ? interrupted(undefined)
        : timedOut(reason, request.taskTimeoutMs ?? 0, undefined),
    cells: [],
  };
}
