/**
 * Caches of workspaces in the configured shared store, wired for a server. Asks the store nothing before the first
 * request.
 */
import { resolve } from 'node:path';
import { failure, success, type Result } from '@nx-notebook/notebook';
import {
  defaultStoreRoot,
  labelOfAddress,
  openRemoteEntries,
  openTrust,
  type Trust,
} from '@nx-notebook/store';
import { pluginVersion } from '../plugin-version.js';
import {
  renderProblems,
  resolveSettings,
  type Environment,
  type Settings,
} from '../settings/settings.js';
import { resolveSharing, type Sharing } from '../settings/sharing.js';
import { NxCache, type NxCacheLimits } from './nx-cache.js';
import { Spool } from './spool.js';

/** Entries that stay on this disk after they were used. */
const SPOOL_BYTES = 2_000_000_000;

/** What a cache is made of. */
export interface OpenCacheOptions {
  readonly settings: Settings;
  readonly sharing: Sharing;
  readonly trust: Trust;
  readonly env: Environment;
  readonly workspaceRoot: string;
  readonly spoolBytes?: number;
  readonly limits?: Partial<NxCacheLimits>;
}

/** What the settings say about caches. */
export type CacheConfiguration = Pick<
  OpenCacheOptions,
  'settings' | 'sharing' | 'trust'
>;

/** Reads settings and keys; the error is a text for people. */
export async function configureCaches(
  pluginOptions: unknown,
  env: Environment,
): Promise<Result<CacheConfiguration, string>> {
  const settings = resolveSettings(pluginOptions, env);
  if (!settings.ok) return failure(renderProblems(settings.error));
  const resolved = resolveSharing(settings.value, env);
  if (!resolved.ok) return failure(renderProblems(resolved.error));
  const sharing = resolved.value;
  if (sharing === undefined) return failure(noStore);
  const trust = await openTrust(sharing.remote);
  return trust.status === 'invalid'
    ? failure(`${trust.message}\n`)
    : success({ settings: settings.value, sharing, trust: trust.trust });
}

const noStore = renderProblems([
  {
    message:
      "There is no shared store in which entries of Nx's cache could be kept.",
    hint: 'Set the option "store" of nx-notebook in nx.json, or NX_NOTEBOOK_STORE, to s3://bucket/prefix or file:///folder.',
  },
]);

/** Caches by the name of a workspace, each opened once. */
export function openCaches(
  options: OpenCacheOptions,
): (workspace: string) => NxCache {
  const { sharing, settings, trust, env, limits, workspaceRoot } = options;
  const spool = new Spool({
    folder: resolve(
      workspaceRoot,
      settings.localStore ?? defaultStoreRoot(env, process.platform),
      'nx-cache',
    ),
    maxSizeBytes: options.spoolBytes ?? SPOOL_BYTES,
  });
  const caches = new Map<string, NxCache>();
  return (workspace) => {
    const cache =
      caches.get(workspace) ??
      new NxCache({
        label: labelOfAddress(sharing.remote.address),
        spool,
        isReadOnly: sharing.access === 'read',
        entries: openRemoteEntries(sharing.remote, {
          space: `nx/${workspace}`,
          access: sharing.access,
          trust,
          provenance: { by: `nx-notebook ${pluginVersion}` },
        }),
        ...(limits === undefined ? {} : { limits }),
      });
    caches.set(workspace, cache);
    return cache;
  };
}
