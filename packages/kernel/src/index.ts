/** Public surface of @nx-notebook/kernel. */
export type * from './contract.js';
export { createKernelHost } from './kernel-host.js';
