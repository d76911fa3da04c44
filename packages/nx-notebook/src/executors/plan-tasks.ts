/**
 * From Nx tasks to tasks of pipelines. Pipelines are loaded anew, since their files may have changed after Nx made its
 * graph; what does not fit any more becomes a failed task with a reason, never an exception.
 */
import {
  renderFailure,
  type TaskFailure,
  type TaskRef,
} from '@nx-notebook/engine';
import {
  renderDiagnostics,
  type Diagnostic,
  type Result,
} from '@nx-notebook/notebook';
import type {
  LoadOptions,
  LoadResult,
  Pipeline,
  Task,
} from '@nx-notebook/pipeline';
import {
  loadOne,
  pipelineIdentity,
  shownPath,
  type LoadContext,
} from './load-one.js';
import type { TaskRequest } from './task-request.js';

/** A task of a pipeline and the Nx tasks that stand for it. */
export interface PlannedTask {
  readonly ref: TaskRef;
  readonly requests: readonly TaskRequest[];
}

/** An Nx task that is not executed, and the text that says why. */
export interface SettledTask {
  readonly request: TaskRequest;
  readonly text: string;
}

/** Every request is in exactly one of the three lists. */
export interface TaskPlan {
  readonly planned: readonly PlannedTask[];
  /** Nx tasks that can't be executed. */
  readonly rejected: readonly SettledTask[];
  /** Nx tasks that have nothing to do under their configuration. */
  readonly absent: readonly SettledTask[];
  /** Warnings of pipelines that load, each once. */
  readonly warnings: readonly Diagnostic[];
}

/** Finds values that only a run knows, for all of {@link Pipeline.late}. */
export type EvaluateLate = (
  pipeline: Pipeline,
) => Promise<Result<NonNullable<LoadOptions['late']>, TaskFailure>>;

/** What planning needs beside the requests. */
export interface PlanOptions extends LoadContext {
  readonly color: boolean;
  readonly evaluateLate: EvaluateLate;
}

/** A pipeline as this run has it; with a failure, its late values are not known. */
interface Loaded {
  readonly result: LoadResult;
  readonly lateFailure?: TaskFailure;
}

/** Loads each pipeline once for each of its configurations and finds its tasks. */
export async function planTasks(
  requests: readonly TaskRequest[],
  options: PlanOptions,
): Promise<TaskPlan> {
  const pipelines = new Map<string, Loaded>();
  const planned = new Map<string, { ref: TaskRef; requests: TaskRequest[] }>();
  const rejected: SettledTask[] = [];
  const absent: SettledTask[] = [];
  for (const request of requests) {
    const pipeline = pipelineIdentity(request);
    const loaded = pipelines.get(pipeline) ?? (await load(request, options));
    pipelines.set(pipeline, loaded);
    const found = findTasks(request, loaded, options);
    if ('status' in found) {
      const list = found.status === 'rejected' ? rejected : absent;
      list.push({ request, text: found.text });
      continue;
    }
    for (const task of found.tasks) {
      const { project } = request;
      const identity = JSON.stringify([project, pipeline, task.name]);
      const ref = { project, pipeline: found.pipeline, task };
      const known = planned.get(identity);
      if (known === undefined)
        planned.set(identity, { ref, requests: [request] });
      else known.requests.push(request);
    }
  }
  return {
    planned: [...planned.values()],
    rejected,
    absent,
    warnings: warningsOf([...pipelines.values()]),
  };
}

/** Loads twice where the first look shows values that have to be found out. */
async function load(
  request: TaskRequest,
  options: PlanOptions,
): Promise<Loaded> {
  const result = await loadOne(request, options);
  if (!result.ok || result.pipeline.late.length === 0) return { result };
  const late = await options.evaluateLate(result.pipeline);
  return late.ok
    ? { result: await loadOne(request, options, late.value) }
    : { result, lateFailure: late.error };
}

type NoTask = { readonly status: 'rejected' | 'absent'; readonly text: string };

/** The tasks that a target stands for, or the text that says why there are none. */
function findTasks(
  request: TaskRequest,
  { result, lateFailure }: Loaded,
  { color, workspaceRoot: cwd }: PlanOptions,
): { readonly pipeline: Pipeline; readonly tasks: readonly Task[] } | NoTask {
  const { options } = request;
  if (!result.ok) {
    const text = renderDiagnostics(result.diagnostics, { color, cwd });
    return { status: 'rejected', text };
  }
  const { pipeline } = result;
  const tasks = tasksNamed(options.task, pipeline);
  if (tasks.length === 0) return noTask(request);
  if (lateFailure !== undefined && tasks.some(({ late }) => late.length > 0)) {
    const lines = renderFailure(lateFailure, { color, cwd });
    return { status: 'rejected', text: `${lines.join('\n')}\n` };
  }
  return { pipeline, tasks };
}

/** A grid whose values only a run knows is one target. */
function tasksNamed(name: string, { tasks }: Pipeline): readonly Task[] {
  const group = tasks.filter((task) => task.group === name);
  return group.length > 0 ? group : tasks.filter((task) => task.name === name);
}

function noTask(request: TaskRequest): NoTask {
  const { task, absent, environment } = request.options;
  const path = shownPath(request);
  if (absent === true) {
    const where =
      environment === undefined ? 'env.yaml' : `env.${environment}.yaml`;
    const text = `${path} has no task "${task}" with ${where}: nothing to do.\n`;
    return { status: 'absent', text };
  }
  return {
    status: 'rejected',
    text: `${path} has no task "${task}" any more.\nNext: run the command again; if that does not help, \`npx nx reset\`.\n`,
  };
}

/** Configurations of a pipeline share most of them. */
function warningsOf(pipelines: readonly Loaded[]): Diagnostic[] {
  const warnings = new Map<string, Diagnostic>();
  for (const { result } of pipelines) {
    for (const warning of result.ok ? result.pipeline.warnings : []) {
      const { code, message, location } = warning;
      warnings.set(JSON.stringify([code, message, location]), warning);
    }
  }
  return [...warnings.values()];
}
