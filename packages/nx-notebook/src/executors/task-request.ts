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
  /** Files that Nx keeps of the target, as globs relative to the workspace; absent when it keeps no result of it. */
  readonly outputs?: ReadonlySet<string>;
}

/** What inference left in the graph. */
export type ProjectFacts = Pick<
  TaskRequest,
  'root' | 'pluginOptions' | 'filesets' | 'outputs'
>;

/** Finds a target of the graph, with the options that this run gives it. */
export function projectFacts(
  context: Pick<ExecutorContext, 'projectsConfigurations'>,
  { project, target }: { readonly project: string; readonly target?: string },
  options: Partial<ExecuteOptions> = {},
): ProjectFacts {
  const configuration = context.projectsConfigurations.projects[project];
  const metadata = configuration?.metadata as
    Readonly<Record<string, unknown>> | undefined;
  const found = configuration?.targets?.[target ?? ''];
  const root = configuration?.root ?? '.';
  return {
    root,
    pluginOptions: metadata?.[optionsMetadata],
    ...(found?.cache === true
      ? {
          filesets: filesetsOf(found),
          outputs: outputsOf(found, root, options),
        }
      : {}),
  };
}

/** As Nx puts options and folders into the outputs that inference wrote. */
function outputsOf(
  { outputs = [] }: TargetConfiguration,
  root: string,
  { products = {} }: Partial<ExecuteOptions>,
): Set<string> {
  return new Set(
    outputs.map((output) =>
      output
        .replace(
          /\{options\.products\.(\w+)\}/,
          (_, key: string) => products[key] ?? '',
        )
        .replace('{workspaceRoot}/', '')
        .replace('{projectRoot}/', root === '.' ? '' : `${root}/`),
    ),
  );
}

function filesetsOf({ inputs = [] }: TargetConfiguration): Set<string> {
  return new Set(
    inputs.flatMap((input) =>
      typeof input === 'object' && 'fileset' in input ? [input.fileset] : [],
    ),
  );
}
