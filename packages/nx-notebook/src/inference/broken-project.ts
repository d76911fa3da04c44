/**
 * The project of a pipeline.yaml that can't be used. `createNodes` must not throw, since that would stop every
 * Nx command in the workspace; so the project exists, and its `execute` prints what is wrong and fails. Pure.
 */
import type { NxNotebookOptions } from '../settings/options.js';
import { projectMetadata, type InferredProject } from './project.js';

/** What is known of a pipeline that could not be loaded. */
export interface BrokenPipeline {
  readonly name: string;
  readonly targetName: string;
  /** Path of pipeline.yaml, or what else is wrong. */
  readonly subject: string;
  readonly errors: number;
  readonly options: NxNotebookOptions;
}

/** A project whose one target says what is wrong. The texts are made again at run time, when they may have changed. */
export function brokenProject(broken: BrokenPipeline): InferredProject {
  const { name, targetName, errors } = broken;
  const [count, them] =
    errors === 1 ? ['an error', 'it'] : [`${errors} errors`, 'them'];
  return {
    name,
    metadata: projectMetadata(broken.options, {
      description: `${broken.subject} has ${count}: nx run ${name}:${targetName} shows ${them}`,
      technologies: ['jupyter'],
      targetGroups: { [targetName]: [targetName] },
    }),
    targets: {
      [targetName]: {
        executor: 'nx-notebook:diagnose',
        cache: false,
        options: {},
        inputs: [],
        outputs: [],
        metadata: {
          description: `Shows what is wrong with ${broken.subject}`,
          technologies: ['jupyter'],
          help: { command: `npx nx run ${name}:${targetName}`, example: {} },
        },
      },
    },
  };
}
