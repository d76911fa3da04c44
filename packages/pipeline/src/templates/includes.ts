/**
 * Templates that a template imports, includes or extends, and those that these do. Jinja looks for them in the folders of
 * the source loader only.
 */
import { join } from 'node:path';
import type { CallContext } from '../calls/call-context.js';
import type { TaskPath } from '../pipeline.js';
import { didYouMean } from '../suggest.js';
import { toTaskPath } from '../task-path.js';
import type { TextFile } from '../text-file.js';
import { readJinja, type TemplateSyntax } from './jinja-tokens.js';
import {
  scanTemplate,
  type Reference,
  type TemplateScan,
} from './scan-template.js';

/** What was found. */
export interface Includes {
  readonly files: readonly TaskPath[];
  /** Variables that these templates mention. */
  readonly variables: ReadonlySet<string>;
}

/** Where templates are looked for, and how they are read. */
export interface IncludeContext extends CallContext {
  readonly searchFolders: readonly string[];
  readonly syntax: TemplateSyntax;
}

/** Follows the references of a template; reports those that lead nowhere. */
export function followIncludes(
  template: TextFile,
  scan: TemplateScan,
  { searchFolders, syntax, ...context }: IncludeContext,
): Includes {
  const files = new Map<string, TaskPath>();
  const variables = new Set<string>();
  const open: { file: TextFile; references: readonly Reference[] }[] = [
    { file: template, references: scan.references },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const reference of next.references) {
      const found = findTemplate(reference, next.file, {
        searchFolders,
        ...context,
      });
      if (found === undefined || files.has(found.path)) continue;
      files.set(found.path, {
        path: toTaskPath(context.folder, found.path),
        absolutePath: found.path,
      });
      const inner = scanTemplate(readJinja(found.text, syntax).parts);
      for (const { name } of inner.variables) variables.add(name);
      open.push({ file: found, references: inner.references });
    }
  }
  return { files: [...files.values()], variables };
}

function findTemplate(
  { names, isOptional, ...range }: Reference,
  file: TextFile,
  { searchFolders, folder, files, problems }: Omit<IncludeContext, 'syntax'>,
): TextFile | undefined {
  const location = file.locate(range);
  if (names === undefined) {
    problems.error({
      code: 'computed-template',
      message:
        'The name of a template that is imported or included must be written as text.',
      hint: 'Write for example {% include "macros.sql" %}; choose between several with {% if %}.',
      location,
    });
    return undefined;
  }
  if (searchFolders.length === 0) {
    problems.error({
      code: 'no-source-loader',
      message:
        'Templates can import others only with a source loader: no loader for this environment specified.',
      hint: 'Add to pipeline.yaml: meta: {source_loader: {path: .}}; sources are relative to that folder then.',
      location,
    });
    return undefined;
  }
  for (const name of names) {
    if (name.split('/').includes('..')) continue;
    for (const searched of searchFolders) {
      const outcome = files.read(join(searched, name));
      if (outcome.ok) return outcome.file;
    }
  }
  if (isOptional) return undefined;
  const [first = ''] = names;
  const known = searchFolders.flatMap((searched) => files.list(searched));
  problems.error({
    code: 'unknown-template',
    message: `'${names.join("', '")}' template does not exist.`,
    hint: didYouMean(
      first,
      known,
      `It is looked for in ${searchFolders.map((one) => `"${toTaskPath(folder, one)}"`).join(', ')}, the folder of the source loader.`,
    ),
    location,
  });
  return undefined;
}
