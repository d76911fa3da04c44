/**
 * A loaded pipeline in words, for comparing the whole. What is as usual is left out.
 */
import { dirname, relative } from 'node:path';
import { renderDiagnostics } from '@nx-notebook/notebook';
import { pythonRepr } from '@nx-notebook/python';
import {
  injectedCell,
  injectedValues,
  relationName,
  type Hooks,
  type LateValue,
  type LoadResult,
  type Param,
  type Pipeline,
  type Product,
  type ProductSpec,
  type PythonCall,
  type Task,
  type TaskSource,
} from '../src/index.js';

/** The sections that a case may expect. */
export const sectionNames = [
  'diagnostics',
  'pipeline',
  'tasks',
  'cells',
  'problems',
] as const;

/** All sections of a result by name. */
export function describeResult(
  result: LoadResult,
  file: string,
  root: string,
): ReadonlyMap<string, string> {
  const diagnostics = result.ok ? result.pipeline.warnings : result.diagnostics;
  const cwd = dirname(file);
  const render = (list: typeof diagnostics): string =>
    renderDiagnostics(list, { cwd }).replaceAll(root, '<root>');
  const sections = new Map([['diagnostics', render(diagnostics)]]);
  if (!result.ok) return sections;
  const { pipeline } = result;
  const { tasks } = pipeline;
  sections.set('pipeline', describePipeline(pipeline));
  sections.set(
    'tasks',
    tasks.map((task) => describeTask(task, pipeline)).join('\n'),
  );
  sections.set('cells', describeCells(pipeline).replaceAll(root, '<root>'));
  sections.set(
    'problems',
    tasks
      .filter(({ codeProblems }) => codeProblems.length > 0)
      .map(({ name, codeProblems }) => `[${name}]\n${render(codeProblems)}`)
      .join('\n'),
  );
  return sections;
}

/** What is said of the pipeline as a whole. */
function describePipeline(pipeline: Pipeline): string {
  const { name, folder, root, variant, hooks, late, variables } = pipeline;
  return [
    `name: ${name}`,
    ...(root === folder ? [] : [`root: ${relative(folder, root)}`]),
    ...(variant === '' ? [] : [`variant: ${variant}`]),
    ...describeHooks(hooks),
    ...late.map((value) => `late ${value.id}: ${describeLate(value)}`),
    ...(variables.length === 0 ? [] : [`variables: ${variables.join(' ')}`]),
  ].join('\n');
}

function describeLate(value: LateValue): string {
  return value.kind === 'call' ? describeCall(value.call) : `{{${value.name}}}`;
}

/** `name: source -> products <- upstreams`, then what is not as usual. */
function describeTask(task: Task, pipeline: Pipeline): string {
  const { cwd, product, late } = task;
  const upstream = task.upstream.map(
    ({ task: name, pattern, reads }) =>
      `${pattern === undefined ? '' : `${pattern}=`}${name}[${reads.join(' ')}]`,
  );
  const place = relative(pipeline.folder, cwd);
  const limits = [
    ['timeout', task.taskTimeoutMs],
    ['cell timeout', task.cellTimeoutMs],
  ].flatMap(([name, ms]) => (ms === undefined ? [] : [`${name} ${ms} ms`]));
  const extras = [
    ...(place === '' ? [] : [`cwd ${place}`]),
    ...limits,
    ...describeOptions(task.source),
    ...describeHooks(task.hooks),
    ...describeCalls({
      serializer: task.serializer,
      unserializer: task.unserializer,
      client: task.client,
    }),
    ...task.resources.map(({ name, path }) => `resource ${name}=${path}`),
    ...(late.length === 0 ? [] : [`late ${late.join(' ')}`]),
    ...(task.group === undefined ? [] : [`group ${task.group}`]),
    ...(task.isStrict ? ['strict'] : []),
  ];
  return [
    `${task.name}: ${describeSource(task.source)} -> ${describeProduct(product)}`,
    ...(upstream.length === 0 ? [] : [` <- ${upstream.join(' ')}`]),
    ...extras.map((extra) => `, ${extra}`),
  ].join('');
}

