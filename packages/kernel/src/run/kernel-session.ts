/**
 * One kernel from start to end, with what can go wrong in between. Knows cells as requests only.
 */
import { relative, parse as parsePath } from 'node:path';
import type { JsonObject } from '@nx-notebook/notebook';
import type { JupyterClient } from '../client/jupyter-client.js';
import { LiveKernel, type KernelListener } from '../client/live-kernel.js';
import { textIn, type KernelMessage } from '../client/message.js';
import type { ExecutionFailure, FailedCell } from '../contract.js';
import {
  kernelDied,
  kernelNotInstalled,
  kernelStartFailed,
  inputRequested,
  outputLost,
  serverFailed,
} from '../failures.js';
import type { JupyterServer, KernelTask } from '../server/jupyter-server.js';
import { kernelEnd, readOutOfMemoryCounts } from '../server/kernel-end.js';
import { PendingCell } from './pending-cell.js';
import type { StopReason, StopSignal } from './stop-signal.js';
import { Deferred, within } from './timing.js';

/** Why a kernel is of no use any more. */
export type Fault =
  | { readonly kind: 'died' }
  | { readonly kind: 'lost'; readonly why: string }
  | { readonly kind: 'input'; readonly prompt: string };

/** The host's parts and limits that a session uses. */
export interface SessionParts {
  readonly server: JupyterServer;
  readonly client: JupyterClient;
  readonly python: string;
  readonly startTimeoutMs: number;
  readonly silenceMs: number;
}

/** How often a starting kernel is looked for: one that dies while starting says nothing. */
const startPollMs = 150;

/** A killed kernel is gone at once; the server needs a moment to see it. */
const startEndMs = 1000;

/** A server that is killed closes its connections some time before its exit is seen. */
const serverExitSeenMs = 500;

/** The text that a server sends in place of outputs when its limits are on. */
const rateLimitText =
  /^\s*IOPub (?:data|message) rate exceeded\.\s+The \w+ server will temporarily stop sending output/;

/** A kernel of one task. */
export class KernelSession {
  readonly parts: SessionParts;
  readonly id: string;
  readonly kernel: LiveKernel;
  readonly #faulted = new Deferred<Fault>();
  readonly #oomBefore = readOutOfMemoryCounts();
  readonly #outputs: (message: KernelMessage) => void;
  #fault: Fault | undefined;
  #pending: PendingCell | undefined;

  constructor(
    parts: SessionParts,
    id: string,
    outputs: (message: KernelMessage) => void,
  ) {
    this.parts = parts;
    this.id = id;
    this.#outputs = outputs;
    const listener: KernelListener = {
      message: (message) => {
        this.#receive(message);
      },
      died: () => {
        this.#setFault({ kind: 'died' });
      },
      lost: (why) => {
        this.#setFault({ kind: 'lost', why });
      },
    };
    this.kernel = new LiveKernel(parts.client, id, listener);
  }

  /** The first fault, if there was one. */
  get fault(): Fault | undefined {
    return this.#fault;
  }

  get faulted(): Promise<Fault> {
    return this.#faulted.promise;
  }

  /** Sends a cell. */
  send(code: string, stopOnError: boolean): PendingCell {
    const requestId = this.kernel.execute(code, stopOnError);
    this.#pending = new PendingCell(requestId, this.parts.silenceMs);
    return this.#pending;
  }

  /** Ends the kernel without asking. */
  kill(): Promise<void> {
    return this.parts.server.killKernel(this.id);
  }

  /**
   * Ends the kernel: asks it to, which lets its exit handlers run, and kills it after `limitMs` or as soon as
   * `hurry` resolves.
   */
  async end(limitMs: number, hurry?: Promise<unknown>): Promise<void> {
    this.#pending?.dispose();
    this.kernel.dispose();
    // The server forgets a kernel that died; then there is nothing to end.
    const ended = this.parts.client
      .shutdownKernel(this.id)
      .then(() => true)
      .catch(() => true);
    const inTime = await within(
      hurry === undefined
        ? ended
        : Promise.race([ended, hurry.then(() => undefined)]),
      limitMs,
    );
    if (inTime !== true) {
      await this.kill();
      await within(ended, 1000);
    }
  }

