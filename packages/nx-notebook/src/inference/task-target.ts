/**
 * One task as an Nx target. Its options are constant, because Nx hashes the options of all targets of a project
 * into each of them; what changes stands in `inputs`, which count for the one target only. Pure.
 */
import type { TargetConfiguration } from '@nx/devkit';
import { pathToGlob, tokenGlob } from './glob.js';
import type { PipelineModel, TaskModel } from './pipeline-model.js';
import { taskTargetName } from './target-name.js';

type Input = NonNullable<TargetConfiguration['inputs']>[number];

/** What a target needs to know beside its task. */
export interface TargetContext {
  readonly pipeline: PipelineModel;
  /** Relative to the workspace; `.` for its root. */
  readonly projectRoot: string;
  readonly projectName: string;
  readonly targetName: string;
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
  task: TaskModel,
  context: TargetContext,
): TargetConfiguration {
  const { projectRoot, targetName } = context;
  return {
    executor: 'nx-notebook:execute',
    cache: context.isCacheable,
    options: { task: task.name },
    inputs: [
      ...ownInputs(task, context),
      { externalDependencies: [] },
      context.specInput,
      { runtime: context.environmentCommand },
      ...upstreamInputs(task, context),
    ],
    outputs: task.products.map(({ path }) => tokenGlob(path, projectRoot)),
    dependsOn: task.upstream.map(({ task: name }) =>
      taskTargetName(targetName, name),
    ),
    metadata: taskMetadata(task, context),
  };
}

/** Source, imported modules and resources. `includeIgnored`, because a plain fileset drops a gitignored file without a word. */
function ownInputs(task: TaskModel, context: TargetContext): Input[] {
  const paths = new Set([task.source, ...context.imports, ...task.resources]);
  return [...paths].map((path) => fileset(path, context.projectRoot));
}

/**
 * Products of upstreams that the task may read, each three times: as outputs of the producing task (a file, and
 * the files of a folder), which `affected` follows; and as files, which count when the edges are taken away
 * (`--exclude-task-dependencies`). Nothing is interpolated in the first, so they are workspace-relative.
 */
function upstreamInputs(task: TaskModel, context: TargetContext): Input[] {
  return productsRead(task, context.pipeline).flatMap((path) => [
    { dependentTasksOutputFiles: pathToGlob(path) },
    { dependentTasksOutputFiles: `${pathToGlob(path)}/**/*` },
    fileset(path, context.projectRoot),
  ]);
}

function productsRead(task: TaskModel, pipeline: PipelineModel): string[] {
  return task.upstream.flatMap(({ task: name, reads }) => {
    const producer = pipeline.tasks.find((other) => other.name === name);
    return (producer?.products ?? [])
      .filter(({ key }) => reads.includes(key))
      .map(({ path }) => path);
  });
}

function fileset(path: string, projectRoot: string): Input {
  return { fileset: tokenGlob(path, projectRoot), includeIgnored: true };
}

function taskMetadata(
  task: TaskModel,
  { projectName, targetName }: TargetContext,
): NonNullable<TargetConfiguration['metadata']> {
  const products = task.products.map(({ path }) => path).join(', ');
  const target = `${projectName}:${taskTargetName(targetName, task.name)}`;
  return {
    description: `Executes ${task.source} in a Jupyter kernel; writes ${products}`,
    technologies: technologies(task.language),
    help: {
      command: `npx nx run ${target} --help`,
      example: { options: { force: true } },
    },
  };
}

/** Names that Nx shows beside a project or target. */
export function technologies(language: string): string[] {
  return ['jupyter', language];
}
