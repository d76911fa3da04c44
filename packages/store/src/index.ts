/** Public surface of @nx-notebook/store. */
export type * from './store.js';
