/**
 * A function of the user: called in a kernel, with the hooks of its task in the same process.
 */
import type { RunOutcome } from '@nx-notebook/engine';
import type { FunctionSource } from '@nx-notebook/pipeline';
import { runLowered } from '../lowered-run.js';
import { encodeCall, encodeHooks, encodeTask } from '../payload.js';
import type { RunContext } from '../run-context.js';
import { tellOfFailure } from '../task-hooks.js';

/** Calls the function. */
export async function runFunction(
  context: RunContext,
  { call }: FunctionSource,
): Promise<RunOutcome> {
  const { pipeline, task } = context.request;
  const outcome = await runLowered(context, {
    entry: 'function',
    subject: `Function ${call.dottedPath}`,
    payload: {
      ...encodeTask(pipeline, task),
      call: encodeCall(call),
      serializer: encodeCall(task.serializer),
      unserializer: encodeCall(task.unserializer),
      hooks: encodeHooks(task.hooks),
    },
  });
  if (outcome.status === 'done') return { status: 'succeeded', cells: [] };
  const { failure, marks } = outcome;
  // A process that is gone, or was stopped, has not called the hook itself.
  if (marks['onFailureRan'] !== true && marks['isHook'] !== true)
    await tellOfFailure(context, failure);
  return { status: 'failed', failure, cells: [] };
}
