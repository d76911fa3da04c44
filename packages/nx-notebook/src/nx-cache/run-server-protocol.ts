/**
 * What the hooks of a run and the server process of that run tell each other. The hooks may live in two processes: Nx
 * ends the worker of a plugin at a signal, or when another run under the same daemon is done.
 */
import type { NxCacheSummary } from './summary.js';

/** Sent to the new process. */
export interface RunServerConfig {
  readonly workspaceRoot: string;
  /** Options of the plugin in nx.json, unchecked. */
  readonly pluginOptions: unknown;
  /** For Nx. */
  readonly token: string;
  /** For the hook that ends the run. */
  readonly controlToken: string;
  /** Its end is the end of the run, should nobody say so: the command line of Nx, or its daemon. */
  readonly ownerPid: number;
  readonly isOwnerDaemon: boolean;
}

/** Its first and only message. */
export interface RunServerStart {
  readonly port: number;
}

/** Where the hook that ends the run finds the server. */
export interface RunServerState {
  readonly port: number;
  readonly controlToken: string;
  /** The process of the hook that started it. */
  readonly startedBy: number;
}

/** Asks a server to end: `POST`, with the control token as bearer. */
export const FINISH_PATH = '/run/finish';

/** How the run ended. */
export interface FinishRequest {
  /** Nobody waits for uploads then; what is left goes on for a moment. */
  readonly wasInterrupted: boolean;
}

/** What came of it. */
export type FinishAnswer =
  /** Nothing was served, because of the configuration; a text for people. */
  | { readonly status: 'off'; readonly message: string }
  /** What is still on its way is counted as not uploaded. */
  | { readonly status: 'served'; readonly summary: NxCacheSummary };
