/**
 * The pipelines of one folder as an Nx project: for each a target per task and the parent that stands for all of them.
 * Pure: everything that has to be read has been read.
 */
import type { ProjectConfiguration, TargetConfiguration } from '@nx/devkit';
import type { NxNotebookOptions } from '../settings/options.js';
import { brokenTarget } from './broken-project.js';
import { technologies } from './describe-task.js';
import {
  configurationsOf,
  tasksOf,
  type ConfiguredTask,
  type PipelineSet,
} from './pipeline-set.js';
import { specDigest } from './spec-digest.js';
import { taskTargetName } from './target-name.js';
import {
  pipelineOptions,
  taskTarget,
  type TargetContext,
} from './task-target.js';

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
  readonly sets: readonly PipelineSet[];
  readonly imports: (set: PipelineSet, task: string) => LocalImports;
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

type Targets = Readonly<Record<string, TargetConfiguration>>;

/** The project of the pipelines of a folder. */
export function inferProject(source: ProjectSource): InferredProject {
  const { sets } = source;
  const groups = sets.map((set) => [set.targetName, targetsOf(set, source)]);
  const byGroup = Object.fromEntries(groups) as Record<string, Targets>;
  const languages = sets
    .flatMap(tasksOf)
    .flatMap(({ variants }) => variants)
    .flatMap(({ task }) => technologies(task));
  return {
    name: source.name,
    metadata: projectMetadata(source.options, {
      description: describeSets(source),
      technologies:
        languages.length > 0 ? [...new Set(languages)] : ['jupyter'],
      targetGroups: Object.fromEntries(
        Object.entries(byGroup).map(([group, targets]) => [
          group,
          Object.keys(targets),
        ]),
      ),
    }),
    targets: Object.assign({}, ...Object.values(byGroup)) as Targets,
  };
}

/** Metadata with the plugin's options in it. None of it enters a hash. */
export function projectMetadata(
  options: NxNotebookOptions,
  metadata: NonNullable<ProjectConfiguration['metadata']>,
): NonNullable<ProjectConfiguration['metadata']> {
  return { ...metadata, [optionsMetadata]: options };
}

function targetsOf(set: PipelineSet, source: ProjectSource): Targets {
  const { targetName } = set;
  if (isBroken(set)) {
    const broken = {
      projectName: source.name,
      targetName,
      subject: set.shown,
      options: pipelineOptions(set),
      configurations: configurationsOf(set),
    };
    return { [targetName]: brokenTarget(broken) };
  }
  const tasks = tasksOf(set);
  const children = tasks.map(({ name }) => taskTargetName(targetName, name));
  return {
    [targetName]: parentTarget(set, { project: source.name, children }),
    ...Object.fromEntries(
      tasks.map((task, index) => [
        children[index] ?? '',
        taskTarget(task, targetContext(task, { set, source })),
      ]),
    ),
  };
}

/** With one configuration that loads there are targets: each run says what is wrong with its own. */
function isBroken({ models }: PipelineSet): boolean {
  return models.every(({ pipeline }) => pipeline === undefined);
}

function describeSets({ name, sets }: ProjectSource): string {
  const texts = sets.map((set) => {
    const errors = set.models[0]?.errors ?? 0;
    if (isBroken(set)) {
      const count = errors === 1 ? 'an error' : `${errors} errors`;
      return `${set.shown} has ${count}: nx run ${name}:${set.targetName} shows ${errors === 1 ? 'it' : 'them'}`;
    }
    const count = countOf(tasksOf(set).length, 'task');
    return set.name === ''
      ? `Notebook pipeline of ${count}`
      : `Pipeline ${set.name} of ${count}`;
  });
  return texts.join('; ');
}

/**
 * The parent executes nothing. Without an input that follows the outputs of its tasks, `affected` would never
 * select it; with a cache it would cost a round trip and save nothing. Nx hands a configuration on to the tasks only
 * if the parent has it, too.
 */
function parentTarget(
  set: PipelineSet,
  {
    project,
    children,
  }: { readonly project: string; readonly children: readonly string[] },
): TargetConfiguration {
  const configurations = configurationsOf(set);
  return {
    executor: 'nx:noop',
    dependsOn: [...children],
    inputs: [{ dependentTasksOutputFiles: '**/*' }],
    ...(configurations.length === 0
      ? {}
      : {
          configurations: Object.fromEntries(
            configurations.map((each) => [each, {}]),
          ),
        }),
    metadata: {
      description: `Executes all ${countOf(children.length, 'task')} of the pipeline that are not up to date`,
      technologies: ['jupyter'],
      help: {
        command: `npx nx show project ${project}`,
        example: {},
      },
    },
  };
}

function targetContext(
  task: ConfiguredTask,
  {
    set,
    source,
  }: { readonly set: PipelineSet; readonly source: ProjectSource },
): TargetContext {
  const { pluginVersion } = source;
  const { files, leavesWorkspace } = source.imports(set, task.name);
  const digest = specDigest(task, { set, pluginVersion, imports: files });
  return {
    set,
    projectRoot: source.root,
    projectName: source.name,
    imports: files,
    isCacheable: !leavesWorkspace,
    specInput: source.specInput(digest),
    environmentCommand: source.environmentCommand,
  };
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
