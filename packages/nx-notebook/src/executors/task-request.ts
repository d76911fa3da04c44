/**
 * What Nx asks for, reduced to what executing needs: one request per Nx task. The only place that reads Nx's project
 * configuration at run time.
 */
import type { ExecutorContext } from '@nx/devkit';
import { optionsMetadata } from '../inference/project.js';
import type { ExecuteOptions } from './execute-options.js';

/** One Nx task. */
export interface TaskRequest {
  /** Nx's id, for example `ml:execute--clean`. */
  readonly id: string;
  readonly project: string;
  /** Folder of the project, relative to the workspace. */
  readonly root: string;
  readonly options: ExecuteOptions;
  /** Options of the plugin, as inference found them in nx.json. */
  readonly pluginOptions: unknown;
}

/** Options and folder of a project, as inference left them. */
export type ProjectFacts = Pick<TaskRequest, 'root' | 'pluginOptions'>;

/** Finds a project of the graph. */
export function projectFacts(
  context: Pick<ExecutorContext, 'projectsConfigurations'>,
  project: string,
): ProjectFacts {
  const configuration = context.projectsConfigurations.projects[project];
  const metadata = configuration?.metadata as
    Readonly<Record<string, unknown>> | undefined;
  return {
    root: configuration?.root ?? '.',
    pluginOptions: metadata?.[optionsMetadata],
  };
}
