/**
 * The pipeline of a folder that has notebooks and no pipeline.yaml: each file is a task named by its stem, with
 * `upstream` and `product` read from its parameters cell.
 */
import { relative, sep } from 'node:path';
import type { PipelineSpec } from './spec/pipeline-spec.js';
import type { Problems } from './problems.js';
import { readSpec } from './spec/read-spec.js';
import { TextFile } from './text-file.js';
import type { WorkspaceFiles } from './workspace-files.js';
import type { YamlMapping, YamlNode } from './yaml/yaml-node.js';

/** The list as a document that could have been written, and what it says. */
export interface NotebookList {
  readonly file: TextFile;
  readonly spec: PipelineSpec;
}

/** The spec of these notebooks (absolute paths). */
export function notebookList(
  folder: string,
  notebooks: readonly string[],
  {
    files,
    problems,
  }: { readonly files: WorkspaceFiles; readonly problems: Problems },
): NotebookList {
  const names = notebooks.map((path) =>
    relative(folder, path).split(sep).join('/'),
  );
  const file = new TextFile(folder, names.join('\n'));
  let start = 0;
  const items = names.map((value): YamlNode => {
    const range = { start, end: start + value.length };
    start = range.end + 1;
    return {
      kind: 'scalar',
      value: { kind: 'str', value },
      text: value,
      range,
    };
  });
  const spec = readSpec(documentOf(items), {
    file,
    problems,
    files,
    folder,
    root: folder,
    expand: (node) => node,
  });
  // A list of texts is always a list of tasks.
  if (spec === undefined) throw new TypeError('no list of notebooks');
  return { file, spec };
}

function documentOf(items: readonly YamlNode[]): YamlMapping {
  const range = { start: 0, end: 1 };
  const entry = (key: string, value: YamlNode): YamlMapping['entries'][0] => ({
    key: { kind: 'str', value: key },
    keyRange: range,
    value,
  });
  const extractsProduct: YamlNode = {
    kind: 'scalar',
    value: { kind: 'bool', value: true },
    range,
  };
  const meta: YamlNode = {
    kind: 'mapping',
    entries: [entry('extract_product', extractsProduct)],
    range,
  };
  return {
    kind: 'mapping',
    entries: [
      entry('meta', meta),
      entry('tasks', { kind: 'sequence', items, range }),
    ],
    range,
  };
}
