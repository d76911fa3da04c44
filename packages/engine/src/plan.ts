/**
 * The order of a build: which task waits for which, and which waiting task matters most. Pure; knows neither keys nor
 * time, only durations it is given.
 */
import { dirname } from 'node:path';
import { productsOf } from '@nx-notebook/pipeline';
import { taskIdentity } from './task-names.js';
import type { TaskRef } from './task-runner.js';

/** A task in its place among the others of the build. */
export interface PlannedTask {
  readonly ref: TaskRef;
  /** Tasks of this build that come before it: those that it reads from, and {@link sharing}. */
  readonly upstream: readonly PlannedTask[];
  /** Tasks of other pipelines, or of another variant of this one, that write to the same places. */
  readonly sharing: readonly PlannedTask[];
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
  readonly sharing: Draft[];
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
    drafts.set(id, {
      ref,
      upstream: [],
      sharing: [],
      downstream: [],
      criticalMs: 0,
    });
  }
  for (const draft of drafts.values()) {
    for (const { task } of draft.ref.task.upstream) {
      const upstream = drafts.get(taskIdentity(draft.ref, task));
      if (upstream === undefined || draft.upstream.includes(upstream)) continue;
      draft.upstream.push(upstream);
      upstream.downstream.push(draft);
    }
  }
  for (const [first, then] of sharedPlaces([...drafts.values()])) {
    if (then.sharing.includes(first)) continue;
    then.sharing.push(first);
    then.upstream.push(first);
    first.downstream.push(then);
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

/**
 * Pairs of tasks of different pipelines that write to the same place, in the order of the pipelines: between two
 * pipelines all pairs have the same order, so that they never wait for each other in a circle.
 */
function* sharedPlaces(
  drafts: readonly Draft[],
): Generator<readonly [Draft, Draft]> {
  const pipelines = [...new Set(drafts.map(({ ref }) => pipelineOf(ref)))];
  const orderOf = new Map(pipelines.map((each, index) => [each, index]));
  const writers = new Map<string, Draft[]>();
  for (const draft of drafts) {
    for (const { absolutePath } of productsOf(draft.ref.task)) {
      writers.set(absolutePath, [...(writers.get(absolutePath) ?? []), draft]);
    }
  }
  const order = ({ ref }: Draft): number => orderOf.get(pipelineOf(ref)) ?? 0;
  for (const [path, inner] of writers) {
    const outer = pathsAround(path).flatMap((each) => writers.get(each) ?? []);
    for (const one of inner) {
      for (const other of outer) {
        if (order(one) < order(other)) yield [one, other];
        if (order(other) < order(one)) yield [other, one];
      }
    }
  }
}

function pipelineOf({ project, pipeline }: TaskRef): string {
  return JSON.stringify([project, pipeline.file, pipeline.variant]);
}

/** A path and all folders around it. */
function pathsAround(path: string): readonly string[] {
  const paths = [path];
  for (let at = path; dirname(at) !== at; at = dirname(at)) {
    paths.push(dirname(at));
  }
  return paths;
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
