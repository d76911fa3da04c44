/**
 * Does the server keep its word when it is told to write only if nothing is there, only if nothing changed, only these
 * bytes? Asked under a folder where these credentials may write.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Answer } from '../transport/requests.js';
import type { Finding } from './finding.js';
import { isRefusal, PROBE_TEXT, type ProbeObjects } from './probe-objects.js';

/** Enough for a server that only looks before it writes to be caught. */
const WRITERS = 16;

/** All of it; what was written is deleted if that is allowed. */
export async function probeWrites(
  objects: ProbeObjects,
  folder: string,
): Promise<readonly Finding[]> {
  // A name of its own: a race for one that exists has no winner.
  // Named as manifests are, for policies that have rules for those.
  const contested = `${folder}/race-${randomBytes(8).toString('hex')}.json`;
  const checked = `${folder}/checksum`;
  try {
    const race = await probeRace(objects, contested);
    if (race.status === 'unknown') return [race];
    return [
      race,
      await probeReplacement(objects, contested),
      await probeChecksum(objects, checked),
      await probeParts(objects, contested),
      await probeEnforcement(objects, contested),
    ];
  } finally {
    await objects.remove(contested);
    await objects.remove(checked);
  }
}

async function probeRace(
  objects: ProbeObjects,
  name: string,
): Promise<Finding> {
  const check = 'create-once';
  const answers = await Promise.all(
    Array.from({ length: WRITERS }, (_, writer) =>
      objects.put(name, `writer ${writer}\n`, { IfNoneMatch: '*' }),
    ),
  );
  const winners = answers.filter(({ status }) => status === 'done').length;
  const losers = answers.filter(
    (answer) => isRefusal(answer, 'exists') || isInTheWay(answer),
  ).length;
  if (winners === 1 && losers === WRITERS - 1)
    return {
      check,
      status: 'safe',
      title: `of ${WRITERS} writers at once, one wins (If-None-Match)`,
      detail: '',
    };
  if (winners > 1)
    return {
      check,
      status: 'unsafe',
      title: `of ${WRITERS} writers at once, ${winners} win: If-None-Match is ignored`,
      detail:
        'A result can be overwritten by a later writer, and machines that read before and after it disagree.',
      remedy:
        'Use a server, or a newer version of it, that supports conditional writes; or sign results (`nx-notebook store keygen`), so that only trusted writers can.',
    };
  if (answers.every((answer) => isRefusal(answer, 'refused')))
    return {
      check,
      status: 'broken',
      title: 'conditional writes are not supported',
      detail: `Results can't be shared: they are only ever written on condition that there is none. ${words(answers)}`,
      remedy:
        'Use a server, or a newer version of it, that supports If-None-Match.',
    };
  return {
    check,
    status: 'unknown',
    title: 'the race of writers could not be run',
    detail: words(answers),
    remedy: 'Run doctor again.',
  };
}

async function probeReplacement(
  objects: ProbeObjects,
  name: string,
): Promise<Finding> {
  const check = 'replace-unchanged';
  const wrong = await objects.put(name, PROBE_TEXT, { IfMatch: WRONG_ETAG });
  if (wrong.status === 'done')
    return {
      check,
      status: 'unsafe',
      title: 'If-Match is ignored',
      detail:
        'A result whose files were lost is replaced on condition that it is still the broken one; here a good one can be overwritten by accident.',
      remedy:
        'Use a server, or a newer version of it, that supports conditional writes.',
    };
  const there = await objects.get(name);
  const right =
    there.status === 'done'
      ? await objects.put(name, PROBE_TEXT, { IfMatch: there.value.etag })
      : there;
  if (isRefusal(wrong, 'exists') && right.status === 'done')
    return {
      check,
      status: 'safe',
      title: 'an object is replaced only if unchanged (If-Match)',
      detail: '',
    };
  return {
    check,
    status: 'note',
    title: 'objects can not be replaced on condition (If-Match)',
    detail: `A result whose files were lost can't be put right; it stays a miss until its generation ends. ${words([wrong, right])}`,
  };
}

