/**
 * What stands in the graph for a pipeline that can't be used. `createNodes` must not throw, since that would stop every
 * Nx command in the workspace; so the project exists, and its `execute` prints what is wrong and fails. Pure.
 */
import type { TargetConfiguration } from '@nx/devkit';
import type { NxNotebookOptions } from '../settings/options.js';
import { projectMetadata, type InferredProject } from './project.js';

/** What is known of a pipeline that could not be loaded. */
export interface BrokenPipeline {
  readonly projectName: string;
  readonly targetName: string;
  /** Path of pipeline.yaml, or what else is wrong. */
  readonly subject: string;
  /** Which pipeline of the folder; see the options of the executor. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly configurations?: readonly string[];
}

/** A project whose one target says that the plugin's options can't be used. */
export function brokenProject(
  broken: BrokenPipeline & { readonly errors: number },
  options: NxNotebookOptions,
): InferredProject {
  const { projectName: name, targetName, subject, errors } = broken;
  return {
    name,
    metadata: projectMetadata(options, {
      description: `${subject} has ${problems(errors)}: nx run ${name}:${targetName} shows ${errors === 1 ? 'it' : 'them'}`,
      technologies: ['jupyter'],
      targetGroups: { [targetName]: [targetName] },
    }),
    targets: { [targetName]: brokenTarget(broken) },
  };
}

/** The target that says what is wrong. The texts are made again at run time, when they may have changed. */
export function brokenTarget({
  projectName,
  targetName,
  subject,
  options = {},
  configurations = [],
}: BrokenPipeline): TargetConfiguration {
  return {
    executor: 'nx-notebook:diagnose',
    cache: false,
    options,
    ...(configurations.length === 0
      ? {}
      : {
          configurations: Object.fromEntries(
            configurations.map((name) => [name, { environment: name }]),
          ),
        }),
    inputs: [],
    outputs: [],
    metadata: {
      description: `Shows what is wrong with ${subject}`,
      technologies: ['jupyter'],
      help: {
        command: `npx nx run ${projectName}:${targetName}`,
        example: {},
      },
    },
  };
}

function problems(errors: number): string {
  return errors === 1 ? 'an error' : `${errors} errors`;
}
