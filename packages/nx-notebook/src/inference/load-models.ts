/**
 * Loads a pipeline under each of its configurations, or takes it from the cache of the last command. A bug of loading
 * counts as an error of the pipeline: the run shows it.
 */
import { join } from 'node:path';
import { loadPipeline, type LoadOptions } from '@nx-notebook/pipeline';
import { openNotebookConverter } from '../notebook-converter.js';
import type { Overrides } from '../settings/overrides.js';
import type { Environment, Settings } from '../settings/settings.js';
import type { FactsFile } from './facts-file.js';
import type { GraphCache } from './graph-cache.js';
import type { PipelineFile } from './pipeline-files.js';
import {
  modelPipeline,
  type PipelineModels,
  type PipelineVariant,
} from './pipeline-model.js';

/** What all pipelines of one inference share. */
export interface ModelSource {
  readonly workspaceRoot: string;
  readonly settings: Settings;
  readonly overrides: Overrides;
  readonly env: Environment;
  readonly graph: GraphCache;
  readonly facts: FactsFile;
}

/** The models of a pipeline, the default first. */
export async function loadModels(
  file: PipelineFile,
  source: ModelSource,
): Promise<PipelineModels> {
  const { graph, overrides, settings } = source;
  const configurations = ['', ...file.configurations];
  const question = JSON.stringify([
    configurations,
    file.notebooks?.files,
    [...overrides],
    settings.absolutePaths,
  ]);
  const cached = graph.get(file.path, question);
  if (cached !== undefined) return cached;
  const startedNs = BigInt(Date.now()) * 1_000_000n;
  const loaded = await Promise.all(
    configurations.map((name) =>
      loadModel({ file, configuration: name }, source),
    ),
  );
  const models = loaded.map(({ variant }) => variant);
  if (models.every(({ pipeline }) => pipeline !== undefined)) {
    graph.set(file.path, {
      question,
      models,
      reads: [...new Set(loaded.flatMap(({ reads }) => reads))],
      variables: [
        ...new Set(models.flatMap(({ pipeline }) => pipeline?.variables ?? [])),
      ],
      startedNs,
    });
  }
  return models;
}

/** A pipeline under one configuration. */
interface Asked {
  readonly file: PipelineFile;
  readonly configuration: string;
}

async function loadModel(
  asked: Asked,
  source: ModelSource,
): Promise<{
  readonly variant: PipelineVariant;
  readonly reads: readonly string[];
}> {
  const { workspaceRoot } = source;
  const { file, configuration } = asked;
  try {
    const loaded = await loadPipeline(
      join(workspaceRoot, file.path),
      loadOptions(asked, source),
    );
    const reads = loaded.ok
      ? [...loaded.pipeline.reads, ...loaded.pipeline.absent]
      : [];
    if (loaded.ok) {
      const pipeline = modelPipeline(loaded.pipeline, workspaceRoot);
      return { variant: { configuration, pipeline, errors: 0 }, reads };
    }
    const errors = loaded.diagnostics.filter(
      ({ severity }) => severity === 'error',
    );
    return { variant: { configuration, errors: errors.length }, reads };
  } catch {
    return { variant: { configuration, errors: 1 }, reads: [] };
  }
}

function loadOptions(
  { file: { notebooks }, configuration }: Asked,
  { workspaceRoot, facts, overrides, env, settings }: ModelSource,
): LoadOptions {
  return {
    workspaceRoot,
    facts,
    overrides,
    variables: env,
    convert: openNotebookConverter({ workspaceRoot, env, settings }),
    ...(configuration === '' ? {} : { environment: configuration }),
    ...(settings.absolutePaths === true ? { absolutePaths: true } : {}),
    ...(notebooks === undefined
      ? {}
      : {
          notebooks: notebooks.files.map((path) => join(workspaceRoot, path)),
        }),
  };
}