async function probeChecksum(
  objects: ProbeObjects,
  name: string,
): Promise<Finding> {
  const check = 'checksums';
  const answer = await objects.put(name, PROBE_TEXT, {
    ChecksumSHA256: createHash('sha256').update('other').digest('base64'),
  });
  if (answer.status === 'done')
    return {
      check,
      status: 'unsafe',
      title: 'bytes that do not have their checksum are taken',
      detail:
        'An upload that is cut off can leave a short object under the name of the whole one. Readers find that out by the digest and execute the task again, but it is not mended by itself.',
      remedy:
        'Use a server, or a newer version of it, that checks x-amz-checksum-sha256.',
    };
  return isRefusal(answer, 'source-changed') || isRefusal(answer, 'refused')
    ? {
        check,
        status: 'safe',
        title: 'bytes that do not have their checksum are refused',
        detail: '',
      }
    : {
        check,
        status: 'unknown',
        title: 'whether checksums are looked at could not be seen',
        detail: words([answer]),
        remedy: 'Run doctor again.',
      };
}

async function probeParts(
  objects: ProbeObjects,
  name: string,
): Promise<Finding> {
  const check = 'create-once-in-parts';
  const answer = await completeInParts(objects, name);
  if (isRefusal(answer, 'exists'))
    return {
      check,
      status: 'safe',
      title: 'uploads in parts do not overwrite either',
      detail: '',
    };
  return answer.status === 'done'
    ? {
        check,
        status: 'note',
        title: 'If-None-Match is ignored at the end of an upload in parts',
        detail:
          'Only large files are uploaded so. They are read by their digest, so that no harm is done.',
      }
    : {
        check,
        status: 'unknown',
        title: 'uploads in parts could not be tried',
        detail: words([answer]),
        remedy:
          'Files above 256 MB are uploaded in parts: let these credentials do s3:PutObject and s3:AbortMultipartUpload.',
      };
}

async function completeInParts(
  objects: ProbeObjects,
  name: string,
): Promise<Answer<unknown>> {
  const begun = await objects.ask(name, ({ sdk, client, where, options }) =>
    client.send(new sdk.CreateMultipartUploadCommand(where), options),
  );
  if (begun.status !== 'done') return begun;
  const { UploadId } = begun.value;
  const answer = await objects.ask(
    name,
    async ({ sdk, client, where, options }) => {
      const upload = { ...where, UploadId };
      const { ETag } = await client.send(
        new sdk.UploadPartCommand({
          ...upload,
          PartNumber: 1,
          Body: PROBE_TEXT,
        }),
        options,
      );
      return client.send(
        new sdk.CompleteMultipartUploadCommand({
          ...upload,
          MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] },
          IfNoneMatch: '*',
        }),
        options,
      );
    },
  );
  if (answer.status !== 'done')
    await objects.ask(name, ({ sdk, client, where, options }) =>
      client.send(
        new sdk.AbortMultipartUploadCommand({ ...where, UploadId }),
        options,
      ),
    );
  return answer;
}

/** Whether somebody who leaves the condition out is stopped. */
async function probeEnforcement(
  objects: ProbeObjects,
  name: string,
): Promise<Finding> {
  const check = 'create-once-enforced';
  const answer = await objects.put(name, PROBE_TEXT);
  return isRefusal(answer, 'forbidden')
    ? {
        check,
        status: 'safe',
        title: 'the bucket refuses writes without a condition',
        detail: '',
      }
    : {
        check,
        status: 'note',
        title: 'these credentials can overwrite what they wrote',
        detail:
          'nx-notebook never does; a program that has the same credentials could.',
        remedy:
          'On AWS, the statement ManifestsAreWrittenOnce of policies/aws-bucket.json prevents it.',
      };
}

const WRONG_ETAG = '"00000000000000000000000000000000"';

/** AWS may say so to writers at the same moment instead of telling who won. */
function isInTheWay(answer: Answer<unknown>): boolean {
  return (
    answer.status === 'trouble' && answer.code === 'ConditionalRequestConflict'
  );
}

/** What was said instead, each different sentence once. */
function words(answers: readonly Answer<unknown>[]): string {
  const said = answers.flatMap((answer) =>
    answer.status === 'trouble' ? [answer.message] : [],
  );
  return [...new Set(said)].join(' ');
}
