/**
 * Files that libraries read by themselves from the folder they are used in. Paths only: whether the files are there is
 * not looked at.
 */
import * as path from 'node:path';

/** Absolute paths that the given distributions look for. */
export function configurationFiles(
  distributions: Readonly<Record<string, string>>,
  {
    folder,
    workspaceRoot,
  }: { readonly folder: string; readonly workspaceRoot: string },
): readonly string[] {
  const has = (name: string): boolean => Object.hasOwn(distributions, name);
  return [
    ...(has('matplotlib') ? [path.join(folder, 'matplotlibrc')] : []),
    ...(has('python-dotenv')
      ? foldersUp(folder, workspaceRoot).map((here) => path.join(here, '.env'))
      : []),
  ];
}

/** The folder and those around it, as far as the workspace goes. */
function foldersUp(folder: string, root: string): readonly string[] {
  const isBelow = folder.startsWith(root + path.sep);
  return isBelow
    ? [folder, ...foldersUp(path.dirname(folder), root)]
    : [folder];
}
