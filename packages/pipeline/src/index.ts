/** Public surface of @nx-notebook/pipeline. */
export type * from './pipeline.js';
export type { FactsCache } from '@nx-notebook/python';
export { loadPipeline } from './load-pipeline.js';
export {
  injectedCell,
  injectedPath,
  injectedValues,
  type InjectedCell,
  type InjectedValues,
} from './injected-cell.js';
export { productsOf, relationName } from './products-of.js';
export {
  callsOf,
  pythonSourcesOf,
  type CallRole,
  type PythonSource,
  type TaskCall,
} from './python-sources.js';
export { envSchema, pipelineSchema } from './spec/json-schema.js';
