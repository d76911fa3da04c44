/**
 * Loads the pipeline that a target names, as inference has loaded it, but with the files and variables of this run: they
 * may have changed after Nx made its graph.
 */
import { join } from 'node:path';
import {
  loadPipeline,
  type FactsCache,
  type LoadOptions,
  type LoadResult,
} from '@nx-notebook/pipeline';
import { findNotebooks } from '../inference/notebook-folders.js';
import { openNotebookConverter } from '../notebook-converter.js';
import type { Overrides } from '../settings/overrides.js';
import type { Environment, Settings } from '../settings/settings.js';
import type { PipelineOptions } from './execute-options.js';

/** What loading takes from the run. */
export interface LoadContext {
  readonly workspaceRoot: string;
  readonly facts?: FactsCache;
  readonly env: Environment;
  readonly overrides: Overrides;
  readonly settings: Pick<Settings, 'absolutePaths' | 'python'>;
}

/** Which pipeline of which project. */
export interface PipelineTarget {
  /** Folder of the project, relative to the workspace. */
  readonly root: string;
  readonly options: PipelineOptions;
}

/** Text that is the same for targets of the same pipeline under the same configuration. */
export function pipelineIdentity({ root, options }: PipelineTarget): string {
  const { pipeline, environment, notebooks } = options;
  return JSON.stringify([root, pipeline, environment, notebooks]);
}

/** Path of a pipeline for people, relative to the workspace. */
export function shownPath({ root, options }: PipelineTarget): string {
  const { pipeline, notebooks } = options;
  if (notebooks !== undefined) return root;
  return join(
    root,
    pipeline === undefined ? 'pipeline.yaml' : `pipeline.${pipeline}.yaml`,
  );
}

/** Loads it; `late` are values that only a run knows. */
export async function loadOne(
  target: PipelineTarget,
  context: LoadContext,
  late?: LoadOptions['late'],
): Promise<LoadResult> {
  const { workspaceRoot, facts, env, overrides, settings } = context;
  const { environment, notebooks } = target.options;
  return await loadPipeline(join(workspaceRoot, shownPath(target)), {
    workspaceRoot,
    variables: env,
    convert: openNotebookConverter({ workspaceRoot, env, settings }),
    overrides,
    absolutePaths: settings.absolutePaths === true,
    ...(facts === undefined ? {} : { facts }),
    ...(environment === undefined ? {} : { environment }),
    ...(late === undefined ? {} : { late }),
    ...(notebooks === undefined
      ? {}
      : {
          notebooks: await notebookFiles(notebooks, target.root, workspaceRoot),
        }),
  });
}

async function notebookFiles(
  entries: readonly string[],
  root: string,
  workspaceRoot: string,
): Promise<readonly string[]> {
  const folders = await findNotebooks(entries, workspaceRoot);
  return folders
    .filter((folder) => folder.root === root)
    .flatMap(({ files }) => files)
    .map((path) => join(workspaceRoot, path));
}
