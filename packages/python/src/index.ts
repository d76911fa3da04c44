/** Public surface of @nx-notebook/python. */
export type * from './value.js';
export type * from './facts.js';
