/**
 * One task as an Nx target. Its options are constant, because Nx hashes the options of all targets of a project
 * into each of them; what changes stands in `inputs`, which count for the one target only. Pure.
 */
import type { TargetConfiguration } from '@nx/devkit';
import { describeTask, technologies } from './describe-task.js';
import { pathToGlob, tokenGlob } from './glob.js';
import {
  productsRead,
  unionOf,
  type ConfiguredTask,
  type PipelineSet,
} from './pipeline-set.js';
import { configuredProducts, productOutputs } from './product-options.js';
import { taskTargetName } from './target-name.js';

type Input = NonNullable<TargetConfiguration['inputs']>[number];

/** What a target needs to know beside its task. */
export interface TargetContext {
  readonly set: PipelineSet;
  /** Relative to the workspace; `.` for its root. */
  readonly projectRoot: string;
  readonly projectName: string;
  /** Local modules that the source reaches, relative to the workspace. */
  readonly imports: readonly string[];
  /** False when the source reaches files outside the workspace, which Nx can't hash: the engine decides then. */
  readonly isCacheable: boolean;
  /** How the digest of the task's spec gets into Nx's hash. */
  readonly specInput: Input;
  /** Prints what is installed for Python; another output is another hash. */
  readonly environmentCommand: string;
}

/** The target `execute--<task>`. */
export function taskTarget(
  task: ConfiguredTask,
  context: TargetContext,
): TargetConfiguration {
  const { projectRoot, set } = context;
  const { options, configurations } = configuredProducts(task, context);
  const isVolatile = task.variants.some((variant) => variant.task.isVolatile);
  const upstream = unionOf(task, (variant) =>
    variant.task.upstream.map((each) => each.task),
  );
  return {
    executor: 'nx-notebook:execute',
    cache: context.isCacheable && !isVolatile,
    options: { task: task.name, ...pipelineOptions(set), ...options },
    ...(configurations === undefined ? {} : { configurations }),
    inputs: [
      ...ownInputs(task, context),
      { externalDependencies: [] },
      context.specInput,
      { runtime: context.environmentCommand },
      ...variableInputs(task),
      ...upstreamInputs(task, context),
    ],
    outputs: productOutputs(task, { set, projectRoot }),
    dependsOn: upstream.map((name) => taskTargetName(set.targetName, name)),
    metadata: taskMetadata(task, context),
  };
}

/** Says which pipeline of the folder a target belongs to; nothing for pipeline.yaml. */
export function pipelineOptions({
  name,
  notebooks,
}: PipelineSet): Readonly<Record<string, unknown>> {
  return {
    ...(name === '' ? {} : { pipeline: name }),
    ...(notebooks === undefined ? {} : { notebooks }),
  };
}

/**
 * Source, imported modules, resources, modules of functions. `includeIgnored`, because a plain fileset drops a gitignored
 * file without a word.
 */
function ownInputs(task: ConfiguredTask, context: TargetContext): Input[] {
  const paths = new Set([
    ...unionOf(task, (variant) => [variant.task.source]),
    ...context.imports,
    ...unionOf(task, (variant) => variant.task.files),
  ]);
  return [...paths].map((path) => fileset(path, context.projectRoot));
}

/** All pipelines are made of PLOOMBER_ENV_FILENAME; the script of the environment compares it with the others. */
function variableInputs(task: ConfiguredTask): Input[] {
  const names = unionOf(task, ({ pipeline }) =>
    pipeline.variables.filter((name) => name !== 'PLOOMBER_ENV_FILENAME'),
  );
  return [...names].sort().map((env) => ({ env }));
}

/**
 * Products of upstreams that the task may read, each three times: as outputs of the producing task (a file, and
 * the files of a folder), which `affected` follows; and as files, which count when the edges are taken away
 * (`--exclude-task-dependencies`). Nothing is interpolated in the first, so they are workspace-relative.
 */
function upstreamInputs(task: ConfiguredTask, context: TargetContext): Input[] {
  return unionOf(task, productsRead).flatMap((path) => [
    { dependentTasksOutputFiles: pathToGlob(path) },
    { dependentTasksOutputFiles: `${pathToGlob(path)}/**/*` },
    fileset(path, context.projectRoot),
  ]);
}

function fileset(path: string, projectRoot: string): Input {
  return { fileset: tokenGlob(path, projectRoot), includeIgnored: true };
}

function taskMetadata(
  { name, variants }: ConfiguredTask,
  { projectName, set }: TargetContext,
): NonNullable<TargetConfiguration['metadata']> {
  const task = variants[0]?.task;
  const target = `${projectName}:${taskTargetName(set.targetName, name)}`;
  return {
    ...(task === undefined
      ? {}
      : {
          description: describeTask(task),
          technologies: technologies(task),
        }),
    help: {
      command: `npx nx run ${target} --help`,
      example: { options: { force: true } },
    },
  };
}
