/**
 * A loaded pipeline in words, for comparing the whole.
 */
import { dirname } from 'node:path';
import { renderDiagnostics } from '@nx-notebook/notebook';
import {
  injectedCell,
  type LoadResult,
  type Pipeline,
  type ProductSpec,
  type Task,
} from '../src/index.js';

/** All sections that a case may expect. */
export function describeResult(
  result: LoadResult,
  file: string,
  root: string,
): ReadonlyMap<string, string> {
  const diagnostics = result.ok ? result.pipeline.warnings : result.diagnostics;
  const shown = renderDiagnostics(diagnostics, { cwd: dirname(file) });
  const sections = new Map([['diagnostics', shown.replaceAll(root, '<root>')]]);
  if (result.ok) {
    sections.set('tasks', describeTasks(result.pipeline));
    sections.set('cells', describeCells(result.pipeline));
  }
  return sections;
}

function describeTasks(pipeline: Pipeline): string {
  return pipeline.tasks.map(describeTask).join('\n');
}

/** `name: source (format, kernel) -> products <- upstreams`; a star marks the executed notebook. */
function describeTask(task: Task): string {
  const { path, format, kernelName } = task.source;
  const upstream = task.upstream.map(
    ({ task: name, pattern, reads }) =>
      `${pattern === undefined ? '' : `${pattern}=`}${name}[${reads.join(' ')}]`,
  );
  const limits = [
    ['timeout', task.taskTimeoutMs],
    ['cell timeout', task.cellTimeoutMs],
  ].flatMap(([name, ms]) => (ms === undefined ? [] : [`${name} ${ms} ms`]));
  return [
    `${task.name}: ${path} (${format}, ${kernelName}) -> ${describeProduct(task.product)}`,
    ...(upstream.length === 0 ? [] : [` <- ${upstream.join(' ')}`]),
    ...(limits.length === 0 ? [] : [`, ${limits.join(', ')}`]),
  ].join('');
}

function describeProduct(spec: ProductSpec): string {
  if (spec.kind === 'single') return `${spec.product.path}*`;
  const products = spec.products.map(
    ({ key, path, isNotebook }) => `${key}=${path}${isNotebook ? '*' : ''}`,
  );
  return `{${products.join(' ')}}`;
}

function describeCells(pipeline: Pipeline): string {
  return pipeline.tasks
    .map((task) => `[${task.name}]\n${injectedCell(pipeline, task).source}`)
    .join('');
}
