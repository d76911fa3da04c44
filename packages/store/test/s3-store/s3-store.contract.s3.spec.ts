/** The contract of a store, kept by the one on a real S3 server. */
import { afterAll, beforeAll } from '@jest/globals';
import type { S3Server } from '@nx-notebook/testing';
import { registerStoreContract } from '@nx-notebook/testing/contracts';
import { openS3Harness, startServer } from './s3-harness.js';

let server: S3Server;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

registerStoreContract('the S3 store', () => openS3Harness(server));
