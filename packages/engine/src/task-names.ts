/** How tasks are told apart and named in messages; and their products in one list. Pure. */
import type { Product, Task } from '@nx-notebook/pipeline';
import type { TaskRef } from './task-runner.js';

/** The task as messages name it: `ml:clean`. */
export function taskLabel(ref: TaskRef): string {
  return `${ref.project}:${ref.task.name}`;
}

/** Equal for two references to the same task of the same pipeline file, different for all others. */
export function taskIdentity(ref: TaskRef, task = ref.task.name): string {
  return JSON.stringify([ref.project, ref.pipeline.file, task]);
}

/** All products of a task, in the order of the file. */
export function productsOf(task: Task): readonly Product[] {
  return task.product.kind === 'single'
    ? [task.product.product]
    : task.product.products;
}
