/** Small pipelines for tests of target builders. */
import type {
  PipelineModel,
  ProductModel,
  TaskModel,
} from '../../src/inference/pipeline-model.js';
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
    source: `${folder}/${name}.py`,
    language: 'python',
    kernelName: 'python3',
    params: [],
    products: [
      product('nb', `${folder}/out/${name}.ipynb`),
      product('data', `${folder}/out/${name}.csv`),
    ],
    upstream: [],
    resources: [],
    ...given,
  };
}

/** A product; an `.ipynb` is the executed notebook. */
export function product(key: string, path: string): ProductModel {
  return { key, path, isNotebook: path.endsWith('.ipynb') };
}

/** `clean` reads product `data` of `raw`. */
export function twoTasks(): PipelineModel {
  return {
    tasks: [
      task('raw'),
      task('clean', { upstream: [{ task: 'raw', reads: ['data'] }] }),
    ],
  };
}

/** The project of a pipeline, with spec digests as `{runtime: 'spec <digest>'}`. */
export function inferred(
  pipeline: PipelineModel,
  rest: Partial<ProjectSource> = {},
): ReturnType<typeof inferProject> {
  return inferProject({
    name: 'ml',
    root: 'pipelines/ml',
    targetName: 'execute',
    pipeline,
    imports: () => ({ files: [], leavesWorkspace: false }),
    specInput: (digest) => ({ runtime: `spec ${digest}` }),
    environmentCommand: 'environment',
    pluginVersion: '0.0.0',
    options: {},
    ...rest,
  });
}
