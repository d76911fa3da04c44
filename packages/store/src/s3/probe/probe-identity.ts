/**
 * Is the bucket there, who are we to it, is it a store of ours, and do its clock and ours agree? Without an answer to
 * these nothing else needs to be asked.
 */
import { isOurFormat } from '../canary.js';
import { FORMAT_NAME } from '../layout.js';
import type { Answer } from '../transport/requests.js';
import type { Finding } from './finding.js';
import {
  isRefusal,
  type ProbeConnection,
  type ProbedObject,
  type ProbeObjects,
} from './probe-objects.js';

/** Findings, and whether it makes sense to go on. */
export interface Identity {
  readonly findings: readonly Finding[];
  readonly isUsable: boolean;
}

/** AWS refuses more than 15 minutes; what is less may grow. */
const SKEW_LIMIT_MS = 5 * 60_000;

/** What is asked. */
export interface IdentityOptions {
  /** `s3://bucket/prefix`. */
  readonly label: string;
  /** Who may write the canary, so that a missing one is no mistake. */
  readonly canCreate: boolean;
  readonly now: () => number;
}

/** Asks. */
export async function probeIdentity(
  objects: ProbeObjects,
  { label, canCreate, now }: IdentityOptions,
): Promise<Identity> {
  let date: number | undefined;
  let who = '';
  const sent = now();
  const canary = await objects.ask(FORMAT_NAME, async (connection) => {
    who = await describeCaller(connection);
    return readWithDate(connection, (header) => (date = Date.parse(header)));
  });
  const clock = judgeClock(date, { sent, received: now() });
  const reached = judgeCanary(canary, { label, who, canCreate });
  return {
    findings: clock === undefined ? [reached] : [reached, clock],
    isUsable: reached.status !== 'broken' || isRefusal(canary, 'forbidden'),
  };
}

async function readWithDate(
  { sdk, client, where, options }: ProbeConnection,
  onDate: (header: string) => void,
): Promise<ProbedObject> {
  const command = new sdk.GetObjectCommand(where);
  // Inside of what reads the answer, so that it sees refusals too.
  command.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const header = dateOf(result.response);
      if (header !== undefined) onDate(header);
      return result;
    },
    { step: 'deserialize', priority: 'low' },
  );
  const { Body, ETag } = await client.send(command, options);
  return { text: (await Body?.transformToString()) ?? '', etag: ETag ?? '' };
}

function dateOf(response: unknown): string | undefined {
  if (typeof response !== 'object' || response === null) return undefined;
  const { headers } = response as {
    readonly headers?: Readonly<Record<string, string | undefined>>;
  };
  return headers?.['date'];
}

/** The access key (no secret) and, if known, the account. */
async function describeCaller({ client }: ProbeConnection): Promise<string> {
  const { accessKeyId, accountId } = await client.config.credentials();
  const key =
    accessKeyId.length > 12
      ? `${accessKeyId.slice(0, 4)}…${accessKeyId.slice(-4)}`
      : accessKeyId;
  return accountId === undefined ? key : `${key} of account ${accountId}`;
}

function judgeCanary(
  answer: Answer<ProbedObject>,
  {
    label,
    who,
    canCreate,
  }: {
    readonly label: string;
    readonly who: string;
    readonly canCreate: boolean;
  },
): Finding {
  const check = 'reach';
  if (answer.status === 'done')
    return isOurFormat(answer.value.text)
      ? {
          check,
          status: 'safe',
          title: `${label} answers, and knows us as ${who}`,
          detail: '',
        }
      : {
          check,
          status: 'broken',
          title: `${label} is no store of this version of nx-notebook`,
          detail: `${FORMAT_NAME} is not known, so nothing is read or written.`,
          remedy:
            'Choose another prefix, or use the same version of nx-notebook everywhere.',
        };
  if (answer.reason === 'missing')
    return {
      check,
      status: 'note',
      title: `${label} answers, and knows us as ${who}; nothing is stored yet`,
      detail: `The first run of a protected branch writes ${FORMAT_NAME}.`,
    };
  if (answer.reason === 'forbidden' && canCreate)
    return {
      check,
      status: 'note',
      title: `${label} answers, and knows us as ${who}; nothing is stored yet, as far as can be seen`,
      detail: `${FORMAT_NAME} can't be read: it is not there yet, or these credentials may not.`,
    };
  if (answer.reason === 'forbidden')
    return {
      check,
      status: 'broken',
      title: `${label} does not let ${who} read ${FORMAT_NAME}`,
      detail:
        'Nothing is shared: without it, credentials that do not work look like an empty store.',
      remedy:
        'Give these credentials policies/reader.json or policies/pull-request.json; a new store has to be written first by a run of a protected branch.',
    };
  return {
    check,
    status: 'broken',
    title: `${label} can not be used`,
    detail: answer.message,
    remedy: 'Nothing is shared until that is mended; tasks run all the same.',
  };
}

/** Compares the server's clock with ours, as far as a request that took its time allows. Pure. */
export function judgeClock(
  serverMs: number | undefined,
  { sent, received }: { readonly sent: number; readonly received: number },
): Finding | undefined {
  if (serverMs === undefined || Number.isNaN(serverMs)) return undefined;
  const check = 'clock';
  // The header has whole seconds.
  const early = sent - 1000 - serverMs;
  const late = serverMs - received;
  const skewMs = Math.max(early, late, 0);
  if (skewMs < SKEW_LIMIT_MS)
    return {
      check,
      status: 'safe',
      title: "this machine's clock agrees with the server's",
      detail: '',
    };
  const minutes = Math.round(skewMs / 60_000);
  return {
    check,
    status: 'broken',
    title: `this machine's clock is ${minutes} minutes ${early > 0 ? 'ahead of' : 'behind'} the server's`,
    detail:
      'Servers refuse requests that are 15 minutes off, and results go into the folder of the month by this clock.',
    remedy: 'Set the clock of this machine, for example by NTP.',
  };
}
