/** Public surface of @nx-notebook/pipeline. */
export type * from './pipeline.js';
