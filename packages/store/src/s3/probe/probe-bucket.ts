/**
 * Looks at the configured bucket from outside: what does this server keep, what may these credentials, and is that
 * safe? Leaves as little as possible behind and nothing that could be taken for a result.
 */
import type { StoreScope } from '../../sharing/scope.js';
import { DEFAULT_LIMITS } from '../transport/limits.js';
import { Requests } from '../transport/requests.js';
import type { Finding } from './finding.js';
import { probeIdentity } from './probe-identity.js';
import { probeLifecycle } from './probe-lifecycle.js';
import { ProbeObjects } from './probe-objects.js';
import {
  judgeRights,
  probeFolder,
  probeRights,
  TRUSTED_PROBE,
  writtenScope,
  type ProbedRole,
  type Rights,
} from './probe-rights.js';
import { probeWrites } from './probe-writes.js';

/** Which bucket, and what it is used for. */
export interface ProbeOptions {
  readonly bucket: string;
  /** Without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string;
  /** What is absent is looked for by the SDK. */
  readonly s3: {
    readonly region?: string;
    readonly endpoint?: string;
    readonly pathStyle?: boolean;
    readonly profile?: string;
  };
  readonly access: 'read' | 'read-write';
  readonly scope?: StoreScope;
  /** Public keys are configured, so that results of others are not taken. */
  readonly takesOnlySigned?: boolean;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Somebody waits at a terminal. */
const LIMITS = {
  ...DEFAULT_LIMITS,
  attempts: 3,
  silenceMs: 10_000,
  silentAttempts: 1,
};

/** Asks everything, in an order in which later answers need the earlier ones. Never rejects for the server. */
export async function probeBucket(
  options: ProbeOptions,
): Promise<readonly Finding[]> {
  const { bucket, prefix, s3, now = Date.now } = options;
  const requests = new Requests({ bucket, prefix, ...s3 }, LIMITS);
  const objects = new ProbeObjects(requests);
  const role: ProbedRole = {
    access: options.access,
    scope: options.scope,
    takesOnlySigned: options.takesOnlySigned ?? false,
  };
  try {
    const scope = writtenScope(role);
    const identity = await probeIdentity(objects, {
      label: requests.label,
      canCreate: scope?.kind === 'trusted',
      now,
    });
    if (!identity.isUsable) return identity.findings;
    const rights = await probeRights(objects, role);
    return [
      ...identity.findings,
      ...judgeRights(rights, role),
      await probeReading(objects),
      await probeMissing(objects),
      ...(await probePromises(objects, rights, scope)),
      ...(await probeLifecycle(objects, prefix)),
    ];
  } finally {
    requests.close();
  }
}

async function probeReading(objects: ProbeObjects): Promise<Finding> {
  const check = 'read-trusted';
  const answer = await objects.get(TRUSTED_PROBE);
  return answer.status === 'done'
    ? { check, status: 'safe', title: 'results in t/ can be read', detail: '' }
    : {
        check,
        status: 'unknown',
        title: 'whether results in t/ can be read could not be seen',
        detail: `It is looked at with ${TRUSTED_PROBE}, which doctor writes when it runs with the credentials of a protected branch. ${answer.message}`,
        remedy: 'Run doctor once with the credentials of a protected branch.',
      };
}

async function probeMissing(objects: ProbeObjects): Promise<Finding> {
  const check = 'missing-objects';
  const answer = await objects.get('t/doctor/ac/missing');
  if (answer.status === 'trouble' && answer.reason === 'missing')
    return {
      check,
      status: 'safe',
      title: 'what is missing is said to be missing (404)',
      detail: '',
    };
  return answer.status === 'trouble' && answer.reason === 'forbidden'
    ? {
        check,
        status: 'note',
        title: 'what is missing looks forbidden (403)',
        detail:
          'That is so where credentials may not list (s3:ListBucket). It is taken for missing as long as _meta/format.json can be read.',
      }
    : {
        check,
        status: 'unknown',
        title: 'what is missing could not be looked at',
        detail: answer.status === 'trouble' ? answer.message : '',
      };
}

/** The server's word, tried where these credentials write; readers can't. */
function probePromises(
  objects: ProbeObjects,
  { writesTrusted, writesOwn }: Rights,
  scope: StoreScope | undefined,
): Promise<readonly Finding[]> {
  const mayWrite = scope?.kind === 'trusted' ? writesTrusted : writesOwn;
  if (scope !== undefined && mayWrite === 'yes')
    return probeWrites(objects, probeFolder(scope));
  return Promise.resolve([
    {
      check: 'create-once',
      status: 'unknown',
      title:
        'whether the server creates objects only once and checks bytes could not be seen',
      detail: 'These credentials write nothing, so it was not tried.',
      remedy: 'Run doctor where results are written.',
    },
  ]);
}
