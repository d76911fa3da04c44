/**
 * Loads a pipeline.yaml: the one entrance. Reads the file, its env and its sources, starts nothing, runs nothing, never
 * throws for what a user wrote, and reports everything that is wrong at once.
 */
import { basename, dirname } from 'node:path';
import { buildTasks, type BuiltPipeline } from './build/build-tasks.js';
import { explainUnreadable } from './build/unreadable.js';
import { Environment } from './env/environment.js';
import { pipelineName } from './env/find-env-file.js';
import { findRoot } from './find-root.js';
import { notebookList } from './notebook-list.js';
import type { LoadOptions, LoadResult, Pipeline } from './pipeline.js';
import { Problems } from './problems.js';
import { readSpec } from './spec/read-spec.js';
import type { PipelineSpec } from './spec/pipeline-spec.js';
import { TextFile } from './text-file.js';
import { WorkspaceFiles } from './workspace-files.js';
import { readYaml } from './yaml/read-yaml.js';

/** One call of {@link loadPipeline}. */
interface Loading {
  readonly path: string;
  readonly folder: string;
  readonly files: WorkspaceFiles;
  readonly problems: Problems;
  readonly options: LoadOptions;
}

/** What was found, as far as loading came. */
interface Loaded {
  readonly root: string;
  readonly environment?: Environment;
  readonly built?: BuiltPipeline;
}

/**
 * The pipeline of a pipeline.yaml (absolute path), or everything that is wrong with it. With `options.notebooks` the path
 * is that of a folder without a pipeline.yaml.
 */
export async function loadPipeline(
  path: string,
  options: LoadOptions,
): Promise<LoadResult> {
  const files = new WorkspaceFiles(options.workspaceRoot);
  const problems = new Problems(path);
  const folder = options.notebooks === undefined ? dirname(path) : path;
  const loading = { path, folder, files, problems, options };
  const { root, environment, built } = await loadFrom(loading);
  const { reads, absent } = files;
  const variables = environment?.variables ?? [];
  const diagnostics = problems.sorted.map(
    (one) => environment?.explain(one) ?? one,
  );
  if (problems.hasErrors || built === undefined) {
    return { ok: false, diagnostics, reads, absent, variables };
  }
  return {
    ok: true,
    pipeline: {
      name: basename(folder),
      folder,
      file: path,
      root,
      variant: variantOf(path, options),
      ...built,
      pathStyle: pathStyleOf(options),
      variables,
      warnings: diagnostics,
      reads,
      absent,
    },
  };
}

async function loadFrom(loading: Loading): Promise<Loaded> {
  const { options, folder } = loading;
  if (options.notebooks !== undefined) {
    const spec = notebookList(folder, options.notebooks, loading);
    const file = new TextFile(folder, '');
    return {
      root: folder,
      built: await build(spec, file, { ...loading, root: folder }),
    };
  }
  return loadFile(loading);
}

async function loadFile(loading: Loading): Promise<Loaded> {
  const { path, folder, files, problems, options } = loading;
  const outcome = files.read(path);
  if (!outcome.ok) {
    problems.error({
      code: 'pipeline-not-readable',
      ...explainUnreadable(outcome.reason, path),
    });
    return { root: folder };
  }
  const { file } = outcome;
  const document = readYaml(file, problems);
  const root = findRoot(folder, file, loading);
  const place = { folder, root, files, problems };
  const environment = new Environment({
    ...place,
    pipelineFile: file,
    options,
  });
  if (document === undefined || problems.errorCount > 0)
    return { root, environment };
  const expanded = environment.expand(document, file);
  if (problems.errorCount > 0) return { root, environment };
  const spec = readSpec(expanded, {
    ...place,
    file,
    expand: (node, from) => environment.expand(node, from),
  });
  if (spec === undefined) return { root, environment };
  const built = await build(spec, file, { ...loading, root });
  environment.reportUnused();
  return { root, environment, built };
}

async function build(
  spec: PipelineSpec,
  file: TextFile,
  { folder, files, problems, options, root }: Loading & Pick<Loaded, 'root'>,
): Promise<BuiltPipeline> {
  const late = options.late ?? new Map();
  const built = await buildTasks(spec, {
    file,
    folder,
    root,
    files,
    problems,
    facts: options.facts,
    convert: options.convert,
    meta: spec.meta,
    pathStyle: pathStyleOf(options),
    late,
  });
  const placeholders = spec.late.filter(({ id }) => !late.has(id));
  return { ...built, late: [...placeholders, ...built.late] };
}

function pathStyleOf({ absolutePaths }: LoadOptions): Pipeline['pathStyle'] {
  return absolutePaths === true ? 'absolute' : 'relative';
}

function variantOf(
  path: string,
  { environment, notebooks }: LoadOptions,
): string {
  const name = notebooks === undefined ? pipelineName(path) : undefined;
  return `${name ?? ''}${environment === undefined ? '' : `@${environment}`}`;
}
