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
export {
  shrinkDiskStore,
  statDiskStore,
  verifyDiskStore,
} from './disk/inventory.js';
export { openNamedEntries } from './sharing/named-entries.js';
export type {
  EntryFile,
  FoundEntry,
  NamedEntries,
} from './sharing/named-entries.js';
export { openRemoteEntries } from './sharing/remote-entries.js';
export { openTrust } from './sharing/trust.js';
export type { Trust } from './sharing/trust.js';
export type {
  DamagedObject,
  DiskStoreStat,
  DiskStoreVerification,
} from './disk/inventory.js';
export { openDiskStore } from './disk/disk-store.js';
export type { DiskStore, DiskStoreOptions } from './disk/disk-store.js';
export { openStatCache } from './products/stat-cache.js';
export type { StatCache } from './products/stat-cache.js';
export { defaultStoreRoot } from './disk/store-root.js';
export { labelOfAddress, parseStoreAddress } from './sharing/address.js';
export type { AddressOutcome, StoreAddress } from './sharing/address.js';
export { openRemoteStore } from './sharing/open-remote.js';
export type { RemoteOptions } from './sharing/open-remote.js';
export { parseScope } from './sharing/scope.js';
export type { StoreScope } from './sharing/scope.js';
export { Lanes } from './sharing/lanes.js';
export type * from './s3/bucket.js';
export { generateSigningKeys } from './sharing/signature.js';
export { openSharedStore } from './sharing/shared-store.js';
export type { SharedStoreOptions } from './sharing/shared-store.js';
export {
  awsBucketPolicy,
  bucketPolicy,
  githubTrustPolicy,
  identityPolicy,
  lifecycleRules,
} from './s3/policies.js';
export type {
  LifecycleRule,
  PolicyDocument,
  PolicyRole,
  PolicyStatement,
  PolicyTarget,
} from './s3/policies.js';
export { probeBucket } from './s3/probe/probe-bucket.js';
export type { ProbeOptions } from './s3/probe/probe-bucket.js';
export type { Finding } from './s3/probe/finding.js';
export type {
  DamagedEntry,
  InventoryOptions,
  S3FolderStat,
  S3StoreStat,
  S3StoreVerification,
  VerificationProgress,
} from './s3/inventory.js';
export { statRemoteStore, verifyRemoteStore } from './sharing/remote-bucket.js';
