/**
 * What the driver is told of a task: plain JSON with the values that the task is given. `nx_notebook_tasks/task.py` is
 * the other side. Pure.
 */
import { join } from 'node:path';
import type { JsonObject, JsonValue } from '@nx-notebook/notebook';
import {
  injectedPath,
  type Hooks,
  type Pipeline,
  type ProductSpec,
  type PythonCall,
  type Task,
} from '@nx-notebook/pipeline';
import { encodeParams } from './payload-value.js';

/** Folders on `sys.path`, before and after what Python has there. */
export function encodePaths({ folder, root }: Pipeline): JsonObject {
  return {
    first: [folder],
    // A package that isn't installed; its own name leads to its modules.
    last: root === folder ? [] : [join(root, 'src'), root],
  };
}

/** A function of the user, or nothing. */
export function encodeCall(call: PythonCall | undefined): JsonValue {
  if (call === undefined) return null;
  const { dottedPath, module, name, kwargs, location } = call;
  return {
    dottedPath,
    module,
    name,
    kwargs: encodeParams(kwargs),
    place: { file: location.file, line: location.line },
  };
}

/** The hooks of a task. */
export function encodeHooks({
  onRender,
  onFinish,
  onFailure,
}: Hooks): JsonObject {
  return {
    onRender: encodeCall(onRender),
    onFinish: encodeCall(onFinish),
    onFailure: encodeCall(onFailure),
  };
}

/** A task with what it is given: name, product, params, upstream, client. */
export function encodeTask(pipeline: Pipeline, task: Task): JsonObject {
  return {
    paths: encodePaths(pipeline),
    name: task.name,
    source: task.source.absolutePath,
    params: encodeParams(task.params),
    product: encodeProduct(task.product, pathOf(pipeline, task)),
    upstream: encodeUpstream(pipeline, task),
    client: encodeCall(task.client),
  };
}

/** The tasks of a pipeline as its hooks see them: pairs of name and product. */
export function encodeTasks(pipeline: Pipeline): JsonValue {
  const seen = { cwd: pipeline.folder };
  return pipeline.tasks
    .filter(({ source }) => source.kind !== 'hook')
    .map(({ name, product }) => [
      name,
      encodeProduct(product, (each) => injectedPath(pipeline, seen, each)),
    ]);
}

type PathOf = (product: { readonly absolutePath: string }) => string;

/** Products of upstreams too are written as seen from the task that is executed. */
function pathOf(pipeline: Pipeline, task: Task): PathOf {
  return (product) => injectedPath(pipeline, task, product);
}

function encodeProduct(product: ProductSpec, path: PathOf): JsonValue {
  switch (product.kind) {
    case 'single':
      return { kind: 'file', path: path(product.product) };
    case 'mapping':
      return {
        kind: 'files',
        files: product.products.map((each) => [each.key, path(each)]),
      };
    case 'relation': {
      const { schema = null, name, type } = product.relation;
      return { kind: 'relation', schema, name, type };
    }
    case 'none':
      return null;
  }
}

/** Pairs of name and product in injection order; a wildcard holds its tasks. */
function encodeUpstream(pipeline: Pipeline, task: Task): JsonValue {
  const path = pathOf(pipeline, task);
  const named = new Map<string, JsonValue>();
  const grouped = new Map<string, JsonValue[]>();
  for (const { task: name, pattern } of task.upstream) {
    const found = pipeline.tasks.find((other) => other.name === name);
    if (found === undefined || found.product.kind === 'none') continue;
    const product = encodeProduct(found.product, path);
    if (pattern === undefined) {
      named.set(name, product);
      continue;
    }
    const group = grouped.get(pattern) ?? [];
    group.push([name, product]);
    grouped.set(pattern, group);
    named.set(pattern, { kind: 'group', group });
  }
  return [...named];
}
