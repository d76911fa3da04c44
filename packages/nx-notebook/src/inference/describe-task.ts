/** What Nx shows people of a task. Pure. */
import type { TaskModel } from './pipeline-model.js';

/** One sentence: what happens, and what is written. */
export function describeTask(task: TaskModel): string {
  const products = task.products.map(({ path }) => path).join(', ');
  return products === '' ? action(task) : `${action(task)}; writes ${products}`;
}

function action({ kind, source, name }: TaskModel): string {
  switch (kind) {
    case 'notebook':
      return `Executes ${source} in a Jupyter kernel`;
    case 'function':
      return `Calls a function of ${source}`;
    case 'script':
    case 'shell':
    case 'sql-script':
    case 'sql-dump':
      return `Runs ${source}`;
    case 'hook':
      return `Calls ${name} of the pipeline, after all tasks`;
  }
}

/** Names that Nx shows beside a project or target. */
export function technologies({ kind, language }: TaskModel): string[] {
  return kind === 'notebook' ? ['jupyter', language] : [language];
}
