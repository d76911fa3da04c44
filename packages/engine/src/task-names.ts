/** How tasks are told apart and named in messages. Pure. */
import type { TaskName } from './state-folder.js';
import type { TaskRef } from './task-runner.js';

/** The task as messages name it: `ml:clean`, and `ml:clean (sample)` in another variant of the pipeline. */
export function taskLabel({ project, pipeline, task }: TaskRef): string {
  const variant = pipeline.variant.replace(/^@/, '');
  return `${project}:${task.name}${variant === '' ? '' : ` (${variant})`}`;
}

/** The task as the engine's files name it. */
export function taskName(ref: TaskRef): TaskName {
  const { project, pipeline, task } = ref;
  return { project, variant: pipeline.variant, task: task.name };
}

/** Equal for two references to the same task of the same pipeline in the same variant, different for all others. */
export function taskIdentity(ref: TaskRef, task = ref.task.name): string {
  const { file, variant } = ref.pipeline;
  return JSON.stringify([ref.project, file, variant, task]);
}

/** What a run record says of the task that it is of. */
export function recordedName(ref: TaskRef): {
  readonly project: string;
  readonly variant?: string;
  readonly task: string;
} {
  const { project, variant, task } = taskName(ref);
  return { project, ...(variant === '' ? {} : { variant }), task };
}
