/**
 * The order of a build: which task waits for which, and which waiting task matters most. Pure; knows neither keys nor
 * time, only durations it is given.
 */
import { taskIdentity } from './task-names.js';
import type { TaskRef } from './task-runner.js';

/** A task in its place among the others of the build. */
export interface PlannedTask {
  readonly ref: TaskRef;
  /** Tasks of this build that it reads from. */
  readonly upstream: readonly PlannedTask[];
  readonly downstream: readonly PlannedTask[];
  /** Estimated time from its start to the end of everything behind it: the longest such path. */
  readonly criticalMs: number;
}

/** A build's tasks in an order in which each comes after its upstream. */
export interface Plan {
  readonly tasks: readonly PlannedTask[];
  /** Tasks that wait for each other, and everything behind them; empty for every pipeline that was loaded. */
  readonly cyclic: readonly TaskRef[];
}

interface Draft {
  readonly ref: TaskRef;
  readonly upstream: Draft[];
  readonly downstream: Draft[];
  criticalMs: number;
}

/** Plans a build. A task that is listed twice counts once; upstreams that are not listed are not waited for. */
export function planBuild(
  refs: readonly TaskRef[],
  durationMs: (ref: TaskRef) => number,
): Plan {
  const drafts = new Map<string, Draft>();
  for (const ref of refs) {
    const id = taskIdentity(ref);
    if (drafts.has(id)) continue;
    drafts.set(id, { ref, upstream: [], downstream: [], criticalMs: 0 });
  }
  for (const draft of drafts.values()) {
    for (const { task } of draft.ref.task.upstream) {
      const upstream = drafts.get(taskIdentity(draft.ref, task));
      if (upstream === undefined || draft.upstream.includes(upstream)) continue;
      draft.upstream.push(upstream);
      upstream.downstream.push(draft);
    }
  }
  const ordered = inOrder([...drafts.values()]);
  for (const draft of ordered.toReversed()) {
    const behind = draft.downstream.map(({ criticalMs }) => criticalMs);
    draft.criticalMs = durationMs(draft.ref) + Math.max(0, ...behind);
  }
  const reached = new Set(ordered);
  const cyclic = [...drafts.values()].filter((draft) => !reached.has(draft));
  return { tasks: ordered, cyclic: cyclic.map(({ ref }) => ref) };
}

/** Kahn's algorithm: what is in or behind a cycle is left out. */
function inOrder(drafts: readonly Draft[]): readonly Draft[] {
  const open = new Map(drafts.map((each) => [each, each.upstream.length]));
  const ordered = drafts.filter(({ upstream }) => upstream.length === 0);
  // Grows while it is walked.
  for (const draft of ordered) {
    for (const next of draft.downstream) {
      const left = (open.get(next) ?? 0) - 1;
      open.set(next, left);
      if (left === 0) ordered.push(next);
    }
  }
  return ordered;
}
