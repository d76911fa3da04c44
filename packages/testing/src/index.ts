/** Public surface of the private package @nx-notebook/testing; suites that need jest are in ./contracts. */
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
export {
  RunningCommand,
  type CommandOptions,
  type CommandResult,
} from './nx-command.js';
export { eventually, processesWith, type ProcessInfo } from './processes.js';
export {
  TestWorkspace,
  type NxRun,
  type NxTask,
  type TestWorkspaceOptions,
} from './test-workspace.js';
export {
  createScriptedKernel,
  ScriptedCell,
  ScriptedKernel,
} from './scripted-kernel.js';
export {
  startPostgres,
  type PostgresOptions,
  type PostgresServer,
} from './postgres.js';
export {
  S3_USERS,
  startS3Server,
  type S3Server,
  type S3ServerOptions,
  type S3User,
} from './s3/s3-server.js';
export type { S3Credentials } from './s3/sign-request.js';
export type { ListedObject, TestBucket } from './s3/test-bucket.js';
export {
  startFaultProxy,
  type FaultProxy,
  type FaultProxyOptions,
} from './s3/fault-proxy.js';
export type {
  Fault,
  FaultMatch,
  FaultRule,
  ProxiedRequest,
} from './s3/fault.js';
export { bucketTrouble, createMemoryBucket } from './memory-bucket.js';
export type {
  BucketRequest,
  MemoryBucket,
  MemoryBucketHooks,
} from './memory-bucket.js';
