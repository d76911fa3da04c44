/**
 * What went wrong with a request, from what the SDK throws: a reason for callers, a sentence for people, and whether
 * trying again may help. Pure; knows S3's error codes, not what was asked for. No sentence holds a secret.
 */
import type { BucketTrouble, TroubleReason } from '../bucket.js';

/** Trouble with one try of a request. */
export interface Failure extends BucketTrouble {
  /** `soon`: it may pass. `slowly`: too, but each try costs a whole time-out. `once`: what we did wrong may be mended now. */
  readonly retry: 'never' | 'soon' | 'slowly' | 'once';
  /** The server may have done what was asked although it did not say so. */
  readonly isInDoubt: boolean;
  /** As the server asked for. */
  readonly waitMs?: number;
  /** S3's code, such as `ConditionalRequestConflict`. */
  readonly code?: string;
}

/** Where a request went, for its sentences. */
export interface Destination {
  /** `s3://bucket/prefix`. */
  readonly label: string;
  readonly bucket: string;
  /** Of a server that is not AWS. */
  readonly endpoint: string | undefined;
}

/** What the SDK's errors have, all of it optional. */
interface Facts {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly region: string | undefined;
  readonly isClockCorrected: boolean;
}

const CONNECTION: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  EHOSTUNREACH: 'there is no way to this host',
  ENETUNREACH: 'there is no way to this network',
  ENOTFOUND: 'this host name is not known',
  EAI_AGAIN: 'the name server did not answer',
  EPIPE: 'the connection was cut',
  EPROTO: 'it does not speak TLS there; is it http:// instead of https://?',
  ETIMEDOUT: 'the connection timed out',
};

/** Never cured by asking again. */
const HOPELESS = new Set(['ENOTFOUND', 'EPROTO']);

const IDENTITY: Readonly<Record<string, string>> = {
  InvalidAccessKeyId:
    'the access key is not known there. Check AWS_ACCESS_KEY_ID or the profile',
  SignatureDoesNotMatch:
    'the secret does not belong to the access key. Check AWS_SECRET_ACCESS_KEY or the profile',
  ExpiredToken:
    'the credentials have expired. Sign in again, for example with `aws sso login`',
  TokenRefreshRequired:
    'the credentials have expired. Sign in again, for example with `aws sso login`',
  InvalidToken:
    'the session token is not valid. Check AWS_SESSION_TOKEN, or sign in again',
  RequestTimeTooSkewed:
    "this machine's clock is off by too much. Set the clock, for example by NTP",
  RequestExpired:
    "this machine's clock is off by too much. Set the clock, for example by NTP",
  ExpiredTokenException:
    'the credentials have expired. Sign in again, for example with `aws sso login`',
  InvalidClientTokenId:
    'the access key is not known there. Check AWS_ACCESS_KEY_ID or the profile',
  InvalidIdentityToken:
    'the web identity token was not accepted. Check the role and its trust policy',
};

const REFUSED: Readonly<Record<string, string>> = {
  EntityTooLarge: 'the object is larger than the server takes',
  NotImplemented: 'the server does not implement what was asked for',
  MethodNotAllowed: 'the server does not allow what was asked for',
};

const BAD_BYTES = new Set([
  'BadDigest',
  'XAmzContentSHA256Mismatch',
  'XAmzContentChecksumMismatch',
  'IncompleteBody',
]);

const CONFLICTS = new Set(['ConditionalRequestConflict', 'OperationAborted']);

const PASSING = new Set([
  'InternalError',
  'RequestTimeout',
  'RequestTimeTooLong',
  'ServiceUnavailable',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequests',
  'TooManyRequestsException',
]);

/** Reads what the SDK threw. */
export function readFailure(error: unknown, where: Destination): Failure {
  const facts = factsOf(error);
  return (
    identityFailure(facts, where) ??
    regionFailure(facts, where) ??
    answeredFailure(facts, where) ??
    connectionFailure(facts, where) ??
    unknownFailure(facts, where)
  );
}

