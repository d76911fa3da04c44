/**
 * Makes the key of a task from what stands on disk now. Runs no Python and writes nothing. What can't be known is a
 * failure, never a guess: a key that leaves something out would hand out wrong results.
 */
import { createHash } from 'node:crypto';
import { posix, relative, sep } from 'node:path';
import {
  cellsDigest,
  failure,
  success,
  type Result,
} from '@nx-notebook/notebook';
import {
  injectedCell,
  productsOf,
  type Product,
  type Task,
  type TaskSource,
} from '@nx-notebook/pipeline';
import type { PythonFacts, PythonInterpreter } from '@nx-notebook/python';
import type { Digest } from '@nx-notebook/store';
import hash from 'object-hash';

import { KEY_VERSION, type KeyData, type UpstreamProduct } from './key-data.js';
import type { KeyParts } from './key-parts.js';
import type { TaskFailure } from './task-failure.js';
import { taskLabel } from './task-names.js';
import type { TaskRef } from './task-runner.js';

/** What has to be assumed of a source that nothing is known of. */
const anyFacts: PythonFacts = {
  imports: [],
  importsAnything: true,
  paths: [],
  upstreamUse: { kind: 'anything' },
};

/** A key with what it was made of. */
export interface TaskKey {
  readonly key: string;
  readonly keyData: KeyData;
  /** Absolute paths of the files and folders whose digests are in the key. */
  readonly inputs: readonly string[];
}

/** The key of a task as everything stands now, or why there is none. */
export async function computeKey(
  ref: TaskRef,
  parts: KeyParts,
): Promise<Result<TaskKey, TaskFailure>> {
  const inputs = new Inputs(ref, parts);
  const upstream = await inputs.upstream();
  if (!upstream.ok) return upstream;
  const resources = await inputs.resources();
  if (!resources.ok) return resources;
  const python = await inputs.python();
  if (!python.ok) return python;
  const { source } = ref.task;
  const injected = injectedCell(ref.pipeline, ref.task);
  const keyData: KeyData = {
    version: KEY_VERSION,
    source: sourceDigest(source),
    language: source.language,
    params: injected.params,
    injected: createHash('sha256').update(injected.source).digest('hex'),
    products: Object.fromEntries(
      productsOf(ref.task).map((product) => [product.key, product.path]),
    ),
    upstream: upstream.value,
    imports: python.value.imports,
    resources: resources.value,
    environment: { kernel: source.kernelName, ...python.value.environment },
  };
  return success({ key: keyOf(keyData), keyData, inputs: inputs.paths });
}

/** Digest of the code itself. */
function sourceDigest(source: TaskSource): Digest {
  switch (source.kind) {
    case 'notebook':
    case 'script':
      return cellsDigest(source.notebook);
    case 'function':
    case 'hook':
      return source.call.digest;
    case 'shell':
    case 'sql-script':
    case 'sql-dump':
      return createHash('sha256').update(source.text).digest('hex');
  }
}

/** The hash that names a task's result. */
export function keyOf(keyData: KeyData): string {
  return hash(keyData, { algorithm: 'sha256' });
}

interface PythonPart {
  readonly imports: KeyData['imports'];
  readonly environment: Omit<KeyData['environment'], 'kernel'>;
}

/** Digests the inputs of one task and collects their paths. */
class Inputs {
  readonly paths: string[] = [];
  readonly #ref: TaskRef;
  readonly #parts: KeyParts;

  constructor(ref: TaskRef, parts: KeyParts) {
    this.#ref = ref;
    this.#parts = parts;
  }

