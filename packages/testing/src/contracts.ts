/**
 * Second entry of @nx-notebook/testing: contract suites, which register jest tests and so load only inside jest.
 */
export { registerStoreContract } from './store-contract.js';
