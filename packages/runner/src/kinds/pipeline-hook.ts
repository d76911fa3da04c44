/**
 * Hooks of the pipeline: on_finish is a task of its own, on_render and on_failure are called by whoever runs tasks.
 */
import type { RunOutcome, TaskFailure } from '@nx-notebook/engine';
import type { JsonObject } from '@nx-notebook/notebook';
import type { HookSource, Pipeline, PythonCall } from '@nx-notebook/pipeline';
import { executeDriver, type LoweredContext } from '../lowered-run.js';
import { encodeCall, encodePaths, encodeTasks } from '../payload.js';
import type { RunContext } from '../run-context.js';

/** A pipeline under its Nx project. */
export interface PipelineRef {
  readonly project: string;
  readonly pipeline: Pipeline;
}

/** A hook of a pipeline. */
export interface PipelineHook {
  readonly role: 'on_render' | 'on_finish' | 'on_failure';
  readonly call: PythonCall;
  /** For on_failure. */
  readonly tracebacks?: PipelineTracebacks;
}

/** What on_failure is given as `traceback`: of the tasks that failed, of on_finish. */
export interface PipelineTracebacks {
  readonly build?: string;
  readonly onFinish?: string;
}

/** Calls on_finish of the pipeline. */
export async function runOnFinish(
  context: RunContext,
  { call }: HookSource,
): Promise<RunOutcome> {
  const { request, limits, ...common } = context;
  const { project, pipeline } = request;
  const { taskTimeoutMs } = limits;
  const failure = await callPipelineHook(
    {
      ...common,
      project,
      pipeline,
      ...(taskTimeoutMs === undefined ? {} : { taskTimeoutMs }),
    },
    { role: 'on_finish', call },
  );
  return failure === undefined
    ? { status: 'succeeded', cells: [] }
    : { status: 'failed', failure, cells: [] };
}

/** Calls a hook of the pipeline; nothing when it succeeded. */
export async function callPipelineHook(
  context: Omit<LoweredContext, 'name'> & PipelineRef,
  { role, call, tracebacks = {} }: PipelineHook,
): Promise<TaskFailure | undefined> {
  const { pipeline, project } = context;
  const outcome = await executeDriver(
    { ...context, name: `${project}:${role}` },
    {
      entry: 'hook',
      subject: `${role} hook ${call.dottedPath}`,
      payload: {
        role,
        call: encodeCall(call),
        pipeline: encodePipeline(pipeline, tracebacks),
      },
      cwd: pipeline.folder,
    },
  );
  return outcome.status === 'failed' ? outcome.failure : undefined;
}

function encodePipeline(
  pipeline: Pipeline,
  { build, onFinish }: PipelineTracebacks,
): JsonObject {
  return {
    paths: encodePaths(pipeline),
    name: pipeline.name,
    tasks: encodeTasks(pipeline),
    traceback: {
      ...(build === undefined ? {} : { build }),
      ...(onFinish === undefined ? {} : { on_finish: onFinish }),
    },
  };
}
