/** Builds that end as a test says, on a real pipeline of real files. */
import type {
  EngineParts,
  TaskFailure,
  TaskOutcome,
  TaskRef,
} from '@nx-notebook/engine';
import { success } from '@nx-notebook/notebook';
import type { RunHost } from '../../src/executors/run-tasks.js';
import type { TaskRequest } from '../../src/executors/task-request.js';
import type { Files } from '../support/files.js';

/** What Nx asks for a task of `ml`. */
export function request(
  task: string,
  rest: Partial<TaskRequest> = {},
): TaskRequest {
  return {
    id: `ml:execute--${task}`,
    project: 'ml',
    root: 'ml',
    options: { task },
    pluginOptions: {},
    ...rest,
  };
}

/** A host around a build, and what it printed and disposed of. */
export function hostOf(
  files: Files,
  build: RunHost['build'],
  rest: Partial<RunHost> = {},
): {
  readonly host: RunHost;
  readonly printed: string[];
  readonly disposed: () => number;
} {
  const printed: string[] = [];
  let disposals = 0;
  const parts = {
    workspaceRoot: files.root,
    python: () =>
      Promise.resolve({ ok: false, message: 'none', hint: 'none' } as const),
  } as unknown as EngineParts;
  const host: RunHost = {
    workspaceRoot: files.root,
    color: false,
    env: {},
    overrides: new Map(),
    settings: {},
    evaluateLate: () => Promise.resolve(success(new Map())),
    build,
    compose: () => ({
      parts,
      callHook: () => Promise.resolve(undefined),
      dispose: () => {
        disposals += 1;
        return Promise.resolve();
      },
    }),
    write: (text) => void printed.push(text),
    streamsTranscript: false,
    kernels: 1,
    signal: new AbortController().signal,
    force: false,
    now: () => 0,
    ...rest,
  };
  return { host, printed, disposed: () => disposals };
}

/** The outcome of a task that was executed from 1 to 2. */
export function executed(ref: TaskRef): TaskOutcome {
  return { ref, startedAt: 1, endedAt: 2, status: 'executed' };
}

/** The outcome of a task that failed from 1 to 2. */
export function failed(ref: TaskRef, failure: TaskFailure): TaskOutcome {
  return { ref, startedAt: 1, endedAt: 2, status: 'failed', failure };
}
