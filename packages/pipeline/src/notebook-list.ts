/**
 * The pipeline of a folder that has notebooks and no pipeline.yaml: each file is a task named by its stem, with
 * `upstream` and `product` read from its parameters cell.
 */
import { relative, sep } from 'node:path';
import type { PipelineSpec } from './spec/pipeline-spec.js';
import type { Problems } from './problems.js';
import { defaultMeta } from './spec/read-meta.js';
import { nothingBeside, readTaskList } from './spec/read-spec.js';
import { TextFile } from './text-file.js';
import type { WorkspaceFiles } from './workspace-files.js';

/** The spec of these notebooks (absolute paths); problems with a task point to its file. */
export function notebookList(
  folder: string,
  notebooks: readonly string[],
  {
    files,
    problems,
  }: { readonly files: WorkspaceFiles; readonly problems: Problems },
): PipelineSpec {
  const range = { start: 0, end: 0 };
  const list = notebooks.map((path) => {
    const value = relative(folder, path).split(sep).join('/');
    return {
      file: new TextFile(path, ''),
      node: {
        kind: 'scalar' as const,
        value: { kind: 'str' as const, value },
        range,
      },
    };
  });
  const meta = { ...defaultMeta, extractProduct: true };
  return {
    ...readTaskList(list, meta, { files, problems, root: folder }),
    ...nothingBeside,
  };
}
