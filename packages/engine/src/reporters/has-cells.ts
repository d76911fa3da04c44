/** What there is to say of cells. Pure. */
import type { TaskRef } from '../task-runner.js';

/** Whether the cells of a task are the user's: everything but a notebook is executed as a single one of ours. */
export function hasCells({ task }: TaskRef): boolean {
  return task.source.kind === 'notebook';
}
