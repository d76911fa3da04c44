/**
 * The batch implementation of `nx-notebook:execute`: all notebook tasks of a run in this one process, which shares a
 * Jupyter server and sees the whole graph.
 */
import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import type { ExecuteOptions } from './execute-options.js';
import { openProcessHost } from './process-host.js';
import { runTasks } from './run-tasks.js';
import { reportRejected, type TaskReport } from './task-report.js';
import { projectFacts, type TaskRequest } from './task-request.js';

/** Executes the tasks of a batch and yields each exactly once. */
export async function* executeBatch(
  taskGraph: TaskGraph,
  inputs: Readonly<Record<string, ExecuteOptions>>,
  _overrides: unknown,
  context: ExecutorContext,
): AsyncGenerator<TaskReport, void, undefined> {
  const requests = Object.values(taskGraph.tasks).map(
    ({ id, target }): TaskRequest => ({
      id,
      project: target.project,
      options: inputs[id] ?? { task: '' },
      ...projectFacts(context, target, inputs[id]),
    }),
  );
  const opened = openProcessHost(requests, {
    workspaceRoot: context.root,
    isBatch: true,
    // Nx tells a batch nothing else.
    isVerbose: process.env['NX_VERBOSE_LOGGING'] === 'true',
  });
  if (!opened.ok) {
    for (const { id } of requests) {
      yield reportRejected(id, opened.error, Date.now());
    }
    return;
  }
  using processHost = opened.value;
  yield* runTasks(requests, processHost.host);
}
