/**
 * What may these credentials read, write and delete, and is it what they are configured for? A developer only reads; a
 * pull request writes its own scope; main writes what everybody reads. The judgement is pure.
 */
import { writeRoot } from '../../sharing/generations.js';
import type { StoreScope } from '../../sharing/scope.js';
import type { Finding } from './finding.js';
import type { Permission, ProbeObjects } from './probe-objects.js';

/** What was seen. */
export interface Rights {
  /** Manifests and blobs of `t/`. */
  readonly writesTrusted: Permission;
  readonly deletesTrusted: Permission;
  readonly writesMeta: Permission;
  /** The scope of a pull request; absent for others. */
  readonly writesOwn: Permission | undefined;
  readonly readsOwn: Permission | undefined;
  /** A scope that is nobody's. */
  readonly writesOthers: Permission;
}

/** Who runs, as configured. */
export interface ProbedRole {
  readonly access: 'read' | 'read-write';
  readonly scope: StoreScope | undefined;
  /** Public keys are configured: what others write is not read. */
  readonly takesOnlySigned?: boolean;
}

/** Left by main's doctor: whoever reads it may read `t/`. */
export const TRUSTED_PROBE = 't/doctor/ac/probe';
/** Never there, unless somebody wrote it who should not be able to. */
const FORBIDDEN_PROBES = ['t/doctor/ac/forbidden', 't/doctor/cas/forbidden'];
const TRUSTED_PROBES = [TRUSTED_PROBE, 't/doctor/cas/probe'];
const META_PROBE = '_meta/doctor';
const OTHERS_PROBE = 'u/nx-notebook-doctor/ac/probe';
const UNDELETED_PROBE = 't/doctor/ac/nothing';

/** Where results go, or nothing for who only reads. */
export function writtenScope({
  access,
  scope,
}: ProbedRole): StoreScope | undefined {
  return access === 'read-write' ? (scope ?? { kind: 'trusted' }) : undefined;
}

/** Where the server's word about writes is tried. */
export function probeFolder(scope: StoreScope): string {
  return scope.kind === 'trusted'
    ? 't/doctor/ac'
    : `${writeRoot(scope, 0)}/doctor/ac`;
}

/** Tries everything with probes of its own, and deletes them where that is allowed. */
export async function probeRights(
  objects: ProbeObjects,
  role: ProbedRole,
): Promise<Rights> {
  const scope = writtenScope(role);
  const isMain = scope?.kind === 'trusted';
  const own =
    scope?.kind === 'untrusted' ? `${probeFolder(scope)}/probe` : undefined;
  const trusted = await Promise.all(
    (isMain ? TRUSTED_PROBES : FORBIDDEN_PROBES).map((name) =>
      objects.mayCreate(name),
    ),
  );
  const writesOwn =
    own === undefined ? undefined : await objects.mayCreate(own);
  const rights: Rights = {
    // Main needs both, others must have neither.
    writesTrusted: isMain ? weakest(trusted) : strongest(trusted),
    deletesTrusted: await objects.mayDelete(UNDELETED_PROBE),
    writesMeta: await objects.mayCreate(META_PROBE),
    writesOthers: await objects.mayCreate(OTHERS_PROBE),
    writesOwn,
    readsOwn:
      own === undefined || writesOwn !== 'yes'
        ? undefined
        : await objects.mayRead(own),
  };
  // What main's doctor left in `t/` stays: others read it.
  const left = [
    ...(isMain ? TRUSTED_PROBES.slice(1) : FORBIDDEN_PROBES),
    ...[META_PROBE, OTHERS_PROBE, own ?? OTHERS_PROBE],
  ];
  await Promise.all(left.map((name) => objects.remove(name)));
  return rights;
}

/** Compares with what the configuration wants. Pure. */
export function judgeRights(
  rights: Rights,
  role: ProbedRole,
): readonly Finding[] {
  const scope = writtenScope(role);
  const isMain = scope?.kind === 'trusted';
  return [
    isMain ? mainWrites(rights) : othersWriteNothingTrusted(rights, role),
    ...(scope?.kind === 'untrusted' ? [ownScope(rights, scope.name)] : []),
    ...otherScopes(rights, scope),
    deleting(rights, isMain),
  ];
}

function mainWrites({ writesTrusted }: Rights): Finding {
  const check = 'write-trusted';
  return {
    yes: {
      check,
      status: 'safe' as const,
      title: 'results can be written to t/, as configured',
      detail:
        'Only runs of protected branches may have these credentials: everybody restores what they write.',
    },
    no: {
      check,
      status: 'broken' as const,
      title: 'results can not be written to t/',
      detail:
        'This run is configured to share what everybody reads (storeScope "trusted"), and its credentials may not.',
      remedy:
        'Give them policies/main.json; or set storeAccess to "read", or storeScope to the name of a scope of your own.',
    },
    unclear: unclear(check, 'results can be written to t/'),
  }[writesTrusted];
}

