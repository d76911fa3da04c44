/**
 * The plain implementation of `nx-notebook:execute`: one task in a process of its own, for `--batch=false`. Its
 * output is the task's terminal output.
 */
import type { ExecutorContext } from '@nx/devkit';
import type { ExecuteOptions } from './execute-options.js';
import { openProcessHost } from './process-host.js';
import { runTasks } from './run-tasks.js';
import { uncachedSuccess } from './task-report.js';
import { projectFacts, type TaskRequest } from './task-request.js';

/** Executes one task. */
export async function execute(
  options: ExecuteOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const project = context.projectName ?? '';
  const request: TaskRequest = {
    id: `${project}:${context.targetName ?? options.task}`,
    project,
    options,
    ...projectFacts(
      context,
      {
        project,
        ...(context.targetName === undefined
          ? {}
          : { target: context.targetName }),
      },
      options,
    ),
  };
  const opened = openProcessHost([request], {
    workspaceRoot: context.root,
    isBatch: false,
    isVerbose: context.isVerbose,
  });
  if (!opened.ok) {
    process.stdout.write(opened.error);
    return { success: false };
  }
  using processHost = opened.value;
  let success = false;
  for await (const { result } of runTasks([request], processHost.host)) {
    // Nx has no other way to keep the result of a single task out of its cache.
    success = result.success && result.status !== uncachedSuccess;
  }
  return { success };
}
