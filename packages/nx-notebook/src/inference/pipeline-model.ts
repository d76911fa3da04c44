/**
 * What inference keeps of a loaded pipeline: plain JSON with workspace-relative paths, so that it can be cached and
 * targets can be built from it without reading anything. Knows no Nx.
 */
import { relative } from 'node:path';
import {
  callsOf,
  productsOf,
  pythonSourcesOf,
  type Param,
  type Pipeline,
  type Product,
  type PythonSource,
  type Task,
  type Upstream,
} from '@nx-notebook/pipeline';
import type { PyValue } from '@nx-notebook/python';
import { toSlashes } from './glob.js';

/** One pipeline.yaml under each of its configurations, the default (`''`) first. */
export type PipelineModels = readonly PipelineVariant[];

/** A pipeline under one configuration. */
export interface PipelineVariant {
  /** The name of the configuration; empty for the default. */
  readonly configuration: string;
  /** Absent when it can't be loaded. */
  readonly pipeline?: PipelineModel;
  /** How many errors it has. */
  readonly errors: number;
}

/** A pipeline as targets are built from it. */
export interface PipelineModel {
  readonly tasks: readonly TaskModel[];
  /** Environment variables that it was made of. */
  readonly variables: readonly string[];
}

/** A task as its target is built from it. Paths are relative to the workspace. */
export interface TaskModel {
  readonly name: string;
  readonly kind: Task['source']['kind'];
  readonly source: string;
  readonly language: string;
  /** Everything that pipeline.yaml says about it and that is no path of a product or upstream: canonical text. */
  readonly meaning: string;
  readonly products: readonly ProductModel[];
  readonly upstream: readonly Pick<Upstream, 'task' | 'pattern' | 'reads'>[];
  /** Files that belong to it beside its source: resources, modules of functions, included templates. */
  readonly files: readonly string[];
  /** Python whose imports it follows. */
  readonly python: readonly PythonSource[];
  /** Why Nx can't keep results: a value that only a run knows, or a relation of a database. */
  readonly isVolatile: boolean;
}

/** A product of a task. */
export interface ProductModel {
  readonly key: string;
  readonly path: string;
}

/** Reduces a pipeline to its model. */
export function modelPipeline(
  pipeline: Pipeline,
  workspaceRoot: string,
): PipelineModel {
  const { tasks, variables } = pipeline;
  return {
    tasks: tasks.map((task) => modelTask(task, { pipeline, workspaceRoot })),
    variables,
  };
}

/** What a task is described in. */
interface Surroundings {
  readonly pipeline: Pipeline;
  readonly workspaceRoot: string;
}

function modelTask(task: Task, surroundings: Surroundings): TaskModel {
  const { pipeline, workspaceRoot } = surroundings;
  const inWorkspace = (path: string): string =>
    toSlashes(relative(workspaceRoot, path));
  const { source, resources, upstream } = task;
  const included = 'includes' in source ? source.includes : [];
  const modules = callsOf(task).flatMap(({ call: { file } }) => file ?? []);
  const files = [...resources, ...included, ...modules].map(
    ({ absolutePath }) => inWorkspace(absolutePath),
  );
  return {
    name: task.name,
    kind: source.kind,
    source: inWorkspace(source.absolutePath),
    language: source.language,
    meaning: JSON.stringify(meaningOf(task, pipeline, inWorkspace)),
    products: productsOf(task).map(({ key, absolutePath }) => ({
      key,
      path: inWorkspace(absolutePath),
    })),
    upstream,
    files: [...new Set(files)].sort(),
    python: pythonSourcesOf(pipeline, task),
    isVolatile: isVolatile(task, pipeline),
  };
}

/** Nx hashes neither late values nor relations, so who has or reads them is left to the engine. */
function isVolatile(task: Task, { tasks }: Pipeline): boolean {
  const names = new Set(task.upstream.map((upstream) => upstream.task));
  return [task, ...tasks.filter(({ name }) => names.has(name))].some(
    ({ late, product }) => late.length > 0 || product.kind === 'relation',
  );
}

/** Everything of a task that can make another result, apart from the contents of files. */
function meaningOf(
  task: Task,
  { pathStyle }: Pipeline,
  inWorkspace: (path: string) => string,
): unknown {
  const { source, product } = task;
  return {
    kind: source.kind,
    kernel: source.kernelName,
    cwd: inWorkspace(task.cwd),
    pathStyle,
    params: paramTexts(task.params),
    product: product.kind,
    relation: product.kind === 'relation' && {
      ...product.relation,
      client: undefined,
    },
    products: productsOf(task).map(outline),
    resources: task.resources.map(({ name, path }) => [name, path]),
    calls: callsOf(task).map(({ role, call }) => [
      role,
      call.dottedPath,
      call.digest,
      paramTexts(call.kwargs),
    ]),
    exportOptions:
      'exportOptions' in source && paramTexts(source.exportOptions),
    logsOutput: 'logsOutput' in source && source.logsOutput,
    chunkSize: 'chunkSize' in source && source.chunkSize,
    searchFolders:
      'searchFolders' in source && source.searchFolders.map(inWorkspace),
    hasCodeErrors: task.codeProblems.some(
      ({ severity }) => severity === 'error',
    ),
  };
}

function outline({ key, isNotebook, exporter }: Product): unknown {
  return [key, isNotebook, exporter];
}

function paramTexts(params: readonly Param[]): unknown {
  return params.map(({ name, value }) => [name, valueText(value)]);
}

/** Text that is equal exactly for equal values: `1` and `1.0`, and mappings in another order, differ. */
function valueText(value: PyValue): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'bigint') return `${part}`;
    if (typeof part !== 'number') return part;
    return Object.is(part, -0) ? '-0.0' : `${part}`;
  });
}
