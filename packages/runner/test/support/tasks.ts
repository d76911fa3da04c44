/** Pipelines and tasks made by hand: what the runner needs of them, without a yaml. */
import { join } from 'node:path';
import type {
  Param,
  Pipeline,
  Product,
  ProductSpec,
  PythonCall,
  Task,
} from '@nx-notebook/pipeline';
import { castString } from '@nx-notebook/python';

/** A pipeline in a folder. */
export function pipelineIn(
  folder: string,
  tasks: readonly Task[],
  more: Partial<Pipeline> = {},
): Pipeline {
  return {
    name: 'ml',
    folder,
    file: join(folder, 'pipeline.yaml'),
    root: folder,
    variant: '',
    tasks,
    hooks: {},
    variables: [],
    pathStyle: 'relative',
    late: [],
    warnings: [],
    reads: [],
    absent: [],
    ...more,
  };
}

/** A call of `module.name`. */
export function callOf(
  folder: string,
  dottedPath: string,
  kwargs: Readonly<Record<string, string>> = {},
): PythonCall {
  const dot = dottedPath.lastIndexOf('.');
  return {
    dottedPath,
    module: dottedPath.slice(0, dot),
    name: dottedPath.slice(dot + 1),
    digest: '',
    facts: noFacts,
    kwargs: paramsOf(kwargs),
    location: locationIn(folder),
  };
}

/** Params with values as pipeline.yaml casts their text. */
export function paramsOf(texts: Readonly<Record<string, string>>): Param[] {
  return Object.entries(texts).map(([name, text]) => ({
    name,
    value: castString(text),
  }));
}

/** A path, or paths by key, as the products of a task. */
export function productsIn(
  folder: string,
  products: string | Readonly<Record<string, string>>,
): ProductSpec {
  const productOf = (key: string, path: string): Product => ({
    key,
    path,
    absolutePath: join(folder, path),
    isNotebook: false,
  });
  return typeof products === 'string'
    ? { kind: 'single', product: productOf('product', products) }
    : {
        kind: 'mapping',
        products: Object.entries(products).map(([key, path]) =>
          productOf(key, path),
        ),
      };
}

/** A task that calls `dottedPath` and is named after the function. */
export function functionTask(
  folder: string,
  dottedPath: string,
  more: Partial<Task> = {},
): Task {
  const call = callOf(folder, dottedPath);
  return {
    name: call.name,
    source: {
      kind: 'function',
      language: 'python',
      path: `${call.module}.py`,
      absolutePath: join(folder, `${call.module}.py`),
      kernelName: 'python3',
      call,
    },
    cwd: folder,
    product: productsIn(folder, `out/${call.name}.txt`),
    params: [],
    upstream: [],
    resources: [],
    hooks: {},
    late: [],
    codeProblems: [],
    isStrict: false,
    location: locationIn(folder),
    ...more,
  };
}

const noFacts: PythonCall['facts'] = {
  imports: [],
  importsAnything: false,
  paths: [],
  upstreamUse: { kind: 'subscripts', paths: [] },
};

function locationIn(folder: string): Task['location'] {
  const lineText = '  - source: tasks.make';
  return {
    file: join(folder, 'pipeline.yaml'),
    line: 2,
    column: 5,
    length: 6,
    lineText,
  };
}
