/**
 * The folder that `meta.source_loader` names: a path, a package of Python, or a path in a package. Packages are found by
 * their files; nothing is imported.
 */
import { join, resolve } from 'node:path';
import type { WorkspaceFiles } from '../workspace-files.js';
import { textIn, type YamlEntry } from '../yaml/yaml-node.js';
import { checkKeys, type SpecContext } from './check-keys.js';
import { sourceLoaderKeys } from './keys.js';

/** Where folders and packages are looked for. */
export interface LoaderPlace {
  /** Absolute folder of pipeline.yaml. */
  readonly folder: string;
  /** Absolute root of the project. */
  readonly root: string;
  readonly files: WorkspaceFiles;
}

/** The absolute folder, or undefined if there is none; reports a wrong one. */
export function findLoaderFolder(
  entry: YamlEntry | undefined,
  context: SpecContext & LoaderPlace,
): string | undefined {
  if (entry?.value.kind !== 'mapping') return undefined;
  const { folder, files, file, problems } = context;
  const entries = checkKeys(
    entry.value,
    { table: sourceLoaderKeys, name: '"source_loader"' },
    context,
  );
  const text = (name: string): string | undefined => {
    const value = entries.get(name)?.value;
    return value && textIn(value);
  };
  const [path, module] = [text('path'), text('module')];
  const location = file.locate(entry.value.range);
  if (path === undefined && module === undefined) {
    if (entries.size === 0 && entry.value.entries.length === 0) {
      problems.error({
        code: 'invalid-source-loader',
        message:
          'Error initializing SourceLoader: it has no "path" and no "module".',
        hint: 'Write the folder of the templates, for example "path: templates".',
        location,
      });
    }
    return undefined;
  }
  const base = module === undefined ? folder : findModule(module, context);
  if (base === undefined) {
    problems.error({
      code: 'module-not-found',
      message: `Error initializing SourceLoader: there is no package "${module ?? ''}" in the project.`,
      hint: 'Correct "module", or write the folder as "path".',
      location: file.locate((entries.get('module') ?? entry).value.range),
    });
    return undefined;
  }
  const found = path === undefined ? base : resolve(base, path);
  const refused = files.check(found);
  if (refused === 'folder') return found;
  problems.error({
    code: refused === 'outside' ? 'outside-workspace' : 'folder-not-found',
    message:
      refused === 'outside'
        ? `Error initializing SourceLoader: "${path ?? ''}" leads out of the workspace.`
        : `Error initializing SourceLoader: there is no folder "${path ?? ''}".`,
    hint: 'Write a folder relative to that of pipeline.yaml.',
    location: file.locate((entries.get('path') ?? entry).value.range),
  });
  return undefined;
}

/** The folder of a package, or of a module's file. */
function findModule(
  module: string,
  { folder, root, files }: LoaderPlace,
): string | undefined {
  if (!/^\w+(?:\.\w+)*$/u.test(module)) return undefined;
  const parts = module.split('.');
  const bases = new Set([folder, root, join(root, 'src')]);
  for (const base of bases) {
    const place = join(base, ...parts);
    if (files.check(place) === 'folder') return place;
    if (files.check(`${place}.py`) === undefined) return join(place, '..');
  }
  return undefined;
}
