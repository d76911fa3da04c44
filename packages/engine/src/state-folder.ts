/**
 * Where the engine keeps its own files in a workspace: `<workspace>/.nx/notebook/{records,locks,aside}`, one entry per
 * task. Knows names and folders, not what is in them.
 */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './thrown.js';

/** Longest name taken over as it is; file systems allow 255 bytes, and suffixes follow. */
const maxPlainLength = 80;

/** A task as the engine's files name it. */
export interface TaskName {
  readonly project: string;
  /** Which pipeline of the project's folder; empty for pipeline.yaml with env.yaml. */
  readonly variant: string;
  readonly task: string;
}

/** The folder of all engine state of a workspace. */
export function stateFolder(workspaceRoot: string): string {
  return join(workspaceRoot, '.nx', 'notebook');
}

/** Where run records lie. */
export function recordsFolder(workspaceRoot: string): string {
  return join(stateFolder(workspaceRoot), 'records');
}

/** Where locks lie. */
export function locksFolder(workspaceRoot: string): string {
  return join(stateFolder(workspaceRoot), 'locks');
}

/** Where products stand while their task is executed anew. */
export function asideFolder(workspaceRoot: string): string {
  return join(stateFolder(workspaceRoot), 'aside');
}

/** Path of a task's entry below one of these folders, without an extension. */
export function taskPath(folder: string, name: TaskName): string {
  const { project, variant, task } = name;
  // No safe name begins like this, so that a variant is never taken for a task.
  const inner = variant === '' ? [] : [`+${safeFileName(variant)}`];
  return join(folder, safeFileName(project), ...inner, safeFileName(task));
}

/** Works in a folder that is mostly there: it is made when it is missed. */
export async function inFolder<T>(
  folder: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    await mkdir(folder, { recursive: true });
    return work();
  }
}

/**
 * A file name for any text: the text itself where every file system takes it, else a readable part and a digest.
 * Different texts get different names, also where upper and lower case are the same.
 */
export function safeFileName(text: string): string {
  const isPlain =
    text.length <= maxPlainLength &&
    /^[a-z0-9]([a-z0-9._-]*[a-z0-9_])?$/.test(text);
  if (isPlain && !text.includes('~') && !isReserved(text)) return text;
  const readable = text
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .slice(0, 40);
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return `${readable}~${digest}`;
}

/** Device names that Windows answers with a device, whatever the extension. */
function isReserved(text: string): boolean {
  return /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/.test(text);
}
