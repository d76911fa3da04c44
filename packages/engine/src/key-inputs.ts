/**
 * The files and relations that a task reads, as they stand now: digests for its key, and the paths of what was digested.
 * Knows nothing of what is done with them.
 */
import { failure, success, type Result } from '@nx-notebook/notebook';
import {
  callsOf,
  productsOf,
  relationName,
  type Product,
  type Relation,
  type Task,
} from '@nx-notebook/pipeline';
import type { KeyData, UpstreamProduct } from './key-data.js';
import type { KeyParts } from './key-parts.js';
import { askRelation, relationOf } from './relation.js';
import type { TaskFailure } from './task-failure.js';
import { taskLabel } from './task-names.js';
import type { TaskRef } from './task-runner.js';

/** What a key outside of any build has where it can't be known what was made. */
const neverTheSame = 'made anew by every run';

/** Digests the inputs of one task and collects their paths. */
export class KeyInputs {
  readonly paths: string[] = [];
  isForOnce = false;
  readonly #ref: TaskRef;
  readonly #parts: KeyParts;

  constructor(ref: TaskRef, parts: KeyParts) {
    this.#ref = ref;
    this.#parts = parts;
  }

  /** Digest of a file or folder; undefined where nothing can be read. */
  async digest(path: string): Promise<string | undefined> {
    this.paths.push(path);
    const outcome = await this.#parts.digest({ name: '', path });
    return outcome.status === 'digested' ? outcome.entry.digest : undefined;
  }

  async upstream(): Promise<Result<KeyData['upstream'], TaskFailure>> {
    const entries: [string, Record<string, UpstreamProduct>][] = [];
    for (const [name, reads] of readsByTask(this.#ref.task)) {
      const task = this.#ref.pipeline.tasks.find((each) => each.name === name);
      if (task === undefined) return failure(unknownUpstream(this.#ref, name));
      const relation = relationOf(task);
      const products =
        relation === undefined
          ? await this.#upstreamProducts(task, reads)
          : await this.#upstreamRelation(task, relation);
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
      const digest = await this.digest(product.absolutePath);
      if (digest === undefined) missing.push(product);
      else products[product.key] = { path: product.path, digest };
    }
    if (missing.length === 0) return success(products);
    const paths = missing.map(({ path }) => path);
    return failure(upstreamMissing(this.#ref, task, paths));
  }

  /** Whoever reads a table reads what the last execution put there. */
  async #upstreamRelation(
    task: Task,
    relation: Relation,
  ): Promise<Result<Record<string, UpstreamProduct>, TaskFailure>> {
    const path = relationName(relation);
    const writer = { ...this.#ref, task };
    const answer = await askRelation(writer, this.#parts.relation);
    if (answer.status === 'stamped') {
      return success({ relation: { path, digest: answer.stamp } });
    }
    if (relation.isStamped && answer.status === 'absent') {
      return failure(upstreamMissing(this.#ref, task, [path]));
    }
    this.isForOnce = true;
    const digest = this.#parts.once ?? neverTheSame;
    return success({ relation: { path, digest } });
  }

  async resources(): Promise<Result<KeyData['resources'], TaskFailure>> {
    const entries: [string, string][] = [];
    for (const resource of this.#ref.task.resources) {
      const digest = await this.digest(resource.absolutePath);
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

  /** Other templates that the task's own includes; one that is gone fails when it is rendered. */
  async templates(): Promise<KeyData['templates']> {
    const { source } = this.#ref.task;
    const entries: [string, string][] = [];
    for (const { path, absolutePath } of 'includes' in source
      ? source.includes
      : []) {
      entries.push([path, (await this.digest(absolutePath)) ?? 'missing']);
    }
    return Object.fromEntries(entries);
  }

  /** Files of called functions that are not what was read of them; their digests are not in the key, parts of them are. */
  async editedCode(): Promise<readonly string[]> {
    const read = new Map<string, string>();
    for (const { call } of callsOf(this.#ref.task)) {
      const { file } = call;
      if (file !== undefined) read.set(file.absolutePath, file.fileDigest);
    }
    const edited: string[] = [];
    for (const [path, digest] of read) {
      if ((await this.digest(path)) !== digest) edited.push(path);
    }
    return edited;
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

function unknownUpstream(ref: TaskRef, name: string): TaskFailure {
  return {
    reason: 'invalid-pipeline',
    diagnostics: [],
    message: `Task \`${taskLabel(ref)}\` reads from \`${name}\`, which its pipeline does not have.`,
    hint: 'Correct the name or add the task to pipeline.yaml.',
  };
}

function upstreamMissing(
  ref: TaskRef,
  upstream: Task,
  products: readonly string[],
): TaskFailure {
  const listed = products.join(', ');
  return {
    reason: 'upstream-product-missing',
    upstream: upstream.name,
    products,
    message: `Task \`${taskLabel(ref)}\` reads ${listed} of task \`${upstream.name}\`, which ${products.length === 1 ? 'is' : 'are'} not there.`,
    hint: `Run \`nx run ${ref.project}:execute--${upstream.name}\` first.`,
  };
}
