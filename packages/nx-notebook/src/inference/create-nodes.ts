/**
 * Inference: every folder with a pipeline.yaml becomes a project. Runs before every Nx command, so nothing heavy is
 * loaded, pipelines are parsed only when a file changed, and nothing here ever throws: one broken pipeline must not
 * stop the others, let alone all of Nx.
 */
import { join, posix } from 'node:path';
import type { CreateNodesContext, CreateNodesResultArray } from '@nx/devkit';
import { loadPipeline } from '@nx-notebook/pipeline';
import { dataFolder } from '../data-folder.js';
import { pluginVersion } from '../plugin-version.js';
import type { NxNotebookOptions } from '../settings/options.js';
import {
  resolveSettings,
  type Environment,
  type Settings,
} from '../settings/settings.js';
import { brokenProject } from './broken-project.js';
import { environmentCommand } from './environment-script.js';
import { openFactsFile, type FactsFile } from './facts-file.js';
import { toSlashes } from './glob.js';
import { openGraphCache, type GraphCache } from './graph-cache.js';
import { openImportLookup, type ImportLookup } from './import-lookup.js';
import { ownProjectName } from './own-name.js';
import { modelPipeline, type PipelineModel } from './pipeline-model.js';
import { inferProject, type InferredProject } from './project.js';
import { projectNames } from './project-names.js';
import { openSpecFiles } from './spec-files.js';

/** A pipeline.yaml and the project that it belongs to. */
interface Found {
  /** As Nx passed it. */
  readonly file: string;
  readonly root: string;
  readonly name: string;
}

type LoadedModel =
  | { readonly ok: true; readonly model: PipelineModel }
  | { readonly ok: false; readonly errors: number };

/** What all pipelines of one inference share. */
interface Inference {
  readonly workspaceRoot: string;
  readonly settings: Settings;
  readonly options: NxNotebookOptions;
  readonly graph: GraphCache;
  readonly facts: FactsFile;
  readonly imports: ImportLookup;
}

/** One project for each file, in the order of the files. */
export async function inferProjects(
  files: readonly string[],
  options: NxNotebookOptions | undefined,
  { workspaceRoot }: Pick<CreateNodesContext, 'workspaceRoot'>,
  env: Environment = process.env,
): Promise<CreateNodesResultArray> {
  const found = nameProjects(files, workspaceRoot);
  const settings = resolveSettings(options, env);
  if (!settings.ok) {
    return found.map((item) =>
      result(item, brokenOptions(item, settings.error.length, options)),
    );
  }
  const folder = dataFolder(workspaceRoot, env);
  const facts = openFactsFile(folder, pluginVersion);
  const graph = openGraphCache(folder, pluginVersion);
  const imports = openImportLookup({
    workspaceRoot,
    folder,
    facts,
    env,
    settings: settings.value,
  });
  const inference = {
    workspaceRoot,
    settings: settings.value,
    options: options ?? {},
    graph,
    facts,
    imports,
  };
  try {
    return await inferAll(found, folder, inference);
  } finally {
    graph.persist();
    facts.persist();
  }
}

async function inferAll(
  found: readonly Found[],
  folder: string,
  inference: Inference,
): Promise<CreateNodesResultArray> {
  const { workspaceRoot, settings, options, imports } = inference;
  const specs = openSpecFiles(workspaceRoot, folder);
  const models = await Promise.all(
    found.map((item) => loadModel(item, inference)),
  );
  const python = await imports.lookUpPython(found.map(({ root }) => root));
  const reached = await Promise.all(
    found.map(async ({ root }, index) => {
      const loaded = models[index];
      return loaded?.ok === true
        ? await imports.reach(root, loaded.model)
        : undefined;
    }),
  );
  const command = environmentCommand(
    {
      roots: found.map(({ root }) => root),
      sitePackages: python.sitePackages,
      absent: imports.absent(),
      ...(specs.folder === undefined ? {} : { specFolder: specs.folder }),
    },
    { workspaceRoot, dataFolder: folder },
  );
  const results = found.map((item, index) => {
    const loaded = models[index];
    const local = reached[index];
    if (loaded?.ok !== true || local === undefined) {
      const errors = loaded?.ok === false ? loaded.errors : 1;
      return result(item, brokenPipeline(item, errors, inference));
    }
    const project = inferProject({
      name: item.name,
      root: item.root,
      targetName: settings.targetName,
      pipeline: loaded.model,
      imports: (task) =>
        local.get(task.name) ?? { files: [], leavesWorkspace: true },
      specInput: (digest) => specs.input(digest),
      environmentCommand: command,
      pluginVersion,
      options,
    });
    return result(item, project);
  });
  specs.prune(Date.now());
  return results;
}

/** The model of a pipeline, from the cache or from its files. A bug counts as an error of the pipeline: the run shows it. */
async function loadModel(
  { file, root }: Found,
  { workspaceRoot, graph, facts }: Inference,
): Promise<LoadedModel> {
  const cached = graph.get(root);
  if (cached !== undefined) return { ok: true, model: cached };
  const startedNs = BigInt(Date.now()) * 1_000_000n;
  try {
    const loaded = await loadPipeline(join(workspaceRoot, file), {
      workspaceRoot,
      facts,
    });
    if (!loaded.ok) {
      const errors = loaded.diagnostics.filter(
        ({ severity }) => severity === 'error',
      );
      return { ok: false, errors: errors.length };
    }
    const model = modelPipeline(loaded.pipeline, workspaceRoot);
    const reads = [...loaded.pipeline.reads, ...loaded.pipeline.absent];
    graph.set(root, { reads, model, startedNs });
    return { ok: true, model };
  } catch {
    return { ok: false, errors: 1 };
  }
}

function nameProjects(
  files: readonly string[],
  workspaceRoot: string,
): Found[] {
  const folders = files.map((file) => {
    const root = posix.dirname(toSlashes(file));
    const ownName = ownProjectName(join(workspaceRoot, root));
    return { file, root, ...(ownName === undefined ? {} : { ownName }) };
  });
  const names = projectNames(folders);
  return folders.map(({ file, root }) => ({
    file,
    root,
    name: names.get(root) ?? root,
  }));
}

function result(
  { file, root }: Found,
  project: InferredProject,
): CreateNodesResultArray[number] {
  return [file, { projects: { [root]: project } }];
}

function brokenPipeline(
  { name, file }: Found,
  errors: number,
  { settings, options }: Inference,
): InferredProject {
  return brokenProject({
    name,
    targetName: settings.targetName,
    subject: toSlashes(file),
    errors,
    options,
  });
}

function brokenOptions(
  { name }: Found,
  errors: number,
  options: NxNotebookOptions | undefined,
): InferredProject {
  return brokenProject({
    name,
    targetName: 'execute',
    subject: 'The configuration of nx-notebook',
    errors,
    options: options ?? {},
  });
}
