/**
 * Reads the file of `meta.import_tasks_from`: a list of tasks, and nothing else.
 */
import { explainUnreadable } from '../build/unreadable.js';
import type { TextFile } from '../text-file.js';
import { describe, type YamlNode } from '../yaml/yaml-node.js';
import { readYaml } from '../yaml/read-yaml.js';
import { isEmpty } from './check-keys.js';
import type { ImportedFile } from './read-meta.js';
import type { ReadContext } from './read-spec.js';

/** Tasks as written, placeholders replaced, and the file that they stand in. */
export interface ImportedTasks {
  readonly file: TextFile;
  readonly items: readonly YamlNode[];
}

/** The tasks of the file, or undefined after reporting why there are none. */
export function readImportedTasks(
  imports: ImportedFile,
  context: ReadContext,
): ImportedTasks | undefined {
  const { files, problems, expand } = context;
  const outcome = files.read(imports.absolutePath);
  if (!outcome.ok) {
    problems.error({
      code: 'import-not-readable',
      ...explainUnreadable(outcome.reason, imports.written),
      location: imports.location,
    });
    return undefined;
  }
  const { file } = outcome;
  const document = readYaml(file, problems);
  if (document === undefined) return undefined;
  if (document.kind === 'sequence' && document.items.length > 0) {
    const before = problems.errorCount;
    const expanded = expand(document, file);
    return expanded.kind === 'sequence' && problems.errorCount === before
      ? { file, items: expanded.items }
      : undefined;
  }
  const isNothing = document.kind === 'sequence' || isEmpty(document);
  problems.error({
    code: 'imports-no-list',
    message: isNothing
      ? 'Expected the import_tasks_from file to return a list of tasks, but it is empty.'
      : `Expected list when loading YAML file from import_tasks_from, but it is ${describe(document)}.`,
    hint: 'Write a list of tasks, each with a dash; what stands beside "tasks" belongs into pipeline.yaml.',
    location: isNothing ? file.firstLine : file.locate(document.range),
  });
  return undefined;
}
