/**
 * Which folders get the same Python. Looking for one may start it, and all pipelines of a workspace without virtual
 * environments of their own get the same answer.
 */
import { existsSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';

/** Folder names that are taken for virtual environments, as the look-up of the interpreter does. */
export const venvNames = ['.venv', 'venv'] as const;

/** The nearest folder with a virtual environment, from the pipeline's (absolute) up; the workspace root when there is none. */
export function pythonFolder(folder: string, workspaceRoot: string): string {
  const isBelow = folder.startsWith(`${workspaceRoot}${sep}`);
  if (!isBelow) return folder;
  const hasOwn = venvNames.some((name) => existsSync(join(folder, name)));
  return hasOwn ? folder : pythonFolder(dirname(folder), workspaceRoot);
}
