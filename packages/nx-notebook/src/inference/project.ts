/**
 * One pipeline as an Nx project: a target per task and the parent that stands for all of them. Pure: everything that
 * has to be read has been read.
 */
import type { ProjectConfiguration, TargetConfiguration } from '@nx/devkit';
import type { NxNotebookOptions } from '../settings/options.js';
import type { PipelineModel, TaskModel } from './pipeline-model.js';
import { specDigest } from './spec-digest.js';
import { taskTargetName } from './target-name.js';
import { technologies, taskTarget, type TargetContext } from './task-target.js';

/** Files that a task's imports reach, relative to the workspace. */
export interface LocalImports {
  readonly files: readonly string[];
  /** True when some of them lie outside the workspace. */
  readonly leavesWorkspace: boolean;
}

/** Everything that a project is built from. */
export interface ProjectSource {
  readonly name: string;
  /** Relative to the workspace; `.` for its root. */
  readonly root: string;
  readonly targetName: string;
  readonly pipeline: PipelineModel;
  readonly imports: (task: TaskModel) => LocalImports;
  readonly specInput: (digest: string) => TargetContext['specInput'];
  readonly environmentCommand: string;
  readonly pluginVersion: string;
  /** As written in nx.json; executors read them back from the project. */
  readonly options: NxNotebookOptions;
}

/** A project as `createNodes` returns it. */
export type InferredProject = Omit<ProjectConfiguration, 'root'>;

/** The key of {@link InferredProject} metadata under which executors find the plugin's options. */
export const optionsMetadata = 'nxNotebook';

/** The project of a pipeline. */
export function inferProject(source: ProjectSource): InferredProject {
  const { pipeline, targetName } = source;
  const children = pipeline.tasks.map(({ name }) =>
    taskTargetName(targetName, name),
  );
  const targets = Object.fromEntries(
    pipeline.tasks.map((task, index) => [
      children[index] ?? '',
      taskTarget(task, targetContext(task, source)),
    ]),
  );
  const languages = [
    ...new Set(
      pipeline.tasks.flatMap(({ language }) => technologies(language)),
    ),
  ];
  return {
    name: source.name,
    metadata: projectMetadata(source.options, {
      description: `Notebook pipeline of ${countOf(pipeline.tasks.length, 'task')}`,
      technologies: languages.length > 0 ? languages : ['jupyter'],
      targetGroups: { [targetName]: [targetName, ...children] },
    }),
    targets: { [targetName]: parentTarget(source, children), ...targets },
  };
}

/** Metadata with the plugin's options in it. None of it enters a hash. */
export function projectMetadata(
  options: NxNotebookOptions,
  metadata: NonNullable<ProjectConfiguration['metadata']>,
): NonNullable<ProjectConfiguration['metadata']> {
  return { ...metadata, [optionsMetadata]: options };
}

/**
 * The parent executes nothing. Without an input that follows the outputs of its tasks, `affected` would never
 * select it; with a cache it would cost a round trip and save nothing.
 */
function parentTarget(
  { name }: ProjectSource,
  children: readonly string[],
): TargetConfiguration {
  return {
    executor: 'nx:noop',
    dependsOn: [...children],
    inputs: [{ dependentTasksOutputFiles: '**/*' }],
    metadata: {
      description: `Executes all ${countOf(children.length, 'task')} of the pipeline that are not up to date`,
      technologies: ['jupyter'],
      help: {
        command: `npx nx show project ${name}`,
        example: {},
      },
    },
  };
}

function targetContext(task: TaskModel, source: ProjectSource): TargetContext {
  const { pipeline, pluginVersion } = source;
  const { files, leavesWorkspace } = source.imports(task);
  const digest = specDigest(task, { pipeline, pluginVersion, imports: files });
  return {
    pipeline,
    projectRoot: source.root,
    projectName: source.name,
    targetName: source.targetName,
    imports: files,
    isCacheable: !leavesWorkspace,
    specInput: source.specInput(digest),
    environmentCommand: source.environmentCommand,
  };
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
