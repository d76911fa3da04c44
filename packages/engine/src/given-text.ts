/**
 * What a task is given, as text for its key: the injected cell of a notebook or script, and the values of everything else
 * as Python writes them. Pure.
 */
import { injectedCell, injectedValues } from '@nx-notebook/pipeline';
import type { InjectedCell, Param } from '@nx-notebook/pipeline';
import { pythonRepr } from '@nx-notebook/python';
import type { TaskRef } from './task-runner.js';

/** Params by themselves, and everything that the task is given. */
export function givenText({ pipeline, task }: TaskRef): InjectedCell {
  if (hasCell({ task })) return injectedCell(pipeline, task);
  const { params, upstream, product } = injectedValues(pipeline, task);
  const given: readonly Param[] = [
    ...params,
    ...(upstream === undefined ? [] : [{ name: 'upstream', value: upstream }]),
    ...(product === undefined ? [] : [{ name: 'product', value: product }]),
  ];
  const lines = textsOf(given).map(({ name, value }) => `${name} = ${value}\n`);
  return { params: textsOf(params), source: lines.join('') };
}

/** Text of the injected cell; empty for a task that has none. */
export function injectedText(ref: TaskRef): string {
  return hasCell(ref) ? givenText(ref).source : '';
}

/** Values as Python writes them. */
export function textsOf(
  params: readonly Param[],
): readonly { readonly name: string; readonly value: string }[] {
  return params.map(({ name, value }) => ({ name, value: pythonRepr(value) }));
}

function hasCell({ task: { source } }: Pick<TaskRef, 'task'>): boolean {
  return source.kind === 'notebook' || source.kind === 'script';
}
