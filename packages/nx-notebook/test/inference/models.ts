/** Small pipelines for tests of target builders. */
import type {
  PipelineModel,
  PipelineVariant,
  ProductModel,
  TaskModel,
} from '../../src/inference/pipeline-model.js';
import type { PipelineSet } from '../../src/inference/pipeline-set.js';
import {
  inferProject,
  type ProjectSource,
} from '../../src/inference/project.js';

/** A task; everything that a test does not care about is filled in. */
export function task(
  name: string,
  rest: Partial<TaskModel> & { readonly folder?: string } = {},
): TaskModel {
  const { folder = 'pipelines/ml', ...given } = rest;
  return {
    name,
    kind: 'notebook',
    source: `${folder}/${name}.py`,
    language: 'python',
    meaning: '',
    products: [
      product('nb', `${folder}/out/${name}.ipynb`),
      product('data', `${folder}/out/${name}.csv`),
    ],
    upstream: [],
    files: [],
    python: [],
    isVolatile: false,
    ...given,
  };
}

/** A product. */
export function product(key: string, path: string): ProductModel {
  return { key, path };
}

/** A pipeline of these tasks. */
export function pipeline(...tasks: readonly TaskModel[]): PipelineModel {
  return { tasks, variables: [] };
}

/** `clean` reads product `data` of `raw`; the products lie in a folder. */
export function twoTasks(out = 'out'): PipelineModel {
  const products = (name: string): ProductModel[] => [
    product('nb', `pipelines/ml/${out}/${name}.ipynb`),
    product('data', `pipelines/ml/${out}/${name}.csv`),
  ];
  return pipeline(
    task('raw', { products: products('raw') }),
    task('clean', {
      products: products('clean'),
      upstream: [{ task: 'raw', reads: ['data'] }],
    }),
  );
}

/** pipeline.yaml under its configurations, by their names; `''` is the default, null one that does not load. */
export function setOf(
  models: Readonly<Record<string, PipelineModel | null>>,
  rest: Partial<PipelineSet> = {},
): PipelineSet {
  return {
    name: '',
    targetName: 'execute',
    shown: 'pipelines/ml/pipeline.yaml',
    models: Object.entries(models).map(
      ([configuration, model]): PipelineVariant => ({
        configuration,
        ...(model === null ? { errors: 2 } : { pipeline: model, errors: 0 }),
      }),
    ),
    ...rest,
  };
}

/** The project of pipelines, with spec digests as `{runtime: 'spec <digest>'}`. */
export function inferredSets(
  sets: readonly PipelineSet[],
  rest: Partial<ProjectSource> = {},
): ReturnType<typeof inferProject> {
  return inferProject({
    name: 'ml',
    root: 'pipelines/ml',
    sets,
    imports: () => ({ files: [], leavesWorkspace: false }),
    specInput: (digest) => ({ runtime: `spec ${digest}` }),
    environmentCommand: 'environment',
    pluginVersion: '0.0.0',
    options: {},
    ...rest,
  });
}

/** The project of one pipeline without configurations. */
export function inferred(
  model: PipelineModel,
  rest: Partial<ProjectSource> = {},
): ReturnType<typeof inferProject> {
  return inferredSets([setOf({ '': model })], rest);
}
