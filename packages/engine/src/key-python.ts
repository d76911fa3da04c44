/**
 * The part of a key that Python has in it: which local files and installed distributions the code of a task reaches, and
 * what else makes its kernel. Knows nothing of products.
 */
import { posix, relative, sep } from 'node:path';
import { failure, success, type Result } from '@nx-notebook/notebook';
import { pythonSourcesOf, type PythonSource } from '@nx-notebook/pipeline';
import type { PythonInterpreter, ReachedImports } from '@nx-notebook/python';
import type { KeyData } from './key-data.js';
import type { KeyParts } from './key-parts.js';
import type { TaskFailure } from './task-failure.js';
import type { TaskRef } from './task-runner.js';

/** What Python has in a key. */
export interface PythonPart {
  readonly imports: KeyData['imports'];
  readonly environment: KeyData['environment'];
}

/** Digest of what stands at a path; undefined for nothing. */
type DigestPath = (path: string) => Promise<string | undefined>;

/** What a task runs of Python, as it stands now; why not, when there is no Python. */
export async function pythonPart(
  ref: TaskRef,
  parts: KeyParts,
  digest: DigestPath,
): Promise<Result<PythonPart, TaskFailure>> {
  const sources = pythonSourcesOf(ref.pipeline, ref.task);
  if (sources.length === 0) return success(await foreign(ref, parts));
  const lookup = await parts.python(ref.pipeline.folder);
  if (!lookup.ok) {
    const { message, hint } = lookup;
    return failure({ reason: 'python-not-found', message, hint });
  }
  const { interpreter } = lookup;
  const reached = await reachAll(sources, interpreter, parts);
  return success({
    imports: await importsOf(ref, reached, digest),
    environment: {
      kernel: ref.task.source.kernelName,
      python: interpreter.version,
      ...setupOf(ref, interpreter, parts),
      distributions: Object.assign(
        {},
        ...reached.map(({ distributions }) => distributions),
      ) as Record<string, string>,
    },
  });
}

/** Kernels of other languages are started through Python, too; where there is none, the run says so. */
async function foreign(ref: TaskRef, parts: KeyParts): Promise<PythonPart> {
  const lookup =
    parts.kernelSetup === undefined
      ? undefined
      : await parts.python(ref.pipeline.folder);
  const setup =
    lookup?.ok === true ? setupOf(ref, lookup.interpreter, parts) : {};
  const kernel = ref.task.source.kernelName;
  return { imports: {}, environment: { kernel, ...setup, distributions: {} } };
}

async function reachAll(
  sources: readonly PythonSource[],
  interpreter: PythonInterpreter,
  { imports, workspaceRoot }: KeyParts,
): Promise<readonly ReachedImports[]> {
  const reached: ReachedImports[] = [];
  for (const source of sources) {
    reached.push(await imports({ ...source, workspaceRoot, interpreter }));
  }
  return reached;
}

async function importsOf(
  { pipeline }: TaskRef,
  reached: readonly ReachedImports[],
  digest: DigestPath,
): Promise<KeyData['imports']> {
  const names = new Set(reached.flatMap(({ unresolved }) => unresolved));
  const files = new Set(reached.flatMap((each) => each.files));
  const imports: [string, string][] = [...names].map((name) => [
    `import ${name}`,
    'unresolved',
  ]);
  for (const file of files) {
    const path = posixPath(relative(pipeline.folder, file));
    // A file that vanished since it was found is as good as not there.
    imports.push([path, (await digest(file)) ?? 'missing']);
  }
  return Object.fromEntries(imports);
}

/** What runs beside a kernel of another language, runs in Python's. */
function setupOf(
  { task }: TaskRef,
  interpreter: PythonInterpreter,
  { kernelSetup }: KeyParts,
): Pick<KeyData['environment'], 'setup'> {
  const { kernelName, language } = task.source;
  const setup = kernelSetup?.({
    kernelName,
    language: language === 'r' ? 'r' : 'python',
    interpreter,
  });
  return setup === undefined || Object.keys(setup).length === 0
    ? {}
    : { setup };
}

/** With POSIX separators on every system. */
export function posixPath(path: string): string {
  return sep === posix.sep ? path : path.split(sep).join(posix.sep);
}
