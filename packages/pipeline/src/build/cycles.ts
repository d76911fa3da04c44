/**
 * Finds tasks that need each other in a circle. Iterative: pipelines may be chains of thousands of tasks.
 */
import type { Location } from '@nx-notebook/notebook';
import { basename } from 'node:path';
import type { Problems } from '../problems.js';
import type { Need, TaskNeeds } from './upstreams.js';

/** One edge of a circle. */
interface Edge {
  readonly from: string;
  readonly to: string;
  readonly location: Location;
}

/** Reports one circle of each group of tasks that need each other. */
export function reportCycles(
  tasks: readonly TaskNeeds[],
  problems: Problems,
): void {
  let open = withoutFinished(
    new Map(tasks.map((task) => [task.name, task] as const)),
  );
  for (;;) {
    const [first] = open.values();
    if (first === undefined) return;
    const circle = walk(first, open);
    report(circle, tasks, problems);
    for (const { from } of circle) open.delete(from);
    open = withoutFinished(open);
  }
}

/** What is left when every task is removed whose upstreams are all gone: circles, and what depends on them. */
function withoutFinished(
  tasks: ReadonlyMap<string, TaskNeeds>,
): Map<string, TaskNeeds> {
  const left = new Map(tasks);
  const missing = new Map<string, number>();
  const downstream = new Map<string, string[]>();
  for (const task of tasks.values()) {
    const needs = needsOf(task, tasks);
    missing.set(task.name, needs.length);
    for (const need of needs) {
      const known = downstream.get(need.task);
      if (known === undefined) downstream.set(need.task, [task.name]);
      else known.push(task.name);
    }
  }
  const ready = [...missing].filter(([, count]) => count === 0);
  const names = ready.map(([name]) => name);
  for (let name; (name = names.pop()) !== undefined;) {
    left.delete(name);
    for (const next of downstream.get(name) ?? []) {
      const count = (missing.get(next) ?? 0) - 1;
      missing.set(next, count);
      if (count === 0) names.push(next);
    }
  }
  return left;
}

function needsOf(
  task: TaskNeeds,
  tasks: ReadonlyMap<string, TaskNeeds>,
): readonly Need[] {
  return task.needs.filter((need) => tasks.has(need.task));
}

/** Follows the first need of each task until a task comes twice. */
function walk(
  first: TaskNeeds,
  tasks: ReadonlyMap<string, TaskNeeds>,
): readonly Edge[] {
  const edges = new Map<string, Edge>();
  let current: TaskNeeds | undefined = first;
  while (current !== undefined && !edges.has(current.name)) {
    const [need] = needsOf(current, tasks);
    if (need === undefined) break;
    edges.set(current.name, {
      from: current.name,
      to: need.task,
      location: need.location,
    });
    current = tasks.get(need.task);
  }
  const all = [...edges.values()];
  return all.slice(all.findIndex(({ from }) => from === current?.name));
}

/** Starts with the task that comes first in the file. */
function report(
  circle: readonly Edge[],
  tasks: readonly TaskNeeds[],
  problems: Problems,
): void {
  const names = new Set(circle.map(({ from }) => from));
  const first = tasks.find(({ name }) => names.has(name))?.name;
  const start = circle.findIndex(({ from }) => from === first);
  const turned = [...circle.slice(start), ...circle.slice(0, start)];
  const [edge] = turned;
  if (edge === undefined) return;
  const way = [...turned.map(({ from }) => from), edge.from].join(' -> ');
  const places = turned.map(
    ({ from, to, location }) =>
      `"${from}" needs "${to}" (${basename(location.file)}:${location.line})`,
  );
  problems.error({
    code: 'cycle',
    message: `Tasks need each other in a cycle: ${way}.`,
    hint: `Remove one of these: ${places.join(', ')}.`,
    location: edge.location,
  });
}