  /** The failure that a fault stands for. */
  async failureOf(
    fault: Fault,
    cell: FailedCell | undefined,
  ): Promise<ExecutionFailure> {
    const { server } = this.parts;
    if (fault.kind === 'input' && cell !== undefined) {
      return inputRequested(fault.prompt, cell);
    }
    if (fault.kind === 'lost') {
      await within(server.exited, serverExitSeenMs);
    }
    if (server.hasExited) {
      return serverFailed('ended while the notebook ran', server.log());
    }
    const record = await server.kernelRecord(this.id);
    if (fault.kind === 'died' || record?.exit !== undefined) {
      return kernelDied(kernelEnd(record, this.#oomBefore), cell);
    }
    return outputLost(
      fault.kind === 'lost' ? fault.why : 'the kernel asked for input',
      cell,
    );
  }

  #receive(message: KernelMessage): void {
    try {
      if (message.channel === 'iopub') {
        if (isRateLimitNotice(message)) {
          this.#setFault({
            kind: 'lost',
            why: 'the server dropped messages that came too fast',
          });
        }
        this.#outputs(message);
      } else if (message.header.msg_type === 'input_request') {
        this.#setFault({
          kind: 'input',
          prompt: textIn(message.content, 'prompt'),
        });
      }
      this.#pending?.receive(message);
    } catch (error) {
      this.#setFault({
        kind: 'lost',
        why: `an output could not be taken (${String(error)})`,
      });
    }
  }

  #setFault(fault: Fault): void {
    this.#fault ??= fault;
    this.#faulted.resolve(this.#fault);
  }
}

function isRateLimitNotice({ header, content }: KernelMessage): boolean {
  return (
    header.msg_type === 'stream' &&
    content['name'] === 'stderr' &&
    rateLimitText.test(textIn(content, 'text'))
  );
}

/** A started kernel and what it said of itself. */
export type SessionStart =
  | {
      readonly ok: true;
      readonly session: KernelSession;
      readonly info: JsonObject;
    }
  | { readonly ok: false; readonly failure: ExecutionFailure }
  | { readonly ok: false; readonly stopped: StopReason };

/** What a kernel is started for. */
export interface SessionRequest {
  readonly task: KernelTask;
  readonly cwd: string;
  readonly outputs: (message: KernelMessage) => void;
}

/** Starts a kernel; resolves when it has answered. Leaves no kernel behind if it does not. */
export async function startSession(
  parts: SessionParts,
  request: SessionRequest,
  stop: StopSignal,
): Promise<SessionStart> {
  const { server, client } = parts;
  const name = await server.prepareKernel(request.task);
  const path = relative(parsePath(request.cwd).root, request.cwd);
  let id: string;
  try {
    id = await client.startKernel(name, path);
  } catch (error) {
    return { ok: false, failure: await refusal(parts, request.task, error) };
  }
  const session = new KernelSession(parts, id, request.outputs);
  const first = await firstSign(session, stop);
  if (typeof first === 'object' && 'info' in first) {
    return { ok: true, session, info: first.info };
  }
  await session.kill();
  await session.end(startEndMs);
  return typeof first === 'string'
    ? { ok: false, stopped: first }
    : { ok: false, failure: startFailure(session, first) };
}

type FirstSign = { readonly info: JsonObject } | Fault | StopReason | undefined;

/** The first of: an answer, a fault, a reason to stop; undefined after the time limit. */
async function firstSign(
  session: KernelSession,
  stop: StopSignal,
): Promise<FirstSign> {
  const gone = new Deferred<Fault>();
  const poll = setInterval(() => {
    session.parts.client.hasKernel(session.id).then(
      (isThere) => {
        if (!isThere) {
          gone.resolve({ kind: 'died' });
        }
      },
      () => {
        if (session.parts.server.hasExited) {
          gone.resolve({ kind: 'died' });
        }
      },
    );
  }, startPollMs);
  try {
    return await within<FirstSign>(
      Promise.race([
        session.kernel.info.then((info) => ({ info })),
        session.faulted,
        gone.promise,
        stop.stopped,
      ]),
      session.parts.startTimeoutMs,
    );
  } finally {
    clearInterval(poll);
  }
}

function startFailure(
  session: KernelSession,
  sign: Fault | undefined,
): ExecutionFailure {
  const { server, python, startTimeoutMs } = session.parts;
  if (server.hasExited) {
    return serverFailed('ended while a kernel was starting', server.log());
  }
  const what =
    sign === undefined
      ? `did not answer within ${startTimeoutMs / 1000} s`
      : 'died while it was starting';
  return kernelStartFailed(what, server.log(), python);
}

/** Why the server did not start a kernel; its own answer says only that it failed. */
async function refusal(
  parts: SessionParts,
  { kernelName }: KernelTask,
  error: unknown,
): Promise<ExecutionFailure> {
  const { server, client, python } = parts;
  const names = await client.kernelNames().catch(() => undefined);
  await within(server.exited, names === undefined ? serverExitSeenMs : 0);
  if (server.hasExited || names === undefined) {
    return serverFailed('does not answer', server.log());
  }
  if (!names.includes(kernelName.toLowerCase())) {
    return kernelNotInstalled(kernelName, names, python);
  }
  const message = error instanceof Error ? error.message : String(error);
  const log = server.log().trim() === '' ? message : server.log();
  return kernelStartFailed('could not be started', log, python);
}