function othersWriteNothingTrusted(
  { writesTrusted, writesMeta }: Rights,
  role: ProbedRole,
): Finding {
  const check = 'write-trusted';
  const isPullRequest = writtenScope(role) !== undefined;
  const who = isPullRequest ? 'a pull request' : 'a run that only reads';
  const policy = isPullRequest ? 'pull-request.json' : 'reader.json';
  const canWrite = writesTrusted === 'yes' || writesMeta === 'yes';
  if (canWrite && role.takesOnlySigned === true)
    return {
      check,
      status: 'note',
      title: `${who} can write to t/, but only signed results are taken`,
      detail:
        'What is not signed is read by nobody who has the public key. It can still take the place of a result, which is then executed everywhere.',
      remedy: `Where credentials can be split, give these policies/${policy} and nothing else.`,
    };
  if (canWrite)
    return {
      check,
      status: 'unsafe',
      title: `${who} can write what everybody reads (${writesTrusted === 'yes' ? 't/' : '_meta/'})`,
      detail:
        'Whoever has these credentials can put results of their own making before all others, main included (CVE-2025-36852). That nx-notebook does not write there is no protection: code of a pull request has the same credentials.',
      remedy: `Give them policies/${policy} and nothing else; on AWS also policies/aws-bucket.json. If these are the credentials of a protected branch, set storeScope to "trusted".`,
    };
  return writesTrusted === 'no'
    ? {
        check,
        status: 'safe',
        title: `${who} can not write what everybody reads (t/)`,
        detail: '',
      }
    : unclear(check, 'these credentials can write to t/');
}

function ownScope({ writesOwn, readsOwn }: Rights, name: string): Finding {
  const check = 'write-own-scope';
  const remedy = `Give these credentials policies/pull-request.json for the scope ${name}.`;
  if (writesOwn === 'no')
    return {
      check,
      status: 'broken',
      title: `results can not be written to u/${name}/`,
      detail: 'Runs of this scope share nothing with each other.',
      remedy,
    };
  if (readsOwn === 'no')
    return {
      check,
      status: 'broken',
      title: `u/${name}/ can be written, but not read`,
      detail: 'Runs of this scope do not find what they share.',
      remedy,
    };
  return writesOwn === 'yes'
    ? {
        check,
        status: 'safe',
        title: `results can be written to u/${name}/, as configured`,
        detail: '',
      }
    : unclear(check, `results can be written to u/${name}/`);
}

function otherScopes(
  { writesOthers }: Rights,
  scope: StoreScope | undefined,
): readonly Finding[] {
  const check = 'write-other-scopes';
  const harmless = 'Main and developers never read it.';
  if (writesOthers === 'yes')
    return [
      {
        check,
        status: 'note',
        title:
          scope?.kind === 'untrusted'
            ? 'these credentials can write scopes of other pull requests'
            : 'these credentials can write scopes of pull requests',
        detail:
          scope?.kind === 'untrusted'
            ? `One pull request can spoil the results of another. ${harmless}`
            : 'They need not.',
        remedy:
          scope?.kind === 'untrusted'
            ? 'Where each pull request has credentials of its own, give them policies/pull-request.json.'
            : `Give them policies/${scope === undefined ? 'reader' : 'main'}.json and nothing else.`,
      },
    ];
  return scope?.kind === 'untrusted' && writesOthers === 'no'
    ? [
        {
          check,
          status: 'safe',
          title: 'scopes of other pull requests can not be written',
          detail: '',
        },
      ]
    : [];
}

function deleting({ deletesTrusted }: Rights, isMain: boolean): Finding {
  const check = 'delete-trusted';
  if (deletesTrusted === 'unclear')
    return unclear(check, 'these credentials can delete in t/');
  if (deletesTrusted === 'no')
    return {
      check,
      status: 'safe',
      title: 'these credentials can delete nothing in t/',
      detail: '',
    };
  return {
    check,
    status: isMain ? 'note' : 'unsafe',
    title: 'these credentials can delete what everybody reads (t/)',
    detail: isMain
      ? 'nx-notebook never deletes in a bucket: its lifecycle rules do.'
      : 'Whoever has them can make everybody execute everything again, and replace what they deleted if they may write.',
    remedy: 'Take s3:DeleteObject from them.',
  };
}

function unclear(check: string, what: string): Finding {
  return {
    check,
    status: 'unknown',
    title: `whether ${what} could not be seen`,
    detail: 'The server gave no clear answer.',
    remedy: 'Run doctor again.',
  };
}

function weakest(all: readonly Permission[]): Permission {
  if (all.includes('no')) return 'no';
  return all.includes('unclear') ? 'unclear' : 'yes';
}

function strongest(all: readonly Permission[]): Permission {
  if (all.includes('yes')) return 'yes';
  return all.includes('unclear') ? 'unclear' : 'no';
}
