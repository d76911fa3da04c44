/**
 * Where a bucket is, and the AWS SDK's client for it. The SDK is loaded here and nowhere else, when the first request
 * is made; credentials, profiles and `AWS_*` variables are left to it.
 */
import type * as Sdk from '@aws-sdk/client-s3';
import { STRAIGHT, wayTo, type Way } from './proxy.js';

/** A bucket and a prefix in it. What is absent is looked for by the SDK: variables, profiles, the machine's role. */
export interface S3Location {
  readonly bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string;
  readonly region?: string;
  /** `https://host:port` of an S3-compatible server. */
  readonly endpoint?: string;
  /** `https://host/bucket/name` instead of `https://bucket.host/name`; the default for servers that are not AWS. */
  readonly pathStyle?: boolean;
  /** A profile of `~/.aws/config`. */
  readonly profile?: string;
}

/** The SDK with a client for one location. */
export interface S3Connection {
  readonly sdk: typeof Sdk;
  readonly client: Sdk.S3Client;
  /** Of the server, without credentials; nothing for AWS itself. */
  readonly endpoint: string | undefined;
}

/** For the choice of a proxy; the real address has the bucket and the region in it. */
const AWS = 'https://s3.amazonaws.com';

/** S3-compatible servers don't look at it, but the signature needs one. */
const ANY_REGION = 'us-east-1';

const SILENT = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** For messages: `s3://bucket/prefix`. */
export function labelOf({ bucket, prefix }: S3Location): string {
  return prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
}

/** Makes the client; rejects if the configuration makes no sense to the SDK. */
export async function connect(
  location: S3Location,
  connectMs: number,
): Promise<S3Connection> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- `import()` cannot load it inside of jest
  const sdk = require('@aws-sdk/client-s3') as typeof Sdk;
  const make = (
    { agents }: Way,
    settings: Partial<Sdk.S3ClientConfig> = {},
  ): Sdk.S3Client =>
    withoutVersionWarning(
      () =>
        new sdk.S3Client({
          ...settingsFor(location),
          requestHandler: { connectionTimeout: connectMs, ...agents },
          ...settings,
        }),
    );
  const client = make(STRAIGHT);
  const server = location.endpoint ?? (await configuredEndpoint(client));
  const way = wayTo(server ?? AWS);
  if (server === undefined || isAws(server)) {
    const direct = way.proxy === undefined;
    return { sdk, client: direct ? client : make(way), endpoint: undefined };
  }
  const region = await client.config.region().catch(() => ANY_REGION);
  client.destroy();
  const forcePathStyle = location.pathStyle ?? true;
  return {
    sdk,
    client: make(way, { region, forcePathStyle }),
    endpoint: through(way, withoutCredentials(server)),
  };
}

function through({ proxy }: Way, endpoint: string): string {
  return proxy === undefined ? endpoint : `${endpoint} (proxy ${proxy})`;
}

function settingsFor({
  endpoint,
  region,
  profile,
  pathStyle,
}: S3Location): Sdk.S3ClientConfig {
  return {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
    ...(pathStyle === undefined ? {} : { forcePathStyle: pathStyle }),
    // Every write carries its sha256 and every read is checked by digest; other servers trip over more.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    // It would tell of each failed write on the console; what went wrong is in what we return.
    logger: SILENT,
    // Only the caller knows how to open the bytes again.
    maxAttempts: 1,
  };
}

/** From `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL` or the profile; the SDK itself looks only when a request is made. */
async function configuredEndpoint(
  client: Sdk.S3Client,
): Promise<string | undefined> {
  const config: object = client.config;
  const look: unknown =
    'serviceConfiguredEndpoint' in config
      ? config.serviceConfiguredEndpoint
      : undefined;
  const found: unknown =
    typeof look === 'function' ? await look.call(config) : undefined;
  return typeof found === 'string' ? found : undefined;
}

function isAws(endpoint: string): boolean {
  return /\.amazonaws\.com(\.cn)?$/.test(
    URL.canParse(endpoint) ? new URL(endpoint).hostname : '',
  );
}

function withoutCredentials(endpoint: string): string {
  return URL.canParse(endpoint) ? new URL(endpoint).origin : endpoint;
}

/** The SDK warns on stderr that later versions will not run on Node 20; users can't do anything about it. */
function withoutVersionWarning<T>(work: () => T): T {
  const name = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';
  const before = process.env[name];
  process.env[name] = 'true';
  try {
    return work();
  } finally {
    if (before === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = before;
  }
}
