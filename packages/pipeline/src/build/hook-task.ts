/**
 * The hook `on_finish` of a pipeline as a task: it runs after all others, and writes no product.
 */
import type { Hooks, PythonCall, Task } from '../pipeline.js';
import { productsOf } from '../products-of.js';
import type { PipelineSpec } from '../spec/pipeline-spec.js';
import { toTaskPath } from '../task-path.js';
import type { BuildContext } from './build-context.js';

/** The task, if the pipeline has the hook and any task to run after. */
export function hookTask(
  { onFinish: call }: Hooks,
  tasks: readonly Task[],
  {
    spec,
    context,
  }: { readonly spec: PipelineSpec; readonly context: BuildContext },
): readonly Task[] {
  if (call === undefined) return [];
  const { folder } = context;
  return [
    {
      name: freeName(spec, tasks),
      source: {
        kind: 'hook',
        language: 'python',
        call,
        kernelName: 'python3',
        facts: call.facts,
        ...codePath(call, context),
      },
      cwd: folder,
      product: { kind: 'none' },
      params: [],
      upstream: tasks.map((task) => ({
        task: task.name,
        reads: productsOf(task).map(({ key }) => key),
      })),
      resources: [],
      hooks: {},
      late: [...spec.sharedLate].sort(),
      codeProblems: [],
      isStrict: false,
      location: call.location,
    },
  ];
}

/** `on_finish`, unless a task has that name. */
function freeName({ names }: PipelineSpec, tasks: readonly Task[]): string {
  const taken = new Set([...names, ...tasks.map(({ name }) => name)]);
  let name = 'on_finish';
  while (taken.has(name)) name += '_';
  return name;
}

/** An installed function has no file of ours: what stands for it is the file that names it. */
function codePath(
  { file }: PythonCall,
  { file: main, folder }: BuildContext,
): { readonly path: string; readonly absolutePath: string } {
  return file === undefined
    ? { path: toTaskPath(folder, main.path), absolutePath: main.path }
    : { path: file.path, absolutePath: file.absolutePath };
}
