/**
 * The digest of everything that pipeline.yaml says about one task. It enters Nx's hash instead of the file itself, so
 * that a comment, or another task's params, leave the task a hit. Pure.
 */
import { createHash } from 'node:crypto';
import type { PipelineModel, TaskModel } from './pipeline-model.js';

/** What the digest covers beside the task. */
export interface SpecContext {
  readonly pipeline: PipelineModel;
  /** Another version may give another result. */
  readonly pluginVersion: string;
  /** Local modules that the source reaches, relative to the workspace. */
  readonly imports: readonly string[];
}

/** sha256 of a task's meaning, as 64 hexadecimal digits. */
export function specDigest(task: TaskModel, context: SpecContext): string {
  const value = {
    plugin: context.pluginVersion,
    ...task,
    // The source itself is an input; what it imports follows below.
    facts: undefined,
    upstream: task.upstream.map((upstream) => ({
      ...upstream,
      products: context.pipeline.tasks.find(
        ({ name }) => name === upstream.task,
      )?.products,
    })),
    imports: context.imports,
  };
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}