/** `a.py (percent, python3)`, `script a.py (...)`, `function tasks.make in tasks.py`, `shell a.sh`. */
function describeSource(source: TaskSource): string {
  switch (source.kind) {
    case 'notebook':
    case 'script': {
      const kind = source.kind === 'notebook' ? '' : 'script ';
      return `${kind}${source.path} (${source.format}, ${source.kernelName})`;
    }
    case 'function':
    case 'hook':
      return `${source.kind} ${describeCall(source.call)}`;
    case 'shell':
    case 'sql-script':
    case 'sql-dump': {
      const includes = source.includes.map(({ path }) => path);
      return `${source.kind} ${source.path}${includes.length === 0 ? '' : ` with ${includes.join(' ')}`}`;
    }
  }
}

function describeOptions(source: TaskSource): readonly string[] {
  if (source.kind === 'sql-dump') {
    const { chunkSize } = source;
    return chunkSize === undefined ? [] : [`chunks of ${String(chunkSize)}`];
  }
  if (source.kind !== 'notebook') return [];
  const { exportOptions, startTimeoutMs, logsOutput } = source;
  return [
    ...(exportOptions.length === 0
      ? []
      : [`export ${describeParams(exportOptions)}`]),
    ...(startTimeoutMs === undefined
      ? []
      : [`start timeout ${startTimeoutMs} ms`]),
    ...(logsOutput === true ? ['logs output'] : []),
  ];
}

function describeHooks({
  onRender,
  onFinish,
  onFailure,
}: Hooks): readonly string[] {
  return describeCalls({
    on_render: onRender,
    on_finish: onFinish,
    on_failure: onFailure,
  });
}

function describeCalls(
  calls: Readonly<Record<string, PythonCall | undefined>>,
): readonly string[] {
  return Object.entries(calls).flatMap(([name, call]) =>
    call === undefined ? [] : [`${name} ${describeCall(call)}`],
  );
}

function describeCall({ dottedPath, file, kwargs }: PythonCall): string {
  const place = file === undefined ? 'installed' : `in ${file.path}`;
  return `${dottedPath}(${describeParams(kwargs)}) ${place}`;
}

function describeParams(params: readonly Param[]): string {
  return params
    .map(({ name, value }) => `${name}=${pythonRepr(value)}`)
    .join(', ');
}

function describeProduct(spec: ProductSpec): string {
  switch (spec.kind) {
    case 'single':
      return describeFile(spec.product);
    case 'mapping': {
      const products = spec.products.map(
        (product) => `${product.key}=${describeFile(product)}`,
      );
      return `{${products.join(' ')}}`;
    }
    case 'relation': {
      const { relation } = spec;
      const stamp = relation.isStamped ? ' stamped' : '';
      return `${relation.type} ${relationName(relation)}${stamp} by ${describeCall(relation.client)}`;
    }
    case 'none':
      return 'nothing';
  }
}

/** A star marks the executed notebook, its exporter follows in brackets. */
function describeFile({ path, isNotebook, exporter }: Product): string {
  return `${path}${isNotebook ? '*' : ''}${exporter === undefined ? '' : `(${exporter})`}`;
}

/** The injected cell, or for what is no notebook the values in Python's words. */
function describeCells(pipeline: Pipeline): string {
  return pipeline.tasks
    .map((task) => `[${task.name}]\n${describeGiven(pipeline, task)}`)
    .join('');
}

function describeGiven(pipeline: Pipeline, task: Task): string {
  const { kind } = task.source;
  if (kind === 'notebook' || kind === 'script')
    return injectedCell(pipeline, task).source;
  const { params, upstream, product } = injectedValues(pipeline, task);
  return [
    ...params,
    ...(upstream === undefined ? [] : [{ name: 'upstream', value: upstream }]),
    ...(product === undefined ? [] : [{ name: 'product', value: product }]),
  ]
    .map(({ name, value }) => `${name} = ${pythonRepr(value)}\n`)
    .join('');
}
