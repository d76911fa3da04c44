/**
 * Whether the files that a task is made of changed while a batch ran. Nx hashes some tasks of a batch before it and
 * some after it, so a file saved in between would leave a result under the hash of another source: a stale hit
 * at the next run. Such results must stay out of Nx's cache; the engine's own key is not concerned.
 */
import type { EngineParts, TaskRef } from '@nx-notebook/engine';
import { fileIdentity } from '../inference/file-identity.js';

/** Files of tasks as they stood at one time. */
export interface InputSnapshot {
  /** Whether a file of the task changed, appeared or vanished since. */
  hasChanged(ref: TaskRef): boolean;
}

/** What finding the files of a task needs. */
export type SnapshotParts = Pick<
  EngineParts,
  'imports' | 'python' | 'workspaceRoot'
>;

/** Takes the identity of each task's own files: pipeline.yaml, source, imported modules, resources. */
export async function snapshotInputs(
  refs: readonly TaskRef[],
  parts: SnapshotParts,
): Promise<InputSnapshot> {
  const before = new Map<TaskRef, ReadonlyMap<string, string | undefined>>();
  for (const ref of refs) {
    const paths = await ownFiles(ref, parts);
    before.set(
      ref,
      new Map(paths.map((path) => [path, fileIdentity(path)] as const)),
    );
  }
  return {
    hasChanged: (ref) =>
      [...(before.get(ref) ?? [])].some(
        ([path, identity]) => fileIdentity(path) !== identity,
      ),
  };
}

async function ownFiles(
  { pipeline, task }: TaskRef,
  { imports, python, workspaceRoot }: SnapshotParts,
): Promise<string[]> {
  const declared = [
    pipeline.file,
    task.source.absolutePath,
    ...task.resources.map(({ absolutePath }) => absolutePath),
  ];
  const { facts } = task.source;
  const found = await python(pipeline.folder);
  // Without Python the task fails, and a failure is not cached.
  if (facts === undefined || !found.ok) return declared;
  const { interpreter } = found;
  const { folder } = pipeline;
  const reached = await imports({ facts, folder, workspaceRoot, interpreter });
  return [...declared, ...reached.files];
}
