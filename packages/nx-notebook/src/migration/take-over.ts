/**
 * Takes over what Ploomber had finished: products on disk become stored results under their keys, so that the first run
 * executes only what Ploomber would have executed, too.
 */
import {
  adoptProducts,
  computeKey,
  type AssessParts,
  type TaskRef,
} from '@nx-notebook/engine';
import type { Pipeline } from '@nx-notebook/pipeline';
import { changedSince, judgeTask, type FinishedTask } from './finished-task.js';

/** What became of one task. */
export interface TakenOver {
  readonly ref: TaskRef;
  /** Why it runs again; absent when it was taken over. */
  readonly why?: string;
}

/** All tasks of a pipeline, upstreams first. */
export async function takeOver(
  project: string,
  pipeline: Pipeline,
  parts: AssessParts,
): Promise<readonly TakenOver[]> {
  const judged = new Map<string, FinishedTask>();
  const results: TakenOver[] = [];
  for (const task of upstreamFirst(pipeline)) {
    const ref = { project, pipeline, task };
    const finished = judgeTask(task, judged);
    const why = await refusal(ref, finished, parts);
    judged.set(
      task.name,
      why === undefined ? finished : { status: 'not-finished', why },
    );
    results.push({ ref, ...(why === undefined ? {} : { why }) });
  }
  return results;
}

/** Why it can't be taken over; nothing when it was. */
async function refusal(
  ref: TaskRef,
  finished: FinishedTask,
  parts: AssessParts,
): Promise<string | undefined> {
  const { task, pipeline } = ref;
  if (finished.status === 'not-finished') return finished.why;
  if (task.late.length > 0) return 'it has values that only a run knows';
  const key = await computeKey(ref, parts);
  if (!key.ok) return key.error.message;
  const own = new Set([task.source.absolutePath]);
  const inputs = key.value.inputs.filter(
    (path) => task.source.kind === 'function' || !own.has(path),
  );
  const changed = changedSince(finished, inputs, pipeline.folder);
  if (changed !== undefined) return changed;
  const adopted = await adoptProducts(
    ref,
    {
      startedAt: finished.at,
      durationMs: 0,
      reason: 'taken over from Ploomber',
    },
    parts,
  );
  return adopted.status === 'refused' ? adopted.why : undefined;
}

/** In dependency order; pipelines have no cycles. */
function upstreamFirst({
  tasks,
}: Pipeline): readonly Pipeline['tasks'][number][] {
  const byName = new Map(tasks.map((task) => [task.name, task]));
  const ordered = new Set<Pipeline['tasks'][number]>();
  const open = [...tasks].reverse();
  for (let task = open.at(-1); task !== undefined; task = open.at(-1)) {
    const missing = task.upstream
      .map(({ task: name }) => byName.get(name))
      .filter((each) => each !== undefined && !ordered.has(each));
    if (missing.length === 0) {
      ordered.add(task);
      open.pop();
    } else {
      open.push(...missing.filter((each) => each !== undefined));
    }
  }
  return [...ordered];
}
