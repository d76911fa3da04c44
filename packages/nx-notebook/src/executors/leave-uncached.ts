/**
 * Takes results out of Nx's cache that it would hand out under a hash that they don't belong to: files changed while the
 * tasks ran, or Nx's graph knows other files than the run had. The engine's own key is not concerned.
 */
import { relative } from 'node:path';
import { taskLabel, type TaskRef } from '@nx-notebook/engine';
import { productsOf } from '@nx-notebook/pipeline';
import { pathToGlob, tokenGlob, toSlashes } from '../inference/glob.js';
import type { Environment } from '../settings/settings.js';
import { upstreamPaths, type InputSnapshot } from './input-snapshot.js';
import type { PlannedTask } from './plan-tasks.js';
import { uncachedSuccess, type TaskReport } from './task-report.js';
import type { TaskRequest } from './task-request.js';

/** A report, and what it says of. */
export interface Reported {
  readonly task: PlannedTask;
  readonly report: TaskReport;
  /** The engine found that the products belong to no key. */
  readonly isInDoubt: boolean;
}

/** What is known of the run. */
export interface CacheContext {
  readonly workspaceRoot: string;
  /** Prints live text. */
  readonly write: (text: string) => void;
  /** Values of env.yaml for this run. Nx finds nothing that was stored with others than its graph was made with. */
  readonly overrides: ReadonlyMap<string, string>;
  readonly env: Environment;
  /** True for a process of one task: only a failure keeps its result out of Nx's cache. */
  readonly streamsTranscript: boolean;
}

/** Marks such results, and says so where the engine has not yet. */
export async function leaveUncached(
  reports: readonly Reported[],
  snapshot: InputSnapshot,
  context: CacheContext,
): Promise<void> {
  const changed = new Set<string>();
  const unknown = new Set<string>();
  for (const { task, report, isInDoubt } of reports) {
    const { result } = report;
    if (!result.success) continue;
    const hasChanged = await snapshot.hasChanged(task.ref);
    const isKnown = isKnownToNx(task, snapshot, context);
    const isExpected = hasOwnValues(task.ref, context);
    const isHarmless = isKnown || (isExpected && context.streamsTranscript);
    if (hasChanged || isInDoubt || !isHarmless) result.status = uncachedSuccess;
    if (hasChanged && !isInDoubt) changed.add(taskLabel(task.ref));
    if (!isKnown && !isExpected) unknown.add(taskLabel(task.ref));
  }
  if (changed.size > 0) {
    context.write(
      `Files of ${[...changed].join(', ')} changed while this ran. Run again to bring it up to date.\n`,
    );
  }
  if (unknown.size > 0) {
    context.write(
      `Nx does not know all files of ${[...unknown].join(', ')}, since git ignores them or its graph is older; it keeps no result. Run \`npx nx reset\` once to let it look again.\n`,
    );
  }
}

/** With values of its own, a run is expected to differ from the graph. */
function hasOwnValues(
  { pipeline }: TaskRef,
  { overrides, env }: CacheContext,
): boolean {
  return (
    overrides.size > 0 ||
    pipeline.variables.some((name) => env[name] !== undefined)
  );
}

/**
 * Whether Nx hashes all files that a task reads, and keeps all that it writes. Its daemon infers nothing anew when a file
 * changes that git ignores, or when a variable does.
 */
function isKnownToNx(
  { ref, requests }: PlannedTask,
  snapshot: InputSnapshot,
  { workspaceRoot }: CacheContext,
): boolean {
  const inWorkspace = (path: string): string =>
    toSlashes(relative(workspaceRoot, path));
  const read = [
    ...snapshot.files(ref).filter((file) => file !== ref.pipeline.file),
    ...upstreamPaths(ref),
  ].map(inWorkspace);
  const written = productsOf(ref.task).map(({ absolutePath }) =>
    inWorkspace(absolutePath),
  );
  return requests.every(
    ({ filesets, outputs, root }: TaskRequest) =>
      (filesets === undefined ||
        read.every((path) => filesets.has(tokenGlob(path, root)))) &&
      (outputs === undefined ||
        written.every((path) => outputs.has(pathToGlob(path)))),
  );
}
