/** Options of the executor `nx-notebook:execute`, as its schema checks them. */
import type { TaskLimits } from '../settings/options.js';

/** Which pipeline of a project is meant, and how it is loaded; inference writes these into targets. */
export interface PipelineOptions {
  /** `serve` for pipeline.serve.yaml; pipeline.yaml when absent. */
  readonly pipeline?: string;
  /** Entries of the plugin's option `notebooks`, where there is no yaml. */
  readonly notebooks?: readonly string[];
  /** `sample` for env.sample.yaml; env.yaml when absent. */
  readonly environment?: string;
}

/** Options of one target, with what was given on the command line. */
export interface ExecuteOptions extends PipelineOptions, TaskLimits {
  /** Name of the task in pipeline.yaml. */
  readonly task: string;
  /** Paths of the products, as globs, for the outputs of a target with configurations. */
  readonly products?: Readonly<Record<string, string>>;
  /** The task is no part of the pipeline under this configuration: a grid is smaller there, for example. */
  readonly absent?: boolean;
  /** Execute although nothing changed. */
  readonly force?: boolean;
}

/** What the engine calls the variant of a pipeline that is loaded with these options. */
export function variantOf({ pipeline, environment }: PipelineOptions): string {
  if (pipeline !== undefined) return pipeline;
  return environment === undefined ? '' : `@${environment}`;
}
