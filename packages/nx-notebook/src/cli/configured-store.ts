/**
 * The shared store as it is configured, for the commands that can't do without one.
 */
import { openTrust, type Trust } from '@nx-notebook/store';
import { renderProblems, type Environment } from '../settings/settings.js';
import { resolveSharing, type Sharing } from '../settings/sharing.js';
import { CommandFailed, failedWith } from './command.js';
import type { Workspace } from './workspace.js';

/** How it is reached, and whose signatures count; fails where there is none. */
export async function configuredStore(
  { settings }: Workspace,
  env: Environment,
): Promise<{ readonly sharing: Sharing; readonly trust: Trust }> {
  const resolved = resolveSharing(settings, env);
  if (!resolved.ok) throw failedWith(renderProblems(resolved.error));
  const sharing = resolved.value;
  if (sharing === undefined)
    throw new CommandFailed(
      'No shared store is configured, or it is switched off.',
      'Set the option "store" of nx-notebook in nx.json, or NX_NOTEBOOK_STORE, to s3://bucket/prefix or file:///folder.',
    );
  const opened = await openTrust(sharing.remote);
  if (opened.status === 'invalid') throw new CommandFailed(opened.message);
  return { sharing, trust: opened.trust };
}
