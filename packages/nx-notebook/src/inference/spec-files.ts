/**
 * Gets a task's spec digest into Nx's hash: as a file named by the digest, in Nx's own data folder of the workspace.
 * Nx hashes a file in microseconds, where the usual `runtime: "echo <digest>"` costs a process for each task. A
 * file's content is its name, so it is right as soon as it exists. Where files can't be used it falls back to `echo`.
 */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import type { TargetConfiguration } from '@nx/devkit';
import { readTextQuietly, writeFileQuietly } from './atomic-file.js';
import { pathToGlob, toSlashes } from './glob.js';

type Input = NonNullable<TargetConfiguration['inputs']>[number];

/** Unused files above this number are removed once they are old. */
const maxUnused = 2000;

/** A branch that was left this long ago costs an Nx miss, which the engine answers without a kernel. */
const maxAgeMs = 14 * 24 * 3_600_000;

/** The spec files of a workspace. */
export interface SpecFiles {
  /** Relative to the workspace; absent where files can't be used. */
  readonly folder?: string;
  /** The input that carries the digest; its file exists afterwards. */
  input(digest: string): Input;
  /** Removes old files that were not asked for, when there are many. */
  prune(now: number): void;
}

/** Opens the spec files below Nx's data folder (absolute). */
export function openSpecFiles(
  workspaceRoot: string,
  dataFolder: string,
): SpecFiles {
  const folder = join(dataFolder, 'nx-notebook-specs');
  const inWorkspace = relative(workspaceRoot, folder);
  const isInside = !inWorkspace.startsWith('..') && !isAbsolute(inWorkspace);
  const present = isInside ? listFolder(folder) : undefined;
  if (present === undefined) return { input: echo, prune: () => undefined };
  const used = new Set<string>();
  const path = toSlashes(inWorkspace);
  return {
    folder: path,
    input(digest) {
      used.add(digest);
      const file = join(folder, digest);
      // A file that was cut, by a power failure for example, would stand for any digest.
      const exists =
        (present.has(digest) && readTextQuietly(file) === digest) ||
        writeFileQuietly(file, digest);
      if (!exists) return echo(digest);
      present.add(digest);
      const fileset = `{workspaceRoot}/${pathToGlob(path)}/${digest}`;
      return { fileset, includeIgnored: true };
    },
    prune(now) {
      const unused = [...present].filter((name) => !used.has(name));
      if (unused.length > maxUnused) removeOld(folder, unused, now - maxAgeMs);
    },
  };
}

function echo(digest: string): Input {
  return { runtime: `echo ${digest}` };
}

function listFolder(folder: string): Set<string> | undefined {
  try {
    mkdirSync(folder, { recursive: true });
    return new Set(readdirSync(folder));
  } catch {
    // A workspace on a read-only disk works too, a little slower.
    return undefined;
  }
}

function removeOld(
  folder: string,
  names: readonly string[],
  before: number,
): void {
  for (const name of names) {
    try {
      const path = join(folder, name);
      if (statSync(path).mtimeMs < before) rmSync(path, { force: true });
    } catch {
      // Another process was first.
    }
  }
}
