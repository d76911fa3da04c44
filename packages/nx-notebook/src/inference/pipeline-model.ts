/**
 * What inference keeps of a loaded pipeline: plain JSON with workspace-relative paths, so that it can be cached and
 * targets can be built from it without reading anything. Knows no Nx.
 */
import { relative } from 'node:path';
import { productsOf, type Pipeline, type Task } from '@nx-notebook/pipeline';
import type { PythonFacts, PyValue } from '@nx-notebook/python';
import { toSlashes } from './glob.js';

/** A pipeline as targets are built from it. */
export interface PipelineModel {
  readonly tasks: readonly TaskModel[];
}

/** A task as its target is built from it. Paths are relative to the workspace. */
export interface TaskModel {
  readonly name: string;
  readonly source: string;
  readonly language: string;
  readonly kernelName: string;
  /** Params in injection order; values as canonical text. */
  readonly params: readonly (readonly [name: string, value: string])[];
  readonly products: readonly ProductModel[];
  readonly upstream: readonly {
    readonly task: string;
    /** The wildcard that it was found by; it stands in the injected cell. */
    readonly pattern?: string;
    /** Keys of the products that this task may read. */
    readonly reads: readonly string[];
  }[];
  readonly resources: readonly string[];
  /** Only for Python sources. */
  readonly facts?: PythonFacts;
}

/** A product of a task. */
export interface ProductModel {
  readonly key: string;
  readonly path: string;
  readonly isNotebook: boolean;
}

/** Reduces a pipeline to its model. */
export function modelPipeline(
  pipeline: Pipeline,
  workspaceRoot: string,
): PipelineModel {
  const inWorkspace = (path: string): string =>
    toSlashes(relative(workspaceRoot, path));
  return {
    tasks: pipeline.tasks.map((task) => modelTask(task, inWorkspace)),
  };
}

function modelTask(
  task: Task,
  inWorkspace: (path: string) => string,
): TaskModel {
  const { source } = task;
  return {
    name: task.name,
    source: inWorkspace(source.absolutePath),
    language: source.language,
    kernelName: source.kernelName,
    params: task.params.map(({ name, value }) => [name, valueText(value)]),
    products: productsOf(task).map(({ key, absolutePath, isNotebook }) => ({
      key,
      path: inWorkspace(absolutePath),
      isNotebook,
    })),
    upstream: task.upstream,
    resources: task.resources.map(({ absolutePath }) =>
      inWorkspace(absolutePath),
    ),
    ...(source.facts === undefined ? {} : { facts: source.facts }),
  };
}

/** Text that is equal exactly for equal values: `1` and `1.0`, and mappings in another order, differ. */
function valueText(value: PyValue): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'bigint') return `${part}`;
    if (typeof part !== 'number') return part;
    return Object.is(part, -0) ? '-0.0' : `${part}`;
  });
}
