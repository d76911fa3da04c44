/**
 * Whether the files that a task is made of, and those that it made, changed while a batch ran. Nx hashes some tasks of a
 * batch before it and some after it, and reads their products when all have ended, so a file written in between would
 * leave a result under the hash of another source: a stale hit at the next run. Such results must stay out of Nx's
 * cache; the engine's own key is not concerned.
 */
import { callsOf, productsOf, pythonSourcesOf } from '@nx-notebook/pipeline';
import { stampPath, type EngineParts, type TaskRef } from '@nx-notebook/engine';
import { changedAfter, fileIdentity } from '../inference/file-identity.js';

/** Files of tasks as they stood at one time. */
export interface InputSnapshot {
  /** To be called when a task has ended well: its products are as they should be now. */
  finished(ref: TaskRef): Promise<void>;
  /** Whether a file that the task reads or wrote changed, appeared or vanished since. */
  hasChanged(ref: TaskRef): Promise<boolean>;
  /** Files that the task reads, absolute, in the order in which they were found. */
  files(ref: TaskRef): readonly string[];
}

/** What finding the files of a task needs. */
export type SnapshotParts = Pick<
  EngineParts,
  'imports' | 'python' | 'workspaceRoot'
>;

/** What the snapshot is taken of. */
export interface SnapshotOptions {
  readonly parts: SnapshotParts;
  /** When Nx started: a file that changed later may have been hashed before. */
  readonly nxStartedNs?: bigint;
}

type Stamps = ReadonlyMap<string, string | undefined>;

/** Takes the identity of each task's own files: pipeline.yaml, source, imported modules, functions, resources. */
export async function snapshotInputs(
  refs: readonly TaskRef[],
  { parts, nxStartedNs }: SnapshotOptions,
): Promise<InputSnapshot> {
  const own = new Map<TaskRef, Stamps>();
  const given = new Map<string, string>();
  const products = new Map<string, string>();
  const made = new Set(refs.flatMap(productPaths));
  for (const ref of refs) {
    const paths = await ownFiles(ref, parts);
    own.set(
      ref,
      new Map(paths.map((path) => [path, fileIdentity(path)] as const)),
    );
    for (const path of upstreamPaths(ref).filter((path) => !made.has(path)))
      given.set(path, await stampPath(path));
  }
  const isSince = (path: string): boolean =>
    nxStartedNs !== undefined && changedAfter(path, nxStartedNs);
  const isOther = async (path: string): Promise<boolean> => {
    const stamp = products.get(path) ?? given.get(path);
    return stamp !== undefined && stamp !== (await stampPath(path));
  };
  return {
    async finished(ref) {
      for (const path of productPaths(ref))
        products.set(path, await stampPath(path));
    },
    async hasChanged(ref) {
      for (const [path, identity] of own.get(ref) ?? [])
        if (fileIdentity(path) !== identity || isSince(path)) return true;
      for (const path of [...productPaths(ref), ...upstreamPaths(ref)])
        if (await isOther(path)) return true;
      return false;
    },
    files: (ref) => [...(own.get(ref)?.keys() ?? [])],
  };
}

function productPaths({ task }: TaskRef): readonly string[] {
  return productsOf(task).map(({ absolutePath }) => absolutePath);
}

/** Absolute paths of the products of upstreams that the task may read. */
export function upstreamPaths({ pipeline, task }: TaskRef): readonly string[] {
  return task.upstream.flatMap(({ task: name, reads }) =>
    pipeline.tasks
      .filter((other) => other.name === name)
      .flatMap((other) => productsOf(other))
      .filter(({ key }) => reads.includes(key))
      .map(({ absolutePath }) => absolutePath),
  );
}

async function ownFiles(
  { pipeline, task }: TaskRef,
  { imports, python, workspaceRoot }: SnapshotParts,
): Promise<string[]> {
  const { source, resources } = task;
  const declared = [
    // A folder of notebooks has no yaml, and changes when anything is written into it.
    ...(pipeline.file === pipeline.folder ? [] : [pipeline.file]),
    source.absolutePath,
    ...[
      ...resources,
      ...('includes' in source ? source.includes : []),
      ...callsOf(task).flatMap(({ call: { file } }) => file ?? []),
    ].map(({ absolutePath }) => absolutePath),
  ];
  const found = await python(pipeline.folder);
  // Without Python the task fails, and a failure is not cached.
  if (!found.ok) return [...new Set(declared)];
  const { interpreter } = found;
  const reached = await Promise.all(
    pythonSourcesOf(pipeline, task).map((query) =>
      imports({ ...query, workspaceRoot, interpreter }),
    ),
  );
  return [...new Set([...declared, ...reached.flatMap(({ files }) => files)])];
}
