/** Public surface of @nx-notebook/notebook. */
export type * from './json.js';
export type * from './diagnostic.js';
export type * from './notebook.js';
export * from './result.js';
