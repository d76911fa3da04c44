/** Stands in for the pipeline package's function of this name until it is there. */
import type { Pipeline, Task } from '@nx-notebook/pipeline';

/** The injected cell of a task. */
export function injectedCell(
  pipeline: Pipeline,
  task: Task,
): {
  readonly params: readonly { readonly name: string; readonly value: string }[];
  readonly source: string;
} {
  throw new Error(`not built yet: ${pipeline.name} ${task.name}`);
}
