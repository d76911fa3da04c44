/**
 * The tasks of one pipeline.yaml over all of its configurations. A target of Nx has one list of inputs for all
 * configurations, so a task here is what it is under each of them together. Pure.
 */
import type {
  PipelineModel,
  PipelineModels,
  TaskModel,
} from './pipeline-model.js';

/** A pipeline.yaml as targets are built from it. */
export interface PipelineSet {
  /** Empty for pipeline.yaml, `serve` for pipeline.serve.yaml. */
  readonly name: string;
  /** What its targets are called by: `execute`, `execute-serve`. */
  readonly targetName: string;
  /** Path for people, relative to the workspace. */
  readonly shown: string;
  /** The entries of the option `notebooks` where there is no yaml. */
  readonly notebooks?: readonly string[];
  readonly models: PipelineModels;
}

/** A task under one configuration. */
export interface TaskVariant {
  readonly configuration: string;
  readonly task: TaskModel;
  readonly pipeline: PipelineModel;
}

/** A task under all configurations that have it. */
export interface ConfiguredTask {
  readonly name: string;
  /** At least one. */
  readonly variants: readonly TaskVariant[];
}

/** Names of the configurations. */
export function configurationsOf({ models }: PipelineSet): readonly string[] {
  return models
    .map(({ configuration }) => configuration)
    .filter((name) => name !== '');
}

/** Tasks in the order of the default, then those that only other configurations have. */
export function tasksOf({ models }: PipelineSet): readonly ConfiguredTask[] {
  const tasks = new Map<string, TaskVariant[]>();
  for (const { configuration, pipeline } of models) {
    for (const task of pipeline?.tasks ?? []) {
      const variant = {
        configuration,
        task,
        pipeline: pipeline as PipelineModel,
      };
      const known = tasks.get(task.name);
      if (known === undefined) tasks.set(task.name, [variant]);
      else known.push(variant);
    }
  }
  return [...tasks].map(([name, variants]) => ({ name, variants }));
}

/** What a list says in any configuration, each once, in order. */
export function unionOf<T>(
  { variants }: ConfiguredTask,
  listOf: (variant: TaskVariant) => readonly T[],
): readonly T[] {
  return [...new Set(variants.flatMap(listOf))];
}

/** Products of upstreams that a task may read. */
export function productsRead({ task, pipeline }: TaskVariant): string[] {
  return task.upstream.flatMap(({ task: name, reads }) => {
    const producer = pipeline.tasks.find((other) => other.name === name);
    return (producer?.products ?? [])
      .filter(({ key }) => reads.includes(key))
      .map(({ path }) => path);
  });
}
