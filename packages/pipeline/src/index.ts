/** Public surface of @nx-notebook/pipeline. */
export type * from './pipeline.js';
export type { FactsCache } from '@nx-notebook/python';
export { loadPipeline } from './load-pipeline.js';
export { injectedCell, type InjectedCell } from './injected-cell.js';
