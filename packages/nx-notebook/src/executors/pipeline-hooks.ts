/**
 * The hooks of a pipeline that are no tasks: `on_render` before the first task that really executes, `on_failure` after
 * the last, when one of them failed. Each at most once for each pipeline and process.
 */
import {
  renderFailure,
  type RunObserver,
  type TaskFailure,
  type TaskOutcome,
  type TaskRunner,
} from '@nx-notebook/engine';
import type { Pipeline } from '@nx-notebook/pipeline';
import type { KernelRunner, PipelineTracebacks } from '@nx-notebook/runner';

/** What hooks of a run need. */
export interface HookContext {
  readonly callHook: KernelRunner['callHook'];
  readonly signal: AbortSignal;
  /** Prints what `on_failure` prints. */
  readonly write: (text: string) => void;
  readonly workspaceRoot: string;
}

/** The hooks of all pipelines of a run. */
export interface PipelineHooks {
  /** A runner that calls `on_render` first; where it fails, so does the task. */
  around(runner: TaskRunner): TaskRunner;
  /** To be told of each outcome. */
  ended(outcome: TaskOutcome): void;
  /** Calls `on_failure` of the pipelines in which a task failed; resolves in any case. */
  finish(): Promise<void>;
}

interface Failed {
  readonly project: string;
  readonly outcomes: (TaskOutcome & { readonly status: 'failed' })[];
}

/** Opens the hooks of a run. */
export function openPipelineHooks(context: HookContext): PipelineHooks {
  const { callHook, signal } = context;
  const rendered = new Map<Pipeline, Promise<TaskFailure | undefined>>();
  const failed = new Map<Pipeline, Failed>();
  return {
    around: (runner) => ({
      async run(request, observer, taskSignal) {
        const { project, pipeline } = request;
        const { onRender: call } = pipeline.hooks;
        if (call !== undefined) {
          const hook = { role: 'on_render', call } as const;
          const first =
            rendered.get(pipeline) ??
            callHook({ project, pipeline }, hook, observer, signal);
          rendered.set(pipeline, first);
          const failure = await first;
          if (failure !== undefined)
            return { status: 'failed', failure, cells: [] };
        }
        return await runner.run(request, observer, taskSignal);
      },
      dispose: () => runner.dispose(),
    }),
    ended(outcome) {
      if (outcome.status !== 'failed') return;
      const { project, pipeline } = outcome.ref;
      const known = failed.get(pipeline) ?? { project, outcomes: [] };
      failed.set(pipeline, known);
      known.outcomes.push(outcome);
    },
    async finish() {
      if (signal.aborted) return;
      for (const [pipeline, given] of failed)
        await callOnFailure(pipeline, given, context);
    },
  };
}

async function callOnFailure(
  pipeline: Pipeline,
  { project, outcomes }: Failed,
  { callHook, signal, write, workspaceRoot: cwd }: HookContext,
): Promise<void> {
  const { onFailure: call } = pipeline.hooks;
  if (call === undefined) return;
  const failure = await callHook(
    { project, pipeline },
    { role: 'on_failure', call, tracebacks: tracebacksOf(outcomes, cwd) },
    printing(write),
    signal,
  );
  if (failure === undefined) return;
  const lines = renderFailure(failure, { color: false, cwd });
  write(
    `The on_failure hook of ${project} failed, too:\n${lines.join('\n')}\n`,
  );
}

/** What failed, as text; `on_finish` of the pipeline apart from its tasks. */
function tracebacksOf(
  outcomes: Failed['outcomes'],
  cwd: string,
): PipelineTracebacks {
  const textOf = (isHook: boolean): string =>
    outcomes
      .filter(({ ref }) => (ref.task.source.kind === 'hook') === isHook)
      .flatMap(({ failure }) => renderFailure(failure, { color: false, cwd }))
      .join('\n');
  const [build, onFinish] = [textOf(false), textOf(true)];
  return {
    ...(build === '' ? {} : { build }),
    ...(onFinish === '' ? {} : { onFinish }),
  };
}

function printing(write: (text: string) => void): RunObserver {
  return {
    cellStarted: () => undefined,
    streamed: ({ text }) => write(text),
    cellFinished: () => undefined,
  };
}
