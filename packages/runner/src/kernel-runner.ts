/**
 * The engine's task runner over kernel hosts: finds the interpreter, makes room for products, and hands the task to what
 * executes its kind. Knows no keys and no store.
 */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type {
  RunObserver,
  RunOutcome,
  TaskFailure,
  TaskRunner,
} from '@nx-notebook/engine';
import type { KernelHost } from '@nx-notebook/kernel';
import { productsOf, type Task } from '@nx-notebook/pipeline';
import type { PythonInterpreter, PythonLookup } from '@nx-notebook/python';
import { runFunction } from './kinds/function.js';
import { runNotebook } from './kinds/notebook.js';
import {
  callPipelineHook,
  runOnFinish,
  type PipelineHook,
  type PipelineRef,
} from './kinds/pipeline-hook.js';
import { runScript } from './kinds/script.js';
import { failed, type LimitsOf, type RunContext } from './run-context.js';
import { betweenHooks } from './task-hooks.js';
import { runTemplate } from './templates/run-template.js';

/** What the runner works with. */
export interface KernelRunnerOptions {
  /** Places in files are shown relative to it. */
  readonly workspaceRoot: string;
  readonly python: (pipelineFolder: string) => Promise<PythonLookup>;
  readonly limits: LimitsOf;
  /** Opens the host of one interpreter; its server starts with the first notebook. */
  readonly openHost: (interpreter: string) => KernelHost;
}

/** Runs tasks, and the hooks of a pipeline that are no tasks. */
export interface KernelRunner extends TaskRunner {
  /** Calls on_render or on_failure of a pipeline; nothing when it succeeded. Never rejects for a user's mistake. */
  callHook(
    ref: PipelineRef,
    hook: PipelineHook,
    observer: RunObserver,
    signal: AbortSignal,
  ): Promise<TaskFailure | undefined>;
}

/** Makes a runner with one kernel host for each interpreter. */
export function createKernelRunner(options: KernelRunnerOptions): KernelRunner {
  const hosts = new Map<string, KernelHost>();
  const hostOf = async (folder: string): Promise<HostLookup> => {
    const found = await options.python(folder);
    if (!found.ok) return { ok: false, failure: pythonNotFound(found) };
    const { interpreter } = found;
    const { path } = interpreter;
    const host = hosts.get(path) ?? options.openHost(path);
    hosts.set(path, host);
    return { ok: true, host, interpreter };
  };
  const { workspaceRoot } = options;
  return {
    async run(request, observer, signal) {
      const found = await hostOf(request.pipeline.folder);
      if (!found.ok) return failed(found.failure);
      const limits = options.limits(request);
      const { host, interpreter } = found;
      await makeFolders(request.task);
      const asked = { request, observer, signal, limits };
      return await runTask({ ...asked, host, interpreter, workspaceRoot });
    },
    async callHook(ref, hook, observer, signal) {
      const found = await hostOf(ref.pipeline.folder);
      if (!found.ok) return found.failure;
      const { host } = found;
      const common = { observer, signal, host, workspaceRoot };
      return await callPipelineHook({ ...common, ...ref }, hook);
    },
    async dispose() {
      await Promise.allSettled(
        [...hosts.values()].map((host) => host.dispose()),
      );
    },
  };
}

type HostLookup =
  | {
      readonly ok: true;
      readonly host: KernelHost;
      readonly interpreter: PythonInterpreter;
    }
  | { readonly ok: false; readonly failure: TaskFailure };

function runTask(context: RunContext): Promise<RunOutcome> {
  const { source } = context.request.task;
  switch (source.kind) {
    case 'notebook':
      return betweenHooks(context, () => runNotebook(context, source));
    case 'script':
      return betweenHooks(context, () => runScript(context, source));
    case 'function':
      return runFunction(context, source);
    case 'hook':
      return runOnFinish(context, source);
    case 'shell':
    case 'sql-script':
    case 'sql-dump':
      return runTemplate(context, source);
  }
}

/** Code may rely on the folders of its products. One that can't be made is what the code then says. */
async function makeFolders(task: Task): Promise<void> {
  const folders = productsOf(task).map(({ absolutePath }) =>
    dirname(absolutePath),
  );
  for (const folder of new Set(folders))
    await mkdir(folder, { recursive: true }).catch(() => undefined);
}

function pythonNotFound(
  found: PythonLookup & { readonly ok: false },
): TaskFailure {
  return {
    reason: 'python-not-found',
    message: found.message,
    hint: found.hint,
  };
}
