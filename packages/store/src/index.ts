/** Public surface of @nx-notebook/store. */
export type * from './store.js';
export { writeFileAtomically } from './atomic-file.js';
export { digestFile, digestOfFiles, digestProduct } from './digest.js';
export type {
  DigestFailure,
  DigestOptions,
  FileDigestOutcome,
  ProductDigestOutcome,
} from './digest.js';
export { statDiskStore, verifyDiskStore } from './disk-inventory.js';
export type {
  DamagedObject,
  DiskStoreStat,
  DiskStoreVerification,
} from './disk-inventory.js';
export { openDiskStore } from './disk-store.js';
export type { DiskStoreOptions } from './disk-store.js';
export { openStatCache } from './stat-cache.js';
export type { StatCache } from './stat-cache.js';
export { defaultStoreRoot } from './store-root.js';
