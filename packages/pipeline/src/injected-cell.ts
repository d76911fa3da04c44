/**
 * The text of the injected cell, character by character as papermill writes it for Ploomber, but with POSIX paths
 * relative to the pipeline's folder, which is the working directory.
 */
import { toPythonSource, toRSource, type PyValue } from '@nx-notebook/python';
import type { Pipeline, ProductSpec, Task } from './pipeline.js';

/** The injected cell of a task. */
export interface InjectedCell {
  /** The task's own params as they stand in the cell, in order. */
  readonly params: readonly { readonly name: string; readonly value: string }[];
  /** The whole cell: params, then `upstream` if there is any, then `product`. */
  readonly source: string;
}

/** The injected cell of a task of a loaded pipeline. */
export function injectedCell(pipeline: Pipeline, task: Task): InjectedCell {
  const { language } = task.source;
  const textOf = (value: PyValue): string => sourceOf(value, language);
  const params = task.params.map(({ name, value }) => ({
    name: language === 'r' ? name.replace(/^_+/, '') : name,
    value: textOf(value),
  }));
  const upstream = upstreamOf(pipeline, task);
  const lines = [
    ...params,
    ...(upstream.length === 0
      ? []
      : [{ name: 'upstream', value: textOf(dictOf(upstream)) }]),
    { name: 'product', value: textOf(productValue(task.product)) },
  ].map(({ name, value }) => `${name} = ${value}\n`);
  return { params, source: `# Parameters\n${lines.join('')}` };
}

function sourceOf(value: PyValue, language: 'python' | 'r'): string {
  const source = language === 'r' ? toRSource(value) : toPythonSource(value);
  // Loading refuses such values, so this is a bug and not a user's mistake.
  if (!source.ok) throw new TypeError(source.message);
  return source.text;
}

function upstreamOf(
  pipeline: Pipeline,
  task: Task,
): readonly (readonly [string, PyValue])[] {
  const named = new Map<string, PyValue>();
  const grouped = new Map<string, (readonly [string, PyValue])[]>();
  for (const { task: name, pattern } of task.upstream) {
    const found = pipeline.tasks.find((other) => other.name === name);
    if (found === undefined) continue;
    const value = productValue(found.product);
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

function productValue(product: ProductSpec): PyValue {
  return product.kind === 'single'
    ? { kind: 'str', value: product.product.path }
    : dictOf(
        product.products.map(({ key, path }) => [
          key,
          { kind: 'str', value: path },
        ]),
      );
}

function dictOf(entries: readonly (readonly [string, PyValue])[]): PyValue {
  return {
    kind: 'dict',
    entries: entries.map(([name, value]) => [
      { kind: 'str', value: name },
      value,
    ]),
  };
}
