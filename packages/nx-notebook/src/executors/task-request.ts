/**
 * What Nx asks for, reduced to what executing needs: one request per Nx task. The only place that reads Nx's project
 * configuration at run time.
 */
import type { ExecutorContext, TargetConfiguration } from '@nx/devkit';
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
  /** Files that Nx hashes for the target, as globs with tokens; absent when it keeps no result of it. */
  readonly filesets?: ReadonlySet<string>;
}

/** What inference left in the graph. */
export type ProjectFacts = Pick<
  TaskRequest,
  'root' | 'pluginOptions' | 'filesets'
>;

/** Finds a target of the graph. */
export function projectFacts(
  context: Pick<ExecutorContext, 'projectsConfigurations'>,
  project: string,
  target?: string,
): ProjectFacts {
  const configuration = context.projectsConfigurations.projects[project];
  const metadata = configuration?.metadata as
    Readonly<Record<string, unknown>> | undefined;
  const found = configuration?.targets?.[target ?? ''];
  return {
    root: configuration?.root ?? '.',
    pluginOptions: metadata?.[optionsMetadata],
    ...(found?.cache === true ? { filesets: filesetsOf(found) } : {}),
  };
}

function filesetsOf({ inputs = [] }: TargetConfiguration): Set<string> {
  return new Set(
    inputs.flatMap((input) =>
      typeof input === 'object' && 'fileset' in input ? [input.fileset] : [],
    ),
  );
}
