/**
 * The root of the project that a pipeline belongs to: its own folder, or, for a pipeline in `src/<package>/`, the folder
 * of the package's setup.
 */
import { basename, dirname, join } from 'node:path';
import type { Problems } from './problems.js';
import type { TextFile } from './text-file.js';
import type { WorkspaceFiles } from './workspace-files.js';

/** The disk, and where problems go. */
export interface RootContext {
  readonly files: WorkspaceFiles;
  readonly problems: Problems;
}

/** The absolute root; reports a layout that is none. */
export function findRoot(
  folder: string,
  file: TextFile,
  context: RootContext,
): string {
  const source = dirname(folder);
  if (basename(source) !== 'src') return folder;
  const { files, problems } = context;
  const root = [folder, dirname(source)].find((place) =>
    ['setup.py', 'pyproject.toml'].some(
      (name) => files.check(join(place, name)) === undefined,
    ),
  );
  if (root !== undefined) {
    refuseSecond(root, file, context);
    return root;
  }
  const name = basename(file.path);
  problems.error({
    code: 'no-package',
    message: `Invalid project layout: ${name} lies in "src/${basename(folder)}", which suggests a package, but no setup.py exists beside "src".`,
    hint: 'Create a setup.py or pyproject.toml beside "src" if it is a package (paths are relative to its folder then), else rename "src".',
    location: file.firstLine,
  });
  return folder;
}

/** A package has one pipeline.yaml: beside its setup or below `src`. */
function refuseSecond(
  root: string,
  file: TextFile,
  { files, problems }: RootContext,
): void {
  const other = join(root, basename(file.path));
  if (other === file.path) return;
  if (files.check(other) !== undefined) return;
  problems.error({
    code: 'two-pipelines',
    message: `This package has a ${basename(file.path)} beside its setup, too, but only one is expected.`,
    hint: `If the project is a package, keep this one; if it is not, keep the other one.`,
    location: file.firstLine,
  });
}
