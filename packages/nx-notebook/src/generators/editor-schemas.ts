/**
 * Tells VS Code's YAML extension the schemas of pipeline.yaml and env.yaml. Comments and layout of settings.json stay as
 * they are; other editors take the line that is printed.
 */
import type { Tree } from '@nx/devkit';
import { applyEdits, modify, parseTree, type ParseError } from 'jsonc-parser';

const file = '.vscode/settings.json';

/** Schema, relative to the workspace -> files that it is for. */
const schemas: Readonly<Record<string, readonly string[]>> = {
  './node_modules/nx-notebook/schemas/pipeline.schema.json': [
    'pipeline.yaml',
    'pipeline.*.yaml',
  ],
  './node_modules/nx-notebook/schemas/env.schema.json': [
    'env.yaml',
    'env.*.yaml',
  ],
};

/** Adds the setting where it is missing; what was done, as a line for people. */
export function addEditorSchemas(tree: Tree): string {
  const before = tree.exists(file) ? (tree.read(file, 'utf-8') ?? '') : '{}\n';
  const errors: ParseError[] = [];
  parseTree(before, errors, { allowTrailingComma: true });
  if (errors.length > 0) {
    return `${file}: can't be read, so nothing was added. For completion in pipeline.yaml, begin it with "# yaml-language-server: $schema=<path of nx-notebook/schemas/pipeline.schema.json>"`;
  }
  let text = before;
  for (const [schema, files] of Object.entries(schemas)) {
    const path = ['yaml.schemas', schema];
    const isThere = text.includes(JSON.stringify(schema));
    if (isThere) continue;
    const options = { formattingOptions: { insertSpaces: true, tabSize: 2 } };
    text = applyEdits(text, modify(text, path, files, options));
  }
  if (text === before) return `${file}: knows the schemas already`;
  tree.write(file, text);
  return `${file}: added the schemas of pipeline.yaml and env.yaml, for the YAML extension`;
}
