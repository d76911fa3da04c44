/**
 * Which pipelines there are: what Nx found by its pattern, and the notebooks that the option names, by folder. Looks at
 * names only. A configuration is an env.<name>.yaml beside a pipeline.yaml, unless it belongs to a pipeline.<name>.yaml.
 */
import { readdirSync } from 'node:fs';
import { join, posix } from 'node:path';
import { toSlashes } from './glob.js';
import type { NotebookFolder } from './notebook-folders.js';

/** One pipeline of a folder. */
export interface PipelineFile {
  /** Empty for pipeline.yaml, `serve` for pipeline.serve.yaml. */
  readonly name: string;
  /** What is loaded, relative to the workspace: the yaml, or the folder of notebooks. */
  readonly path: string;
  readonly configurations: readonly string[];
  readonly notebooks?: NotebookFolder;
}

/** A folder with pipelines: a project. */
export interface PipelineFolder {
  /** The file that Nx passed and that the project is said to come from. */
  readonly file: string;
  /** Relative to the workspace, with slashes; `.` for its root. */
  readonly root: string;
  /** At least one; pipeline.yaml first. */
  readonly pipelines: readonly PipelineFile[];
}

const pipelineName = /^pipeline(?:\.(.+))?\.yaml$/;
const envName = /^env\.(.+)\.yaml$/;

/** The file that always matches the pattern, for what the option names. */
export const markerFile = 'nx.json';

/** Sorts what Nx passed by folders, in its order. Notebooks in a folder with a pipeline.yaml are left to that. */
export function findPipelines(
  files: readonly string[],
  notebooks: readonly NotebookFolder[],
  workspaceRoot: string,
): readonly PipelineFolder[] {
  const folders = new Map<string, { file: string; names: string[] }>();
  for (const file of files) {
    const path = toSlashes(file);
    const match = pipelineName.exec(posix.basename(path));
    if (match === null) continue;
    const [, name = ''] = match;
    const root = posix.dirname(path);
    const known = folders.get(root);
    if (known === undefined) folders.set(root, { file, names: [name] });
    else {
      known.names.push(name);
      if (name === '') known.file = file;
    }
  }
  const written = [...folders].map(
    ([root, { file, names }]): PipelineFolder => ({
      file,
      root,
      pipelines: pipelinesOf(root, names.sort(), workspaceRoot),
    }),
  );
  const found = notebooks.filter(({ root }) => !folders.has(root));
  return [...written, ...found.map(folderOfNotebooks)];
}

function folderOfNotebooks(notebooks: NotebookFolder): PipelineFolder {
  const { root } = notebooks;
  const pipeline = { name: '', path: root, configurations: [], notebooks };
  return { file: markerFile, root, pipelines: [pipeline] };
}

function pipelinesOf(
  root: string,
  names: readonly string[],
  workspaceRoot: string,
): PipelineFile[] {
  const configurations = configurationNames(join(workspaceRoot, root)).filter(
    (name) => !names.includes(name),
  );
  return names.map((name) => ({
    name,
    path: posix.join(
      root,
      name === '' ? 'pipeline.yaml' : `pipeline.${name}.yaml`,
    ),
    configurations: name === '' ? configurations : [],
  }));
}

/** Sorted. A colon would end the name in `nx run ml:execute:name`. */
function configurationNames(folder: string): string[] {
  try {
    return readdirSync(folder)
      .flatMap((file) => envName.exec(file)?.[1] ?? [])
      .filter((name) => !name.includes(':'))
      .sort();
  } catch {
    // The folder vanished since Nx listed it.
    return [];
  }
}
