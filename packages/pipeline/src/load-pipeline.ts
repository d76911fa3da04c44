/**
 * Loads a pipeline.yaml: the one entrance. Reads the file and its sources, starts nothing, runs nothing, never throws
 * for what a user wrote, and reports everything that is wrong at once.
 */
import { basename, dirname, join } from 'node:path';
import { buildTasks, type BuiltPipeline } from './build/build-tasks.js';
import { findPackageSetup } from './build/open-sources.js';
import { explainUnreadable } from './build/unreadable.js';
import type { LoadOptions, LoadResult, Pipeline } from './pipeline.js';
import { Problems } from './problems.js';
import { readSpec } from './spec/read-spec.js';
import type { TextFile } from './text-file.js';
import { WorkspaceFiles } from './workspace-files.js';
import { readYaml } from './yaml/read-yaml.js';

/** One call of {@link loadPipeline}. */
interface Loading {
  readonly folder: string;
  readonly files: WorkspaceFiles;
  readonly problems: Problems;
  readonly options: LoadOptions;
}

/** The pipeline of a pipeline.yaml (absolute path), or everything that is wrong with it. */
export async function loadPipeline(
  path: string,
  options: LoadOptions,
): Promise<LoadResult> {
  const files = new WorkspaceFiles(options.workspaceRoot);
  const problems = new Problems(path);
  const folder = dirname(path);
  const built = await loadTasks(path, { folder, files, problems, options });
  const { reads, absent } = files;
  const diagnostics = problems.sorted;
  if (problems.hasErrors || built === undefined) {
    return { ok: false, diagnostics, reads, absent };
  }
  return {
    ok: true,
    pipeline: {
      name: basename(folder),
      folder,
      file: path,
      root: folder,
      variant: '',
      ...built,
      pathStyle: pathStyleOf(options),
      variables: [],
      warnings: diagnostics,
      reads,
      absent,
    },
  };
}

async function loadTasks(
  path: string,
  loading: Loading,
): Promise<BuiltPipeline | undefined> {
  const { folder, files, problems, options } = loading;
  const outcome = files.read(path);
  if (!outcome.ok) {
    problems.error({
      code: 'pipeline-not-readable',
      ...explainUnreadable(outcome.reason, path),
    });
    return undefined;
  }
  const { file } = outcome;
  refuseSurroundings(file, loading);
  const root = readYaml(file, problems);
  const place = { file, folder, root: folder, files, problems };
  const spec = root && readSpec(root, { ...place, expand: (node) => node });
  if (spec === undefined) return undefined;
  return buildTasks(spec, {
    ...place,
    facts: options.facts,
    meta: spec.meta,
    pathStyle: pathStyleOf(options),
    late: options.late ?? new Map(),
  });
}

function pathStyleOf({ absolutePaths }: LoadOptions): Pipeline['pathStyle'] {
  return absolutePaths === true ? 'absolute' : 'relative';
}

/** Files around pipeline.yaml that would change what it means. */
function refuseSurroundings(
  file: TextFile,
  { folder, files, problems }: Loading,
): void {
  for (const name of ['env.yaml', 'env.yml']) {
    const path = join(folder, name);
    if (files.check(path) === 'missing') continue;
    const outcome = files.read(path);
    problems.error({
      code: 'not-supported-yet',
      message: `"${name}" beside pipeline.yaml is not supported yet.`,
      hint: 'Write its values into pipeline.yaml and remove it.',
      ...(outcome.ok ? { location: outcome.file.firstLine } : {}),
    });
  }
  const setup = findPackageSetup(folder, files);
  if (setup === undefined) return;
  problems.error({
    code: 'not-supported-yet',
    message:
      'A pipeline.yaml in a package (below "src" of a folder with setup.py) is not supported yet.',
    hint: `Move it beside ${setup}: paths in it are relative to that folder anyway.`,
    location: file.firstLine,
  });
}
