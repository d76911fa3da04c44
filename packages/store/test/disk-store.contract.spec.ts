/** The contract of a store, kept by the one on disk. */
import { registerStoreContract } from '@nx-notebook/testing';
import { openDiskHarness } from './disk-harness.js';

registerStoreContract('the disk store', openDiskHarness);
