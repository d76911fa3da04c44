/** Public surface of @nx-notebook/kernel. */
export type * from './contract.js';
