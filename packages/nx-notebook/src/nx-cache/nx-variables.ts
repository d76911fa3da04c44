/**
 * The variables by which Nx learns of its cache server: whether somebody else has set them, and how ours get there. Pure
 * apart from the environment that it is given.
 */
import { isSet } from '../settings/settings.js';

const SERVER = 'NX_SELF_HOSTED_REMOTE_CACHE_SERVER';
const TOKEN = 'NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN';
/** Tells our address from a user's: variables stay in Nx's processes, and reach a run inside of a run. */
const OURS = 'NX_NOTEBOOK_NX_CACHE_SERVER';
/** Switches of Nx that leave a remote cache out. */
const SKIPPING_VARIABLES = [
  'NX_SKIP_REMOTE_CACHE',
  'NX_DISABLE_REMOTE_CACHE',
  'NX_SKIP_NX_CACHE',
  'NX_DISABLE_NX_CACHE',
];
const SKIPPING_FLAG =
  /^--(skip-?remote-?cache|disable-?remote-?cache|skip-?nx-?cache|disable-?nx-?cache)(=true)?$/i;

type Variables = Record<string, string | undefined>;

/** Why a run needs no server of ours. */
export function reasonNotToServe(
  argv: readonly string[],
  env: Variables,
): string | undefined {
  const server = env[SERVER] ?? '';
  if (server !== '' && server !== env[OURS]) return `${SERVER} is set`;
  const variable = SKIPPING_VARIABLES.find((name) => isSet(env[name]));
  if (variable !== undefined) return `${variable} is set`;
  const flag = argv.find((argument) => SKIPPING_FLAG.test(argument));
  return flag === undefined ? undefined : `${flag} is given`;
}

/** Tells Nx. A proxy for the world must not be asked for what is on this machine. */
export function offerServer(env: Variables, url: string, token: string): void {
  env[SERVER] = url;
  env[TOKEN] = token;
  env[OURS] = url;
  if (!Object.keys(env).some((name) => /^(https?|all)_proxy$/i.test(name)))
    return;
  // Programs read either; what one lacks is in the other.
  const known = env['NO_PROXY'] ?? env['no_proxy'] ?? '';
  const hosts = known === '' ? [] : known.split(',');
  const all = hosts.includes('127.0.0.1') ? hosts : [...hosts, '127.0.0.1'];
  env['NO_PROXY'] = all.join(',');
  env['no_proxy'] = all.join(',');
}
