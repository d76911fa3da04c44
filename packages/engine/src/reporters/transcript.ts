/** stub */
import type { Reporter } from '../event.js';
import type { TaskRef } from '../task-runner.js';

/** Collects everything that one task says. */
export interface TaskTranscript {
  readonly reporter: Reporter;
  /** All of it so far. */
  text(): string;
}

/** Collects the full terminal output of one task; events of other tasks are ignored. */
export function createTaskTranscript(
  ref: TaskRef,
  options: { readonly color: boolean; readonly cwd: string },
): TaskTranscript {
  throw new Error(ref.project + options.cwd);
}
