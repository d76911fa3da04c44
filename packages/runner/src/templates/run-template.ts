/**
 * Shell and SQL tasks: the text of their source is rendered and run in a kernel, with the hooks of the task in the same
 * process. A relation is stamped there, as the last thing.
 */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { RunOutcome } from '@nx-notebook/engine';
import type { JsonValue } from '@nx-notebook/notebook';
import type { Relation, Task, TemplateSource } from '@nx-notebook/pipeline';
import { runLowered } from '../lowered-run.js';
import { encodeCall, encodeHooks, encodeTask } from '../payload.js';
import type { RunContext } from '../run-context.js';
import { tellOfFailure } from '../task-hooks.js';

/** Renders the source and runs it. */
export async function runTemplate(
  context: RunContext,
  source: TemplateSource,
): Promise<RunOutcome> {
  const { pipeline, task } = context.request;
  const relation = relationOf(task);
  const stamp = relation?.isStamped === true ? randomUUID() : undefined;
  const outcome = await runLowered(context, {
    entry: source.kind === 'shell' ? 'shell' : 'sql',
    subject: `${source.kind === 'shell' ? 'Script' : 'SQL'} ${basename(source.path)}`,
    payload: {
      ...encodeTask(pipeline, task),
      hooks: encodeHooks(task.hooks),
      kind: source.kind,
      text: source.text,
      searchFolders: [...source.searchFolders],
      chunkSize: source.chunkSize ?? null,
      relation: relation === undefined ? null : encodeRelation(relation),
      stamp: stamp ?? null,
    },
  });
  if (outcome.status === 'done')
    return {
      status: 'succeeded',
      cells: [],
      ...(stamp === undefined ? {} : { relationStamp: stamp }),
    };
  const { failure, marks } = outcome;
  // A process that is gone, or was stopped, has not called the hook itself.
  if (marks['onFailureRan'] !== true && marks['isHook'] !== true)
    await tellOfFailure(context, failure);
  return { status: 'failed', failure, cells: [] };
}

function relationOf({ product }: Task): Relation | undefined {
  return product.kind === 'relation' ? product.relation : undefined;
}

function encodeRelation({
  schema,
  name,
  type,
  isStamped,
  client,
}: Relation): JsonValue {
  return {
    schema: schema ?? null,
    name,
    type,
    isStamped,
    client: encodeCall(client),
  };
}
