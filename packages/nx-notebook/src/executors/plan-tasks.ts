/**
 * From Nx tasks to tasks of pipelines. Pipelines are loaded anew, since their files may have changed after Nx made its
 * graph; what does not fit any more becomes a failed task with a reason, never an exception.
 */
import { join } from 'node:path';
import { renderDiagnostics, type Diagnostic } from '@nx-notebook/notebook';
import type { TaskRef } from '@nx-notebook/engine';
import {
  loadPipeline,
  type FactsCache,
  type LoadResult,
} from '@nx-notebook/pipeline';
import type { TaskRequest } from './task-request.js';

/** A task of a pipeline and the Nx tasks that stand for it. */
export interface PlannedTask {
  readonly ref: TaskRef;
  readonly requests: readonly TaskRequest[];
}

/** Nx tasks that can't be executed, and the text that says why. */
export interface RejectedTask {
  readonly request: TaskRequest;
  readonly text: string;
}

/** Every request is in exactly one of the two lists. */
export interface TaskPlan {
  readonly planned: readonly PlannedTask[];
  readonly rejected: readonly RejectedTask[];
  /** Warnings of pipelines that load. */
  readonly warnings: readonly Diagnostic[];
}

/** What planning needs beside the requests. */
export interface PlanOptions {
  readonly workspaceRoot: string;
  readonly facts?: FactsCache;
  readonly color: boolean;
}

/** Loads each pipeline once and finds its tasks. */
export async function planTasks(
  requests: readonly TaskRequest[],
  options: PlanOptions,
): Promise<TaskPlan> {
  const pipelines = new Map<string, LoadResult>();
  for (const root of new Set(requests.map((request) => request.root))) {
    pipelines.set(root, await loadAt(root, options));
  }
  const planned = new Map<string, { ref: TaskRef; requests: TaskRequest[] }>();
  const rejected: RejectedTask[] = [];
  for (const request of requests) {
    const found = findTask(request, pipelines.get(request.root), options);
    if (typeof found === 'string') {
      rejected.push({ request, text: found });
      continue;
    }
    const identity = JSON.stringify([request.project, found.task.name]);
    const known = planned.get(identity);
    if (known === undefined)
      planned.set(identity, { ref: found, requests: [request] });
    else known.requests.push(request);
  }
  const warnings = [...pipelines.values()].flatMap((loaded) =>
    loaded.ok ? loaded.pipeline.warnings : [],
  );
  return { planned: [...planned.values()], rejected, warnings };
}

/** Loads the pipeline of a project folder. */
export async function loadAt(
  root: string,
  { workspaceRoot, facts }: PlanOptions,
): Promise<LoadResult> {
  return await loadPipeline(join(workspaceRoot, root, 'pipeline.yaml'), {
    workspaceRoot,
    ...(facts === undefined ? {} : { facts }),
  });
}

/** The task, or the text that says why there is none. */
function findTask(
  { project, options, root }: TaskRequest,
  loaded: LoadResult | undefined,
  { color, workspaceRoot }: PlanOptions,
): TaskRef | string {
  if (loaded?.ok !== true) {
    return renderDiagnostics(loaded?.diagnostics ?? [], {
      color,
      cwd: workspaceRoot,
    });
  }
  const { pipeline } = loaded;
  const task = pipeline.tasks.find(({ name }) => name === options.task);
  return task === undefined
    ? `${join(root, 'pipeline.yaml')} has no task "${options.task}" any more.\nNext: run the command again; if that does not help, \`npx nx reset\`.\n`
    : { project, pipeline, task };
}
