/**
 * The digest of everything that pipeline.yaml and the env files say about one task. It enters Nx's hash instead of the
 * files themselves, so that a comment, or another task's params, leave the task a hit. Inputs exist once for a target,
 * so it covers the task under every configuration. Pure.
 */
import { createHash } from 'node:crypto';
import type {
  ConfiguredTask,
  PipelineSet,
  TaskVariant,
} from './pipeline-set.js';

/** What the digest covers beside the task. */
export interface SpecContext {
  readonly set: PipelineSet;
  /** Another version may give another result. */
  readonly pluginVersion: string;
  /** Local modules that the source reaches, relative to the workspace. */
  readonly imports: readonly string[];
}

/** sha256 of a task's meaning, as 64 hexadecimal digits. */
export function specDigest(
  { variants }: ConfiguredTask,
  { set, pluginVersion, imports }: SpecContext,
): string {
  const value = {
    plugin: pluginVersion,
    configurations: set.models.map(({ configuration, pipeline }) => {
      const variant = variants.find(
        (each) => each.configuration === configuration,
      );
      return [
        configuration,
        pipeline === undefined ? 'broken' : variant && meaningOf(variant),
      ];
    }),
    imports,
  };
  return createHash('sha256').update(JSON.stringify(value)).digest('hex');
}

/** Without the Python texts: the source itself is an input, and what they import follows. */
function meaningOf({ task, pipeline }: TaskVariant): unknown {
  const { name, source, meaning, products, files } = task;
  const upstream = task.upstream.map((each) => ({
    ...each,
    products: pipeline.tasks.find(({ name }) => name === each.task)?.products,
  }));
  return { name, source, meaning, products, files, upstream };
}
