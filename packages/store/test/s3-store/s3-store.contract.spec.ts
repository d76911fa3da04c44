/** The contract of a store, kept by the one on S3 over a bucket in memory. */
import { registerStoreContract } from '@nx-notebook/testing/contracts';
import { openMemoryHarness } from './memory-harness.js';

// The real server is given ten times as many files.
registerStoreContract('the S3 store', openMemoryHarness, { manyFiles: 1000 });
