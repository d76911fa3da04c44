/**
 * The Jupyter server as the rest of the package sees it: an address, a token, and what REST does not offer. Real ones
 * are started by start-server.ts; tests put a scripted one in its place.
 */
import type { ExecutionFailure } from '../contract.js';

/** Where a server listens. */
export type ServerAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number };

/** What the server recorded about a kernel process. */
export interface KernelRecord {
  readonly pid: number;
  readonly group: number | null;
  /** Exit code, or the negative number of the signal that ended it. Absent while it runs. */
  readonly exit?: number;
}

/** The kernelspec and environment that a task's kernel is started with. */
export interface KernelTask {
  readonly kernelName: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A running Jupyter server that belongs to this process. */
export interface JupyterServer {
  readonly address: ServerAddress;
  readonly token: string;
  /** Resolves when the process has ended, for whatever reason. */
  readonly exited: Promise<void>;
  readonly hasExited: boolean;
  /** The end of what the server wrote to its standard error. */
  log(): string;
  /** Makes the kernelspec of a task; returns the name to start a kernel under. */
  prepareKernel(task: KernelTask): Promise<string>;
  kernelRecord(kernelId: string): Promise<KernelRecord | undefined>;
  /** Ends the kernel and its process group without asking; does nothing if it has ended. */
  killKernel(kernelId: string): Promise<void>;
  /** Ends kernels and server, within 4 s. */
  stop(): Promise<void>;
}

/** A server, or why there is none. */
export type ServerStart =
  | { readonly ok: true; readonly server: JupyterServer }
  | { readonly ok: false; readonly failure: ExecutionFailure };
