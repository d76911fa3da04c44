/**
 * A real S3 server (versitygw) for the time of a test: a free port, folders and users of its own. Its binary comes
 * from the set-up. Knows nothing of what is stored or which policies a bucket has.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { REGION, type S3Credentials } from './sign-request.js';
import { TestBucket } from './test-bucket.js';

/** The accounts of every test server; `root` owns the buckets, and no policy concerns it. */
export const S3_USERS = [
  'root',
  'main',
  'pr-42',
  'pr-43',
  'developer',
] as const;

/** An account; its access key is its name. */
export type S3User = (typeof S3_USERS)[number];

/** Settings of a server. */
export interface S3ServerOptions {
  /** versitygw; by default NX_NOTEBOOK_TEST_VERSITYGW, which jest's configuration sets to what the set-up built. */
  readonly binary?: string;
}

/** A port that somebody else takes between finding and using it is a matter of chance: other ports are tried. */
const PORT_TRIES = 5;
/** A start takes 0.1 s; this is for a machine that swaps. */
const START_LIMIT_MS = 30_000;

const run = promisify(execFile);

/** Starts a server with all accounts; fails with the server's own words when it does not come up. */
export async function startS3Server(
  options: S3ServerOptions = {},
): Promise<S3Server> {
  const binary = options.binary ?? process.env['NX_NOTEBOOK_TEST_VERSITYGW'];
  if (binary === undefined || binary === '')
    throw new Error('no S3 server: run `npm test -- s3` once, it builds one');
  const root = await mkdtemp(join(tmpdir(), 'nx-notebook-s3-'));
  for (const name of ['data', 'iam']) await mkdir(join(root, name));
  const server = new S3Server(binary, root);
  try {
    await server.start();
    await server.createUsers();
    return server;
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}

/** A running server; `await using` kills it and removes its folders. */
export class S3Server implements AsyncDisposable {
  readonly region = REGION;
  readonly #binary: string;
  readonly #root: string;
  #child: ChildProcess | undefined;
  #port: number | undefined;
  /** Of this server only: a stranger at its port is found out. */
  readonly #secret = randomBytes(8).toString('hex');
  #buckets = 0;

  /** Use {@link startS3Server}. */
  constructor(binary: string, root: string) {
    this.#binary = binary;
    this.#root = root;
  }

  /** For path-style requests; stays the same over `stop` and `start`. */
  get endpoint(): string {
    if (this.#port === undefined) throw new Error('it was never started');
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Of the server's process. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The key pair of an account. */
  credentials(user: S3User): S3Credentials {
    return { accessKeyId: user, secretAccessKey: `${user}-${this.#secret}` };
  }

  /** What a process needs to reach the server as an account, and nothing of this machine's own settings. */
  env(user: S3User): Record<string, string> {
    const { accessKeyId, secretAccessKey } = this.credentials(user);
    return {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: this.region,
      AWS_ENDPOINT_URL_S3: this.endpoint,
      AWS_CONFIG_FILE: join(this.#root, 'no-config'),
      AWS_SHARED_CREDENTIALS_FILE: join(this.#root, 'no-credentials'),
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  /** A new, empty bucket. */
  async makeBucket(
    options: { readonly policy?: (bucket: string) => object } = {},
  ): Promise<TestBucket> {
    const name = `bucket-${++this.#buckets}`;
    const owner = this.credentials('root');
    const bucket = new TestBucket(name, owner, () => this.endpoint);
    await bucket.create();
    if (options.policy !== undefined)
      await bucket.setPolicy(options.policy(name));
    return bucket;
  }

  /** Starts it, or starts it again with the same port and data. */
  async start(): Promise<void> {
    if (this.#child !== undefined) return;
    if (this.#port !== undefined) return this.#startAt(this.#port);
    for (let tries = 1; ; tries++) {
      const port = await freePort();
      try {
        await this.#startAt(port);
        this.#port = port;
        return;
      } catch (error) {
        const isTaken = /address already in use/.test(String(error));
        if (!isTaken || tries === PORT_TRIES) throw error;
      }
    }
  }

  /** Kills it at once, as a machine that goes away. */
  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  }

  /** Creates all accounts but root; part of {@link startS3Server}. */
  async createUsers(): Promise<void> {
    const { accessKeyId, secretAccessKey } = this.credentials('root');
    for (const user of S3_USERS) {
      if (user === 'root') continue;
      const { secretAccessKey: secret } = this.credentials(user);
      await run(this.#binary, [
        ...['admin', '--access', accessKeyId, '--secret', secretAccessKey],
        ...['--endpoint-url', this.endpoint, 'create-user'],
        ...['--access', user, '--secret', secret, '--role', 'user'],
      ]);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.#root, { recursive: true, force: true });
  }

  async #startAt(port: number): Promise<void> {
    const { accessKeyId, secretAccessKey } = this.credentials('root');
    const child = spawn(
      this.#binary,
      [
        ...['--port', `127.0.0.1:${port}`, '--health', '/health', '--quiet'],
        ...['--iam-dir', join(this.#root, 'iam')],
        ...['posix', join(this.#root, 'data')],
      ],
      {
        // Nothing of this machine's own VGW_* and AWS_* settings.
        env: {
          PATH: process.env['PATH'],
          HOME: this.#root,
          ROOT_ACCESS_KEY: accessKeyId,
          ROOT_SECRET_KEY: secretAccessKey,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-8192);
      });
    let end: string | undefined;
    child.once('error', (error) => (end = error.message));
    child.once('close', (code) => {
      end ??= `it ended with code ${code ?? 'none'}: ${output.trim()}`;
    });
    const failure = await startFailure(port, () => end);
    if (failure !== undefined) {
      child.kill('SIGKILL');
      throw new Error(`versitygw did not start: ${failure}`);
    }
    this.#child = child;
  }
}

/** Waits until the server answers; says why it never will. */
async function startFailure(
  port: number,
  end: () => string | undefined,
): Promise<string | undefined> {
  const limit = Date.now() + START_LIMIT_MS;
  while (end() === undefined) {
    if (await isHealthy(port)) return end();
    if (Date.now() > limit)
      return `no answer within ${START_LIMIT_MS / 1000} s`;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return end();
}

async function isHealthy(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/health`);
    await answer.arrayBuffer();
    return answer.ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
