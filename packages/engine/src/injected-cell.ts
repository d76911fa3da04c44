/** Stands in for the pipeline package's function of this name until it is there. */
import type { Pipeline, Task } from '@nx-notebook/pipeline';

/** The injected cell of a task. */
export function injectedCell(
  _pipeline: Pipeline,
  task: Task,
): {
  readonly params: readonly { readonly name: string; readonly value: string }[];
  readonly source: string;
} {
  const params = task.params.map(({ name, value }) => ({
    name,
    value: 'value' in value ? String(value.value) : value.kind,
  }));
  const lines = params.map(({ name, value }) => `${name} = ${value}`);
  return { params, source: ['# Parameters', ...lines].join('\n') };
}
