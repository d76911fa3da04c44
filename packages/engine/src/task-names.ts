/** How tasks are told apart and named in messages. Pure. */
import type { TaskRef } from './task-runner.js';

/** The task as messages name it: `ml:clean`. */
export function taskLabel(ref: TaskRef): string {
  return `${ref.project}:${ref.task.name}`;
}

/** Equal for two references to the same task of the same pipeline file, different for all others. */
export function taskIdentity(ref: TaskRef, task = ref.task.name): string {
  return JSON.stringify([ref.project, ref.pipeline.file, task]);
}
