/**
 * What a task is given: its params, `upstream` and `product`, as values and as the text of the injected cell, character by
 * character as papermill writes it for Ploomber, but with POSIX paths relative to the task's working directory.
 */
import { posix, relative, sep } from 'node:path';
import { toPythonSource, toRSource, type PyValue } from '@nx-notebook/python';
import type { Param, Pipeline, Product, Task } from './pipeline.js';
import { relationName } from './products-of.js';

/** What a task is given, as values. */
export interface InjectedValues {
  /** In injection order. */
  readonly params: readonly Param[];
  /** Task or pattern -> product; absent when the task needs nothing. */
  readonly upstream?: PyValue;
  /** Absent for a hook. */
  readonly product?: PyValue;
}

/** The injected cell of a task. */
export interface InjectedCell {
  /** The task's own params as they stand in the cell, in order. */
  readonly params: readonly { readonly name: string; readonly value: string }[];
  /** The whole cell: params, then `upstream` if there is any, then `product`. */
  readonly source: string;
}

/** The values that a task of a loaded pipeline is given. */
export function injectedValues(pipeline: Pipeline, task: Task): InjectedValues {
  const pathOf = pathWriter(pipeline, task);
  const upstream = upstreamOf(pipeline, task, pathOf);
  const product = productValue(task, pathOf);
  return {
    params: task.params,
    ...(upstream.length === 0 ? {} : { upstream: dictOf(upstream) }),
    ...(product === undefined ? {} : { product }),
  };
}

/** The injected cell of a task of a loaded pipeline. */
export function injectedCell(pipeline: Pipeline, task: Task): InjectedCell {
  const isR = task.source.language === 'r';
  const values = injectedValues(pipeline, task);
  const textOf = (value: PyValue): string => sourceOf(value, isR);
  const params = values.params.map(({ name, value }) => ({
    name: isR ? name.replace(/^_+/, '') : name,
    value: textOf(value),
  }));
  const { upstream, product } = values;
  const lines = [
    ...params,
    ...(upstream === undefined
      ? []
      : [{ name: 'upstream', value: textOf(upstream) }]),
    ...(product === undefined
      ? []
      : [{ name: 'product', value: textOf(product) }]),
  ].map(({ name, value }) => `${name} = ${value}\n`);
  return { params, source: `# Parameters\n${lines.join('')}` };
}

function sourceOf(value: PyValue, isR: boolean): string {
  const source = isR ? toRSource(value) : toPythonSource(value);
  // Loading refuses such values, so this is a bug and not a user's mistake.
  if (!source.ok) throw new TypeError(source.message);
  return source.text;
}

/** The path of a product as a task of the pipeline sees it. */
export function injectedPath(
  { pathStyle }: Pick<Pipeline, 'pathStyle'>,
  { cwd }: Pick<Task, 'cwd'>,
  { absolutePath }: Pick<Product, 'absolutePath'>,
): string {
  return pathStyle === 'absolute'
    ? absolutePath
    : relative(cwd, absolutePath).split(sep).join(posix.sep);
}

type PathWriter = (product: Product) => string;

function pathWriter(pipeline: Pipeline, task: Task): PathWriter {
  return (product) => injectedPath(pipeline, task, product);
}

function upstreamOf(
  pipeline: Pipeline,
  task: Task,
  pathOf: PathWriter,
): readonly (readonly [string, PyValue])[] {
  const named = new Map<string, PyValue>();
  const grouped = new Map<string, (readonly [string, PyValue])[]>();
  for (const { task: name, pattern } of task.upstream) {
    const found = pipeline.tasks.find((other) => other.name === name);
    const value = found && productValue(found, pathOf);
    if (value === undefined) continue;
    if (pattern === undefined) {
      named.set(name, value);
      continue;
    }
    const group = grouped.get(pattern) ?? [];
    group.push([name, value]);
    grouped.set(pattern, group);
    named.set(pattern, dictOf(group));
  }
  return [...named];
}

function productValue(
  { product }: Pick<Task, 'product'>,
  pathOf: PathWriter,
): PyValue | undefined {
  switch (product.kind) {
    case 'single':
      return textValue(pathOf(product.product));
    case 'mapping':
      return dictOf(
        product.products.map((each) => [each.key, textValue(pathOf(each))]),
      );
    case 'relation':
      return textValue(relationName(product.relation));
    case 'none':
      return undefined;
  }
}

function textValue(value: string): PyValue {
  return { kind: 'str', value };
}

function dictOf(entries: readonly (readonly [string, PyValue])[]): PyValue {
  return {
    kind: 'dict',
    entries: entries.map(([name, value]) => [textValue(name), value]),
  };
}
