/**
 * What doctor finds about the shared store and Nx's cache on it: configuration here, everything else by the probes.
 */
import { access, constants } from 'node:fs/promises';
import { openTrust, probeBucket, type Finding } from '@nx-notebook/store';
import { lastSummary } from '../nx-cache/last-summary.js';
import { renderCounts, renderTroubles } from '../nx-cache/summary.js';
import { resolveSharing, type Sharing } from '../settings/sharing.js';
import type { DoctorSubject } from './doctor-local.js';

/** Its configuration, then what the probes say. */
export async function examineSharedStore({
  workspace,
  env,
  isOffline,
}: DoctorSubject): Promise<readonly Finding[]> {
  const sharing = resolveSharing(workspace.settings, env);
  if (!sharing.ok)
    return sharing.error.map(({ message, hint }) => ({
      check: 'store-settings',
      status: 'broken',
      title: message,
      detail: 'The shared store is not used.',
      remedy: hint,
    }));
  if (sharing.value === undefined) return [notShared];
  const { remote, access: allowed } = sharing.value;
  const keys = await examineKeys(sharing.value);
  if (isOffline) return [...keys, offline];
  const { address, scope, s3 } = remote;
  const probed =
    address.kind === 'folder'
      ? await examineFolder(address.path, allowed)
      : await probeBucket({
          bucket: address.bucket,
          prefix: address.prefix,
          s3,
          access: allowed,
          takesOnlySigned: remote.publicKeys.length > 0,
          ...(scope === undefined ? {} : { scope }),
        });
  return [...keys, ...probed];
}

const notShared: Finding = {
  check: 'store-settings',
  status: 'note',
  title: 'no shared store',
  detail: 'Results stay on this machine.',
  remedy:
    'To share them, set the option "store" of nx-notebook in nx.json, or NX_NOTEBOOK_STORE, to s3://bucket/prefix or file:///folder.',
};

const offline: Finding = {
  check: 'store-probes',
  status: 'unknown',
  title: 'the shared store was not asked (--offline)',
  detail: 'What its credentials may do is not known.',
};

async function examineKeys({
  remote,
  access: allowed,
}: Sharing): Promise<readonly Finding[]> {
  const trust = await openTrust(remote);
  if (trust.status === 'invalid')
    return [
      {
        check: 'signatures',
        status: 'broken',
        title: 'a key can not be used',
        detail: trust.message,
        remedy: 'Make a pair by `nx-notebook store keygen`.',
      },
    ];
  const { signer, verifier } = trust.trust;
  const writesUnsigned =
    verifier !== undefined &&
    signer === undefined &&
    allowed === 'read-write' &&
    remote.scope?.kind === 'trusted';
  if (writesUnsigned)
    return [
      {
        check: 'signatures',
        status: 'broken',
        title: 'results of this run would not be signed',
        detail:
          'Only signed results are taken (storePublicKeys), and this run writes trusted ones without a key.',
        remedy:
          'Give it the private key by NX_NOTEBOOK_STORE_SIGNING_KEY, or only let it read.',
      },
    ];
  if (verifier === undefined) return [];
  return [
    {
      check: 'signatures',
      status: 'safe',
      title: 'only signed results are taken',
      detail: '',
    },
  ];
}

/** Who may write to a shared folder is the file server's to say; here only whether this user can. */
async function examineFolder(
  path: string,
  allowed: Sharing['access'],
): Promise<readonly Finding[]> {
  const mode =
    allowed === 'read-write' ? constants.R_OK | constants.W_OK : constants.R_OK;
  const code = await access(path, mode).then(
    () => undefined,
    (error: unknown) => (error as NodeJS.ErrnoException).code ?? 'unknown',
  );
  if (code !== undefined)
    return [
      {
        check: 'folder',
        status: 'broken',
        title: `${path} can't be ${allowed === 'read' ? 'read' : 'written'}`,
        detail: `The system says ${code}.`,
        remedy: 'Mount it, or mend its permissions.',
      },
    ];
  const canWrite = await access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
  return [
    {
      check: 'folder',
      status: 'safe',
      title: `${path} can be ${allowed === 'read' ? 'read' : 'written'}`,
      detail: '',
    },
    {
      check: 'folder-trust',
      status: canWrite ? 'unknown' : 'safe',
      title: 'who may write what everybody reads',
      detail:
        'A folder has no credentials: whoever may write below its folder t/ decides what everybody restores.',
      ...(canWrite
        ? {
            remedy:
              'Let only the user of the protected branch write below t/, or sign results (`nx-notebook store keygen`).',
          }
        : {}),
    },
  ];
}

/** What came of the last run's server; under Nx's daemon its messages go to the daemon's log alone. */
export async function examineNxCache({
  workspace,
  env,
}: DoctorSubject): Promise<readonly Finding[]> {
  const { root, settings } = workspace;
  if (!settings.nxCache) return [];
  const last = await lastSummary(root, env);
  if (last === undefined)
    return [
      {
        check: 'nx-cache',
        status: 'note',
        title: 'no run has used it yet',
        detail: 'Entries of all cached targets go to the shared store.',
      },
    ];
  const troubles = renderTroubles(last);
  return [
    {
      check: 'nx-cache',
      status: troubles.length === 0 ? 'safe' : 'broken',
      title: `last run: ${renderCounts(last)}`,
      detail: troubles.join(' '),
    },
  ];
}
