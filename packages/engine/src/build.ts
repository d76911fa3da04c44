/** stub */
import type { BuildOptions, EngineParts } from './engine.js';
import type { TaskOutcome } from './event.js';
import type { TaskRef } from './task-runner.js';

/** Brings tasks up to date; see {@link Build}. */
export async function* build(
  tasks: readonly TaskRef[],
  parts: EngineParts,
  options: BuildOptions,
): AsyncGenerator<TaskOutcome, void, undefined> {
  await Promise.resolve();
  throw new Error(`${tasks.length} ${parts.workspaceRoot} ${options.kernels}`);
}