/** A failure that was not thrown by the SDK. */
export function failure(
  reason: TroubleReason,
  message: string,
  more: Partial<Pick<Failure, 'retry' | 'isInDoubt' | 'code' | 'waitMs'>> = {},
): Failure {
  return {
    status: 'trouble',
    reason,
    message,
    retry: 'never',
    isInDoubt: false,
    ...more,
  };
}

function identityFailure(
  facts: Facts,
  where: Destination,
): Failure | undefined {
  const { label } = where;
  const known = IDENTITY[facts.name];
  if (known !== undefined)
    return failure('unauthorised', `${label} refuses us: ${known}.`, {
      retry: facts.isClockCorrected ? 'once' : 'never',
      code: facts.name,
    });
  // Thrown before anything is sent: no credentials, or their source failed.
  if (/Credentials?(Provider)?Error$|^TokenProviderError$/.test(facts.name))
    return failure(
      'unauthorised',
      `There are no credentials for ${label}: ${sentence(facts.message)} Set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or sign in, for example with \`aws sso login\`.`,
    );
  if (facts.message === 'Region is missing')
    return failure(
      'unauthorised',
      `There is no region for ${label}. Set storeRegion, NX_NOTEBOOK_STORE_REGION or AWS_REGION.`,
    );
  if (facts.status === 401)
    return failure(
      'unauthorised',
      `${label} refuses us: the credentials were not accepted (401).`,
    );
  if (facts.status === 407)
    return failure(
      'unauthorised',
      `The proxy on the way to ${label}${at(where)} wants credentials (407). Put them into HTTPS_PROXY, or the server into NO_PROXY.`,
    );
  return undefined;
}

function regionFailure(
  facts: Facts,
  { label, bucket }: Destination,
): Failure | undefined {
  const isElsewhere =
    facts.name === 'AuthorizationHeaderMalformed' ||
    facts.name === 'PermanentRedirect' ||
    facts.name === 'IllegalLocationConstraintException' ||
    facts.status === 301 ||
    facts.status === 307;
  if (!isElsewhere) return undefined;
  const next =
    facts.region === undefined
      ? 'Set storeRegion to the region of the bucket.'
      : `It is in ${facts.region}: set storeRegion or AWS_REGION to it.`;
  return failure(
    'no-bucket',
    `${label} can't be used: the bucket ${bucket} is in another region. ${next}`,
  );
}

function answeredFailure(
  facts: Facts,
  where: Destination,
): Failure | undefined {
  const { label, bucket } = where;
  const { name, status } = facts;
  const said = status === undefined ? name : `${name}, ${status}`;
  if (name === 'NoSuchBucket' || name === 'InvalidBucketName')
    return failure(
      'no-bucket',
      `There is no bucket ${bucket}${at(where)}. Check the address of the store.`,
    );
  if (CONFLICTS.has(name) || status === 409)
    return failure(
      'server-error',
      `${label}: another write goes on (${said}).`,
      {
        retry: 'soon',
        code: name,
      },
    );
  if (status === 412 || name === 'PreconditionFailed')
    return failure('exists', `${label} has another object there already.`);
  if (PASSING.has(name) || status === 429 || (status ?? 0) >= 500)
    return name === 'NotImplemented' || status === 501
      ? refused(facts, where)
      : failure('server-error', `${label} is out of order (${said}).`, {
          retry: 'soon',
          isInDoubt: true,
          code: name,
          ...retryAfter(facts),
        });
  if (status === 404)
    return failure('missing', `There is no such object in ${label}.`, {
      code: name,
    });
  if (status === 403)
    return failure(
      'forbidden',
      `These credentials may not do this in ${label} (${said}).`,
      { code: name },
    );
  if (BAD_BYTES.has(name))
    return failure(
      'source-changed',
      `The bytes that arrived in ${label} are not those that were announced: the file changed meanwhile.`,
      { retry: 'once', code: name },
    );
  return status !== undefined && status >= 400
    ? refused(facts, where)
    : undefined;
}

