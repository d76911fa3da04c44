/**
 * Between the calls of a store and the requests of a bucket: what trouble means for a run, in words that are the same
 * for equal causes, and what of a call a request has to know. Pure.
 */
import { types } from 'node:util';
import type { RemoteCall, StoreTrouble } from '../store.js';
import type { BucketTrouble, RequestOptions, TroubleReason } from './bucket.js';

/** Which call met it. */
export type Operation = StoreTrouble['operation'];

/** Trouble of the server as a run's trouble; nothing where the caller itself gave up. */
export function troubleOf(
  operation: Operation,
  { reason, message }: BucketTrouble,
): StoreTrouble | undefined {
  const kind = KINDS[reason];
  return kind === undefined
    ? undefined
    : { operation, kind, reason: wordsOf(reason), message };
}

function wordsOf(reason: TroubleReason): string {
  return reason === 'time-out' ? reason : reason.replace('-', ' ');
}

const KINDS: Readonly<Record<TroubleReason, StoreTrouble['kind'] | undefined>> =
  {
    missing: 'damage',
    // Reading: before it comes to this, 403 was taken for a missing object. Writing: no right to.
    forbidden: 'configuration',
    unauthorised: 'configuration',
    'no-bucket': 'configuration',
    exists: 'outage',
    refused: 'outage',
    'source-changed': 'local',
    unreachable: 'outage',
    'time-out': 'outage',
    'server-error': 'outage',
    aborted: undefined,
  };

/** Tells a caller about the server's trouble. */
export function tell(
  call: RemoteCall,
  operation: Operation,
  trouble: BucketTrouble,
): void {
  const said = troubleOf(operation, trouble);
  if (said !== undefined) call.onTrouble?.(said);
}

/** Whether a reader may take it for "there is no such object": once the canary was read, 403 means just this. */
export function isAbsence({ reason }: BucketTrouble): boolean {
  return reason === 'missing' || reason === 'forbidden';
}

/** Why a body broke off; those of a bucket fail with an error that has its trouble. */
export function troubleIn(error: unknown): BucketTrouble {
  if (types.isNativeError(error) && 'trouble' in error) {
    return error.trouble as BucketTrouble;
  }
  const why = types.isNativeError(error) ? error.message : String(error);
  const message = `The download broke off: ${why}.`;
  return { status: 'trouble', reason: 'unreachable', message };
}

/** What of a call concerns a request. */
export function wire({ signal, onBytes }: RemoteCall): RequestOptions {
  return { ...(signal && { signal }), ...(onBytes && { onBytes }) };
}
