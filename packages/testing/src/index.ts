/** Public surface of the private package @nx-notebook/testing. */
export { registerStoreContract } from './store-contract.js';
export type { StoreHarness } from './store-contract.js';
export {
  keyOf,
  locationsIn,
  openScratch,
  requestFor,
  snapshot,
  writeProducts,
} from './store-contract-fixtures.js';
export type { ProductContent, Scratch } from './store-contract-fixtures.js';