function refused(facts: Facts, { label }: Destination): Failure {
  const { name, status } = facts;
  const why = REFUSED[name] ?? 'the request was not accepted';
  return failure(
    'refused',
    `${label}: ${why} (${status === undefined ? name : `${name}, ${status}`}).`,
    { code: name },
  );
}

function connectionFailure(
  { name, code, message }: Facts,
  where: Destination,
): Failure | undefined {
  // The SDK calls a cut connection a time-out, so the code goes first.
  const words = code === undefined ? undefined : CONNECTION[code];
  if (code !== undefined && words !== undefined)
    return failure(
      'unreachable',
      `${whom(where)} can't be reached: ${words} (${code}).`,
      { retry: HOPELESS.has(code) ? 'never' : 'soon', isInDoubt: true },
    );
  if (name === 'TimeoutError')
    return failure(
      'time-out',
      `${whom(where)} can't be reached: no connection within the time limit.`,
      { retry: 'slowly' },
    );
  if (code !== undefined && /CERT|SELF_SIGNED|TLS|SSL/.test(code))
    return failure(
      'unreachable',
      `${whom(where)} can't be trusted: ${sentence(message)} A certificate of your own goes into NODE_EXTRA_CA_CERTS.`,
    );
  if (code?.startsWith('HPE_') === true)
    return failure(
      'no-bucket',
      `${whom(where)} does not answer as S3 does (${code}). Check storeEndpoint.`,
    );
  return message === 'aborted' || message === 'socket hang up'
    ? failure(
        'unreachable',
        `${whom(where)} can't be reached: the connection was cut.`,
        { retry: 'soon', isInDoubt: true },
      )
    : undefined;
}

function unknownFailure(facts: Facts, where: Destination): Failure {
  return facts.status === undefined
    ? failure(
        'refused',
        `${where.label} can't be asked: ${sentence(facts.message)}`,
      )
    : failure(
        'no-bucket',
        `${whom(where)} does not answer as S3 does (${facts.status}). Check storeEndpoint.`,
      );
}

function whom(where: Destination): string {
  return `${where.label}${at(where)}`;
}

function at({ endpoint }: Destination): string {
  return endpoint === undefined ? '' : ` at ${endpoint}`;
}

/** The first line, cut, with a full stop. */
function sentence(text: string): string {
  const line = text.split('\n', 1)[0]?.slice(0, 200).trim() ?? '';
  return /[.!?]$/.test(line) ? line : `${line}.`;
}

function retryAfter({ headers }: Facts): { readonly waitMs?: number } {
  const seconds = Number(headers['retry-after']);
  return seconds > 0 ? { waitMs: seconds * 1000 } : {};
}

function factsOf(error: unknown): Facts {
  const object = fields(error);
  const metadata = fields(object['$metadata']);
  const headers = fields(fields(object['$response'])['headers']);
  const text = (value: unknown): string | undefined =>
    typeof value === 'string' && value !== '' ? value : undefined;
  const status = Number(metadata['httpStatusCode']);
  return {
    name: text(object['name']) ?? 'Error',
    message: text(object['message']) ?? 'no reason was given',
    code: text(object['code']) ?? wrappedCode(object['message']),
    status: Number.isInteger(status) ? status : undefined,
    headers,
    region: text(headers['x-amz-bucket-region']) ?? text(object['Region']),
    isClockCorrected: metadata['clockSkewCorrected'] === true,
  };
}

/** The SDK wraps errors that are of another realm, as Node's are inside of jest, and keeps nothing but their text. */
function wrappedCode(message: unknown): string | undefined {
  return typeof message === 'string'
    ? /^AWS SDK error wrapper for .*?\b(E[A-Z]{3,})\b/.exec(message)?.[1]
    : undefined;
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}
