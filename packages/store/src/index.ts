/** Public surface of @nx-notebook/store. */
export type * from './store.js';
export { writeFileAtomically } from './files/atomic-file.js';
export { digestFile, digestOfFiles, digestProduct } from './products/digest.js';
export type {
  DigestFailure,
  DigestOptions,
  FileDigestOutcome,
  ProductDigestOutcome,
} from './products/digest.js';
export { statDiskStore, verifyDiskStore } from './disk/inventory.js';
export type {
  DamagedObject,
  DiskStoreStat,
  DiskStoreVerification,
} from './disk/inventory.js';
export { openDiskStore } from './disk/disk-store.js';
export type { DiskStoreOptions } from './disk/disk-store.js';
export { openStatCache } from './products/stat-cache.js';
export type { StatCache } from './products/stat-cache.js';
export { defaultStoreRoot } from './disk/store-root.js';
