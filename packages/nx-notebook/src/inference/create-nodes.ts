/**
 * Inference: every folder with a pipeline.yaml becomes a project. Runs before every Nx command, so nothing heavy is
 * loaded, pipelines are parsed only when a file changed, and nothing here ever throws: one broken pipeline must not
 * stop the others, let alone all of Nx.
 */
import { join } from 'node:path';
import type { CreateNodesContext, CreateNodesResultArray } from '@nx/devkit';
import { dataFolder } from '../data-folder.js';
import { pluginVersion } from '../plugin-version.js';
import type { NxNotebookOptions } from '../settings/options.js';
import { readOverrides, type Overrides } from '../settings/overrides.js';
import {
  resolveSettings,
  type Environment,
  type Settings,
} from '../settings/settings.js';
import { brokenProject } from './broken-project.js';
import { environmentCommand } from './environment-script.js';
import { openFactsFile, type FactsFile } from './facts-file.js';
import { openGraphCache, type GraphCache } from './graph-cache.js';
import { openImportLookup, type ImportLookup } from './import-lookup.js';
import { loadModels } from './load-models.js';
import { findNotebooks } from './notebook-folders.js';
import { ownProjectName } from './own-name.js';
import { findPipelines, type PipelineFolder } from './pipeline-files.js';
import type { PipelineSet } from './pipeline-set.js';
import { inferProject, type InferredProject } from './project.js';
import { projectNames } from './project-names.js';
import { openSpecFiles } from './spec-files.js';
import { pipelineTargetName } from './target-name.js';

/** A folder with pipelines and the project that it is. */
interface Found extends PipelineFolder {
  readonly name: string;
}

/** What all pipelines of one inference share. */
interface Inference {
  readonly workspaceRoot: string;
  /** Absolute folder of caches. */
  readonly folder: string;
  readonly settings: Settings;
  readonly overrides: Overrides;
  readonly env: Environment;
  readonly options: NxNotebookOptions;
  readonly graph: GraphCache;
  readonly facts: FactsFile;
  readonly imports: ImportLookup;
}

/** One project for each folder, in the order of the files. */
export async function inferProjects(
  files: readonly string[],
  options: NxNotebookOptions | undefined,
  { workspaceRoot }: Pick<CreateNodesContext, 'workspaceRoot'>,
  env: Environment = process.env,
): Promise<CreateNodesResultArray> {
  const settings = resolveSettings(options, env);
  const overrides = readOverrides(env);
  if (!settings.ok || !overrides.ok) {
    const errors = [settings, overrides].flatMap((read) =>
      read.ok ? [] : read.error,
    );
    return nameProjects(
      findPipelines(files, [], workspaceRoot),
      workspaceRoot,
    ).map((item) => result(item, brokenOptions(item, errors.length, options)));
  }
  const notebooks = await findNotebooks(
    settings.value.notebooks ?? [],
    workspaceRoot,
  );
  const pipelines = findPipelines(files, notebooks, workspaceRoot);
  const folder = dataFolder(workspaceRoot, env);
  const facts = openFactsFile(folder, pluginVersion);
  const graph = openGraphCache(folder, { pluginVersion, env });
  const imports = openImportLookup({
    workspaceRoot,
    folder,
    facts,
    env,
    settings: settings.value,
  });
  try {
    return await inferAll(nameProjects(pipelines, workspaceRoot), {
      workspaceRoot,
      folder,
      settings: settings.value,
      overrides: overrides.value,
      env,
      options: options ?? {},
      graph,
      facts,
      imports,
    });
  } finally {
    graph.persist();
    facts.persist();
  }
}

async function inferAll(
  found: readonly Found[],
  inference: Inference,
): Promise<CreateNodesResultArray> {
  const { workspaceRoot, folder, imports, overrides, env } = inference;
  const specs = openSpecFiles(workspaceRoot, folder);
  const sets = await Promise.all(
    found.map((item) => loadSets(item, inference)),
  );
  const python = await imports.lookUpPython(found.map(({ root }) => root));
  const reached = await Promise.all(
    found.map(({ root }, index) => imports.reach(root, sets[index] ?? [])),
  );
  const command = environmentCommand(
    {
      roots: found.map(({ root }) => root),
      sitePackages: python.sitePackages,
      absent: imports.absent(),
      overrides,
      variables: valuesOf(sets.flat(), env),
      ...(specs.folder === undefined ? {} : { specFolder: specs.folder }),
    },
    { workspaceRoot, dataFolder: folder },
  );
  const results = found.map((item, index) => {
    const local = reached[index];
    const project = inferProject({
      name: item.name,
      root: item.root,
      sets: sets[index] ?? [],
      imports: (set, task) =>
        local?.(set, task) ?? { files: [], leavesWorkspace: true },
      specInput: (digest) => specs.input(digest),
      environmentCommand: command,
      pluginVersion,
      options: inference.options,
    });
    return result(item, project);
  });
  specs.prune(Date.now());
  return results;
}

async function loadSets(
  { pipelines }: Found,
  inference: Inference,
): Promise<readonly PipelineSet[]> {
  const { targetName } = inference.settings;
  return await Promise.all(
    pipelines.map(async (file): Promise<PipelineSet> => {
      const { name, path, notebooks } = file;
      return {
        name,
        targetName: pipelineTargetName(targetName, name),
        shown: path,
        models: await loadModels(file, inference),
        ...(notebooks === undefined ? {} : { notebooks: notebooks.entries }),
      };
    }),
  );
}

/** What pipelines were made of beside files. */
function valuesOf(
  sets: readonly PipelineSet[],
  env: Environment,
): ReadonlyMap<string, string | undefined> {
  const names = sets
    .flatMap(({ models }) => models)
    .flatMap(({ pipeline }) => pipeline?.variables ?? []);
  return new Map([...new Set(names)].sort().map((name) => [name, env[name]]));
}

function nameProjects(
  folders: readonly PipelineFolder[],
  workspaceRoot: string,
): Found[] {
  const names = projectNames(
    folders.map(({ root }) => {
      const ownName = ownProjectName(join(workspaceRoot, root));
      return { root, ...(ownName === undefined ? {} : { ownName }) };
    }),
  );
  return folders.map((folder) => ({
    ...folder,
    name: names.get(folder.root) ?? folder.root,
  }));
}

function result(
  { file, root }: Found,
  project: InferredProject,
): CreateNodesResultArray[number] {
  return [file, { projects: { [root]: project } }];
}

function brokenOptions(
  { name }: Found,
  errors: number,
  options: NxNotebookOptions | undefined,
): InferredProject {
  return brokenProject(
    {
      projectName: name,
      targetName: 'execute',
      subject: 'The configuration of nx-notebook',
      errors,
    },
    options ?? {},
  );
}
