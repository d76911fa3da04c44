/**
 * Executes Nx tasks: plans them, hands them to the engine, and reports each exactly once. Nx hangs on a task that is
 * never reported, so whatever goes wrong here, also in our own code, ends in a report. Knows no Nx API.
 */
import {
  combineReporters,
  createTaskTranscript,
  type BuildOptions,
  type EngineParts,
  type Reporter,
  type TaskOutcome,
  type TaskRef,
  type TaskTranscript,
} from '@nx-notebook/engine';
import { renderDiagnostics } from '@nx-notebook/notebook';
import { removePartialNotebook, type KernelRunner } from '@nx-notebook/runner';
import { collectReports } from './collect-reports.js';
import { snapshotInputs } from './input-snapshot.js';
import { leaveUncached, type Reported } from './leave-uncached.js';
import { openPipelineHooks } from './pipeline-hooks.js';
import {
  planTasks,
  type PlannedTask,
  type PlanOptions,
  type TaskPlan,
} from './plan-tasks.js';
import {
  reportAbsent,
  reportLost,
  reportRejected,
  type TaskReport,
} from './task-report.js';
import type { TaskRequest } from './task-request.js';

/** Concrete parts for one build, and their end. */
export interface Composition {
  readonly parts: EngineParts;
  /** Calls a hook of a pipeline. */
  readonly callHook: KernelRunner['callHook'];
  readonly dispose: () => Promise<void>;
}

/** Everything that executing needs of its process. */
export interface RunHost extends PlanOptions {
  readonly build: (
    tasks: readonly TaskRef[],
    parts: EngineParts,
    options: BuildOptions,
  ) => AsyncIterable<TaskOutcome>;
  readonly compose: (reporter: Reporter) => Composition;
  /** Prints live text. */
  readonly write: (text: string) => void;
  /** Prints what happens while it happens; full outputs go to the reports. */
  readonly live?: Reporter;
  /** Hands each task's full output to `write` as well; for a process of one task, of which Nx shows nothing else. */
  readonly streamsTranscript: boolean;
  readonly kernels: number;
  /** How long uploads to a shared store are waited for. */
  readonly uploadWaitMs?: number;
  readonly signal: AbortSignal;
  readonly force: boolean;
  readonly now: () => number;
  /** When Nx started, for a batch: it may have hashed files that changed later before that. */
  readonly nxStartedNs?: bigint;
}

/** Executes the tasks and reports each exactly once, as soon as it ended. Never throws. */
export async function* runTasks(
  requests: readonly TaskRequest[],
  host: RunHost,
): AsyncGenerator<TaskReport, void, undefined> {
  const missing = new Set(requests.map(({ id }) => id));
  const startTime = host.now();
  let trouble: unknown;
  try {
    for await (const report of reportTasks(requests, host)) {
      if (missing.delete(report.task)) yield report;
    }
  } catch (error) {
    trouble = error;
  }
  for (const id of missing) {
    const report = reportLost(id, trouble, {
      startTime,
      endTime: host.now(),
    });
    if (host.streamsTranscript) host.write(report.result.terminalOutput);
    yield report;
  }
}

async function* reportTasks(
  requests: readonly TaskRequest[],
  host: RunHost,
): AsyncGenerator<TaskReport, void, undefined> {
  const plan = await planTasks(requests, host);
  const { color, workspaceRoot: cwd } = host;
  if (plan.warnings.length > 0) {
    host.write(`${renderDiagnostics(plan.warnings, { color, cwd })}\n`);
  }
  for (const { request, text } of plan.rejected) {
    if (host.streamsTranscript) host.write(text);
    yield reportRejected(request.id, text, host.now());
  }
  for (const { request, text } of plan.absent) {
    if (host.streamsTranscript) host.write(text);
    yield reportAbsent(request.id, text, host.now());
  }
  if (plan.planned.length > 0) yield* buildTasks(plan, host);
}

async function* buildTasks(
  plan: TaskPlan,
  host: RunHost,
): AsyncGenerator<TaskReport, void, undefined> {
  const transcripts = openTranscripts(plan, host);
  const reporters = [...transcripts.values()].map(({ reporter }) => reporter);
  const { callHook, dispose, ...composed } = host.compose(
    combineReporters(...reporters, ...(host.live ? [host.live] : [])),
  );
  const hooks = openPipelineHooks({ ...host, callHook });
  const parts: EngineParts = {
    ...composed.parts,
    runner: async () => hooks.around(await composed.parts.runner()),
  };
  const collection = collectReports(plan.planned);
  const reports: Reported[] = [];
  try {
    const refs = plan.planned.map(({ ref }) => ref);
    const { nxStartedNs } = host;
    const snapshot = await snapshotInputs(refs, {
      parts,
      ...(nxStartedNs === undefined ? {} : { nxStartedNs }),
    });
    for await (const outcome of host.build(
      refs,
      parts,
      optionsOf(plan, host),
    )) {
      const task = find(plan, outcome.ref);
      if (task === undefined) continue;
      hooks.ended(outcome);
      if (isGood(outcome)) {
        await snapshot.finished(task.ref);
        await removePartialNotebook(task.ref.task);
      }
      const text = transcripts.get(task)?.text() ?? '';
      const ended = collection.ended(task, outcome, { text, ...host });
      for (const report of ended) {
        reports.push({ task, report, isInDoubt: isInDoubt(outcome) });
        yield report;
      }
    }
    await hooks.finish();
    await leaveUncached(reports, snapshot, host);
  } finally {
    await dispose();
  }
}

function isInDoubt(outcome: TaskOutcome): boolean {
  return outcome.status === 'executed' && outcome.isInDoubt === true;
}

function isGood({ status }: TaskOutcome): boolean {
  return status !== 'failed' && status !== 'skipped';
}

function openTranscripts(
  { planned }: TaskPlan,
  { color, workspaceRoot: cwd, streamsTranscript, write }: RunHost,
): ReadonlyMap<PlannedTask, TaskTranscript> {
  const options = { color, cwd, ...(streamsTranscript ? { write } : {}) };
  return new Map(
    planned.map((task) => [task, createTaskTranscript(task.ref, options)]),
  );
}

function optionsOf(plan: TaskPlan, host: RunHost): BuildOptions {
  const { kernels, signal, uploadWaitMs } = host;
  const isForced = (ref: TaskRef): boolean =>
    find(plan, ref)?.requests.some(({ options }) => options.force === true) ??
    false;
  return {
    kernels,
    signal,
    force: host.force ? true : isForced,
    ...(uploadWaitMs === undefined ? {} : { uploadWaitMs }),
  };
}

function find(plan: TaskPlan, ref: TaskRef): PlannedTask | undefined {
  const { project, pipeline, task } = ref;
  return plan.planned.find(
    ({ ref: other }) =>
      other.project === project &&
      other.pipeline.file === pipeline.file &&
      other.pipeline.variant === pipeline.variant &&
      other.task.name === task.name,
  );
}
