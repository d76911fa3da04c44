/**
 * What the settings say about the team's store, made sense of together: where it is, what this run may do with it, and
 * where its own results go. Pure; nothing is opened. Neither the store nor its credentials are part of any key.
 */
import { failure, success, type Result } from '@nx-notebook/notebook';
import {
  parseScope,
  parseStoreAddress,
  type RemoteOptions,
  type StoreAddress,
  type StoreScope,
} from '@nx-notebook/store';
import {
  options,
  type Environment,
  type OptionProblem,
  type Settings,
} from './settings.js';

/** How this run shares results. */
export interface Sharing {
  readonly remote: RemoteOptions;
  readonly access: 'read' | 'read-write';
  /** Somebody decided about the access; else a run that keeps results to itself says how to share them. */
  readonly isAccessGiven: boolean;
  readonly uploadWaitMs: number;
}

/** A gigabyte at 30 Mbit/s; a run that is done should not look stuck. */
const defaultUploadWaitMs = 300_000;

/** How to share; nothing when there is no shared store, or it is switched off. */
export function resolveSharing(
  settings: Settings,
  env: Environment,
): Result<Sharing | undefined, readonly OptionProblem[]> {
  if (settings.store === undefined || settings.storeAccess === 'off') {
    return success(undefined);
  }
  const address = readAddress(settings.store, env);
  const scope = readScope(settings, env);
  const endpoint = endpointProblem(settings, env);
  const problems = [
    ...(address.ok ? [] : [address.error]),
    ...(scope.ok ? [] : [scope.error]),
    ...(endpoint === undefined ? [] : [endpoint]),
  ];
  if (!address.ok || !scope.ok || endpoint !== undefined) {
    return failure(problems);
  }
  const { storeAccess, storeScope } = settings;
  const access =
    storeAccess ?? (scope.value === undefined ? 'read' : 'read-write');
  const signingKey = env[SIGNING_KEY];
  return success({
    access,
    isAccessGiven: storeAccess !== undefined || storeScope !== undefined,
    uploadWaitMs: settings.storeUploadWaitMs ?? defaultUploadWaitMs,
    remote: {
      address: address.value,
      access,
      ...(scope.value === undefined ? {} : { scope: scope.value }),
      s3: s3Options(settings),
      publicKeys: settings.storePublicKeys ?? [],
      ...(signingKey === undefined || signingKey === '' ? {} : { signingKey }),
    },
  });
}

/** As it is written in settings. */
export function scopeName(scope: StoreScope): string {
  return scope.kind === 'trusted' ? 'trusted' : scope.name;
}

const SIGNING_KEY = 'NX_NOTEBOOK_STORE_SIGNING_KEY';

function readAddress(
  text: string,
  env: Environment,
): Result<StoreAddress, OptionProblem> {
  const parsed = parseStoreAddress(text);
  const { label, place } = sourceOf('store', env);
  switch (parsed.status) {
    case 'parsed':
      return success(parsed.address);
    case 'secret':
      return failure(secretProblem('store', env));
    case 'wrong':
      return failure({
        message: `${label} can't be ${JSON.stringify(text)}.`,
        hint: `Set it ${place} to ${parsed.expected}.`,
      });
  }
}

function readScope(
  { storeScope: text, storeAccess }: Settings,
  env: Environment,
): Result<StoreScope | undefined, OptionProblem> {
  if (text === undefined) {
    return success(
      storeAccess === 'read-write' ? { kind: 'trusted' } : undefined,
    );
  }
  const scope = parseScope(text);
  if (scope !== undefined) return success(scope);
  const { label, place } = sourceOf('storeScope', env);
  return failure({
    message: `${label} can't be ${JSON.stringify(text)}.`,
    hint: `Set it ${place} to "trusted", or to a name of letters, digits, ".", "_" and "-" such as "pr-42".`,
  });
}

function endpointProblem(
  { storeEndpoint: text }: Settings,
  env: Environment,
): OptionProblem | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && url.username + url.password !== '') {
    return secretProblem('storeEndpoint', env);
  }
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return undefined;
  const { label, place } = sourceOf('storeEndpoint', env);
  return {
    message: `${label} can't be ${JSON.stringify(text)}.`,
    hint: `Set it ${place} to the URL of an S3 server, such as "https://minio.example.com:9000".`,
  };
}

/** Never repeats the value. */
function secretProblem(name: string, env: Environment): OptionProblem {
  const { label, place } = sourceOf(name, env);
  return {
    message: `${label} ${place} has credentials in it, which everybody can read there.`,
    hint: 'Take them out, replace them if others saw them, and give them as AWS tools take them: AWS_PROFILE, or AWS_ACCESS_KEY_ID with AWS_SECRET_ACCESS_KEY.',
  };
}

function s3Options(settings: Settings): RemoteOptions['s3'] {
  const { storeRegion, storeEndpoint, storePathStyle, storeProfile } = settings;
  return {
    ...(storeRegion === undefined ? {} : { region: storeRegion }),
    ...(storeEndpoint === undefined ? {} : { endpoint: storeEndpoint }),
    ...(storePathStyle === undefined ? {} : { pathStyle: storePathStyle }),
    ...(storeProfile === undefined ? {} : { profile: storeProfile }),
  };
}

/** Where a value came from; an empty variable counts as unset. */
function sourceOf(
  name: string,
  env: Environment,
): { readonly label: string; readonly place: string } {
  const variable = options[name]?.variable ?? '';
  return (env[variable] ?? '') === ''
    ? { label: `"${name}"`, place: 'in nx.json' }
    : { label: variable, place: 'in the environment' };
}
