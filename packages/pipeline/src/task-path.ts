/**
 * Paths as they are written in a pipeline: POSIX, relative to the pipeline's folder. Pure: no disk.
 */
import { posix, relative, resolve, sep } from 'node:path';
import type { TaskPath } from './pipeline.js';
import type { Problem } from './problems.js';
import type { WorkspaceFiles } from './workspace-files.js';

/** A written path, the folder it is relative to, and the folder of the pipeline. */
export interface PathQuery {
  readonly text: string;
  readonly base: string;
  readonly folder: string;
}

/** Where a written path leads, or why it can not be used. */
export function resolveTaskPath(
  { text, base, folder }: PathQuery,
  files: WorkspaceFiles,
): TaskPath | Omit<Problem, 'location'> {
  if (text.trim() === '' || text.includes('\0')) {
    return {
      code: 'invalid-path',
      message: 'A path must not be empty.',
      hint: 'Write a path relative to the folder of pipeline.yaml.',
    };
  }
  if (text.includes('\\')) {
    return {
      code: 'backslash-in-path',
      message: `The path "${text}" contains a backslash.`,
      hint: `Write "${text.replaceAll('\\', '/')}": paths have slashes on every system.`,
    };
  }
  const absolutePath = resolve(base, text);
  const isDrive = /^[A-Za-z]:\//.test(text) && sep === posix.sep;
  if (isDrive || !files.contains(absolutePath)) {
    return {
      code: 'outside-workspace',
      message: `The path "${text}" leads out of the workspace.`,
      hint: `Choose a path below ${files.root}.`,
    };
  }
  return { path: toTaskPath(folder, absolutePath), absolutePath };
}

/** An absolute path as the pipeline writes it. */
export function toTaskPath(folder: string, absolutePath: string): string {
  const way = relative(folder, absolutePath);
  return way === '' ? '.' : way.split(sep).join(posix.sep);
}
