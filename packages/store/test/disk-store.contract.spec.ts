/** The contract of a store, kept by the one on disk. */
import { registerStoreContract } from '@nx-notebook/testing/contracts';
import { openDiskHarness } from './disk-harness.js';

registerStoreContract('the disk store', openDiskHarness);
