/**
 * The store on a real S3 server as the contract suite wants it. A writer is another process behind a proxy that stops
 * answering at the request that the test chooses; then it is killed.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import {
  startFaultProxy,
  startS3Server,
  type FaultMatch,
  type S3Server,
  type StoreHarness,
  type TestBucket,
} from '@nx-notebook/testing';
import { openS3Bucket, type S3Bucket } from '../../src/s3/open-bucket.js';
import { openS3Store } from '../../src/s3/s3-store.js';
import type { RemoteStore, SaveRequest } from '../../src/store.js';
import { NOW_MS, ROOT } from './memory-harness.js';

/** Where the store lies in its bucket. */
export const PREFIX = 'team/a';

/** What ends a writer: at the response of the first request that matches. */
export interface Death {
  readonly match: FaultMatch;
  /** Before the server saw the request, after it served it, or in the middle of its answer. */
  readonly at: 'request' | 'body' | 'response';
}

/** A harness that can kill at every request, not only at changes. */
export interface S3Harness extends StoreHarness {
  open(): RemoteStore;
  kill(request: SaveRequest, death: Death): Promise<'killed' | 'finished'>;
}

/** Starts a server for a file of tests; this process acts as its owner. */
export async function startServer(): Promise<S3Server> {
  const server = await startS3Server();
  Object.assign(process.env, server.env('root'), {
    // The SDK would warn of the years to come.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });
  return server;
}

/** An empty store in a bucket of its own. */
export async function openS3Harness(server: S3Server): Promise<S3Harness> {
  const made = await server.makeBucket();
  const bucket = openBucket(server.endpoint, made);
  const keyOf = (name: string): string => `${PREFIX}/${ROOT}/${name}`;
  const kill = (
    request: SaveRequest,
    death: Death,
  ): Promise<'killed' | 'finished'> =>
    runAndKill({ server, made, request, death });
  return {
    open: () => openTrusted(bucket),
    async listObjects() {
      const keys = (await made.list(keyOf(''))).map(({ key }) => key);
      return keys.map((key) => key.slice(keyOf('').length));
    },
    readObject: async (name) =>
      (await made.get(keyOf(name))) ?? Buffer.alloc(0),
    writeObject: (name, bytes) => made.put(keyOf(name), bytes),
    deleteObject: (name) => made.delete(keyOf(name)),
    kill,
    killDuringSave: (request, change) =>
      kill(request, { match: { method: 'PUT', skip: change }, at: 'response' }),
    [Symbol.asyncDispose]: () => {
      bucket.close();
      return Promise.resolve();
    },
  };
}

/** A bucket of the server, by way of an endpoint. */
export function openBucket(endpoint: string, { name }: TestBucket): S3Bucket {
  const location = { bucket: name, prefix: PREFIX, endpoint, pathStyle: true };
  return openS3Bucket(location);
}

function openTrusted(bucket: S3Bucket): RemoteStore {
  return openS3Store({
    bucket,
    scope: { kind: 'trusted' },
    access: 'read-write',
    now: () => NOW_MS,
  });
}

async function runAndKill(run: {
  readonly server: S3Server;
  readonly made: TestBucket;
  readonly request: SaveRequest;
  readonly death: Death;
}): Promise<'killed' | 'finished'> {
  const { server, made, request, death } = run;
  await using proxy = await startFaultProxy(server.endpoint);
  const rule = proxy.inject(death.match, { hang: death.at });
  const script = join(__dirname, '..', 'fixtures', 's3-child.cjs');
  const args = [script, proxy.endpoint, made.name, PREFIX, `${NOW_MS}`];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, AWS_ENDPOINT_URL_S3: proxy.endpoint },
  });
  const exit = once(child, 'exit') as Promise<[number | null, string | null]>;
  child.send(request);
  void rule.reached.then(() => child.kill('SIGKILL'));
  const [code, signal] = await exit;
  if (signal === 'SIGKILL') return 'killed';
  if (code !== 0) throw new Error(`the child ended with ${code ?? signal}`);
  return 'finished';
}