  async upstream(): Promise<Result<KeyData['upstream'], TaskFailure>> {
    const entries: [string, Record<string, UpstreamProduct>][] = [];
    for (const [name, reads] of readsByTask(this.#ref.task)) {
      const task = this.#ref.pipeline.tasks.find((each) => each.name === name);
      if (task === undefined) return failure(unknownUpstream(this.#ref, name));
      const products = await this.#upstreamProducts(task, reads);
      if (!products.ok) return products;
      entries.push([name, products.value]);
    }
    return success(Object.fromEntries(entries));
  }

  async #upstreamProducts(
    task: Task,
    reads: readonly string[],
  ): Promise<Result<Record<string, UpstreamProduct>, TaskFailure>> {
    const products: Record<string, UpstreamProduct> = {};
    const missing: Product[] = [];
    for (const product of productsOf(task)) {
      if (!reads.includes(product.key)) {
        products[product.key] = { path: product.path };
        continue;
      }
      const digest = await this.#digest(product.absolutePath);
      if (digest === undefined) missing.push(product);
      else products[product.key] = { path: product.path, digest };
    }
    return missing.length === 0
      ? success(products)
      : failure(upstreamProductMissing(this.#ref, task, missing));
  }

  async resources(): Promise<Result<KeyData['resources'], TaskFailure>> {
    const entries: [string, string][] = [];
    for (const resource of this.#ref.task.resources) {
      const digest = await this.#digest(resource.absolutePath);
      if (digest === undefined) {
        return failure({
          reason: 'resource-missing',
          path: resource.absolutePath,
          message: `The resource \`${resource.name}\` of task \`${taskLabel(this.#ref)}\` can't be read: ${resource.path}.`,
          hint: 'Create the file or correct its path under `params.resources_` in pipeline.yaml.',
        });
      }
      entries.push([resource.path, digest]);
    }
    return success(Object.fromEntries(entries));
  }

  async python(): Promise<Result<PythonPart, TaskFailure>> {
    const { source } = this.#ref.task;
    const { folder } = this.#ref.pipeline;
    if (source.language !== 'python') return success(await this.#foreign());
    const lookup = await this.#parts.python(folder);
    if (!lookup.ok) {
      const { message, hint } = lookup;
      return failure({ reason: 'python-not-found', message, hint });
    }
    return success(await this.#reached(lookup.interpreter));
  }

  /** Kernels of other languages are started through Python, too; where there is none, the run says so. */
  async #foreign(): Promise<PythonPart> {
    const { kernelSetup, python } = this.#parts;
    const lookup =
      kernelSetup === undefined
        ? undefined
        : await python(this.#ref.pipeline.folder);
    const setup = lookup?.ok === true ? this.#setup(lookup.interpreter) : {};
    return { imports: {}, environment: { ...setup, distributions: {} } };
  }

  async #reached(interpreter: PythonInterpreter): Promise<PythonPart> {
    const { facts = anyFacts } = this.#ref.task.source;
    const { folder } = this.#ref.pipeline;
    const { workspaceRoot } = this.#parts;
    const reached = await this.#parts.imports({
      facts,
      folder,
      workspaceRoot,
      interpreter,
    });
    const imports: [string, string][] = reached.unresolved.map((name) => [
      `import ${name}`,
      'unresolved',
    ]);
    for (const file of reached.files) {
      // A file that vanished since it was found is as good as not there.
      const digest = (await this.#digest(file)) ?? 'missing';
      imports.push([posixPath(relative(folder, file)), digest]);
    }
    const { distributions } = reached;
    return {
      imports: Object.fromEntries(imports),
      environment: {
        python: interpreter.version,
        ...this.#setup(interpreter),
        distributions,
      },
    };
  }

  #setup(
    interpreter: PythonInterpreter,
  ): Pick<KeyData['environment'], 'setup'> {
    const { kernelName, language } = this.#ref.task.source;
    const query = { kernelName, language, interpreter };
    const setup = this.#parts.kernelSetup?.(query) ?? {};
    return Object.keys(setup).length === 0 ? {} : { setup };
  }

  async #digest(path: string): Promise<string | undefined> {
    this.paths.push(path);
    const outcome = await this.#parts.digest({ name: '', path });
    return outcome.status === 'digested' ? outcome.entry.digest : undefined;
  }
}

/** A task may be found by its name and by a wildcard: then all that either reads counts. */
function readsByTask(task: Task): ReadonlyMap<string, readonly string[]> {
  const reads = new Map<string, readonly string[]>();
  for (const { task: name, reads: keys } of task.upstream) {
    reads.set(name, [...(reads.get(name) ?? []), ...keys]);
  }
  return reads;
}

function posixPath(path: string): string {
  return sep === posix.sep ? path : path.split(sep).join(posix.sep);
}

function unknownUpstream(ref: TaskRef, name: string): TaskFailure {
  return {
    reason: 'invalid-pipeline',
    diagnostics: [],
    message: `Task \`${taskLabel(ref)}\` reads from \`${name}\`, which its pipeline does not have.`,
    hint: 'Correct the name or add the task to pipeline.yaml.',
  };
}

function upstreamProductMissing(
  ref: TaskRef,
  upstream: Task,
  missing: readonly Product[],
): TaskFailure {
  const paths = missing.map((product) => product.path);
  const listed = paths.join(', ');
  return {
    reason: 'upstream-product-missing',
    upstream: upstream.name,
    products: paths,
    message: `Task \`${taskLabel(ref)}\` reads ${listed} of task \`${upstream.name}\`, which ${paths.length === 1 ? 'is' : 'are'} not there.`,
    hint: `Run \`nx run ${ref.project}:execute--${upstream.name}\` first.`,
  };
}
