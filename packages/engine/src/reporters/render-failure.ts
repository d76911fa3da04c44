/** stub */
import type { TaskFailure } from '../task-failure.js';

/** How a failure is shown. */
export interface RenderFailureOptions {
  readonly color: boolean;
  /** Paths are shown relative to this folder. */
  readonly cwd: string;
}

/** The lines that tell a user what failed, where, and the next step. */
export function renderFailure(
  failure: TaskFailure,
  options: RenderFailureOptions,
): readonly string[] {
  return [failure.message, options.cwd];
}
