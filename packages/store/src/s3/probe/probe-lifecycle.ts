/**
 * Does the bucket delete what is old, and not what is still read? Only its owner may see the rules. The judgement is
 * pure.
 */
import type { LifecycleRule } from '@aws-sdk/client-s3';
import { TRUSTED_DAYS, UNTRUSTED_DAYS } from '../policies.js';
import type { Finding } from './finding.js';
import type { ProbeObjects } from './probe-objects.js';

/** A month is read until the next one ends. */
const READ_DAYS = 62;

const REMEDY = 'Use the rules of policies/lifecycle.json.';
const ASK_OWNER =
  'Ask the owner of the bucket for the rules of policies/lifecycle.json.';

/** Reads the rules and whether old versions are kept. */
export async function probeLifecycle(
  objects: ProbeObjects,
  prefix: string,
): Promise<readonly Finding[]> {
  const rules = await objects.ask('', async (connection) => {
    const { sdk, client, where, options } = connection;
    const command = new sdk.GetBucketLifecycleConfigurationCommand({
      Bucket: where.Bucket,
    });
    return (await client.send(command, options)).Rules ?? [];
  });
  const versions = await objects.ask('', async (connection) => {
    const { sdk, client, where, options } = connection;
    const command = new sdk.GetBucketVersioningCommand({
      Bucket: where.Bucket,
    });
    return (await client.send(command, options)).Status;
  });
  const keepsVersions =
    versions.status === 'done' && versions.value === 'Enabled';
  if (rules.status === 'done')
    return judgeLifecycle(rules.value, { prefix, keepsVersions });
  if (rules.reason === 'missing')
    return judgeLifecycle([], { prefix, keepsVersions });
  return [
    {
      check: 'lifecycle',
      status: 'unknown',
      title: 'whether old results are deleted could not be seen',
      detail:
        rules.reason === 'refused'
          ? 'The server does not know lifecycle rules.'
          : 'These credentials may not look at the lifecycle rules; they need not.',
      remedy:
        rules.reason === 'refused'
          ? `Delete objects in u/ after ${UNTRUSTED_DAYS} days and in t/ after ${TRUSTED_DAYS} by a job of your own.`
          : ASK_OWNER,
    },
  ];
}

/** What the rules mean for a store. Pure. */
export function judgeLifecycle(
  rules: readonly LifecycleRule[],
  {
    prefix,
    keepsVersions,
  }: { readonly prefix: string; readonly keepsVersions: boolean },
): readonly Finding[] {
  const check = 'lifecycle';
  const below = (folder: string): string =>
    prefix === '' ? folder : `${prefix}/${folder}`;
  const enabled = rules.filter(({ Status }) => Status === 'Enabled');
  const trusted = shortestDays(enabled, below('t/'));
  const untrusted = shortestDays(enabled, below('u/'));
  const abortsUploads = enabled.some(
    (rule) =>
      rule.AbortIncompleteMultipartUpload !== undefined &&
      below('').startsWith(prefixOf(rule) ?? '\0'),
  );
  const findings: Finding[] = [];
  if (trusted !== undefined && trusted < READ_DAYS)
    findings.push({
      check,
      status: 'unsafe',
      title: `results are deleted after ${trusted} days, but read for up to ${READ_DAYS}`,
      detail:
        'Files disappear while their result is still found; it is then executed again.',
      remedy: REMEDY,
    });
  const missing = [
    ...(trusted === undefined ? ['old results (t/)'] : []),
    ...(untrusted === undefined ? ['results of pull requests (u/)'] : []),
    ...(abortsUploads ? [] : ['parts of uploads that were killed']),
  ];
  if (missing.length > 0)
    findings.push({
      check,
      status: 'note',
      title: `nothing deletes ${missing.join(', ')}`,
      detail: 'The bucket grows for ever: no client deletes anything.',
      remedy: REMEDY,
    });
  if (keepsVersions)
    findings.push({
      check: 'versions',
      status: 'note',
      title: 'the bucket keeps old versions',
      detail:
        'What the lifecycle rules delete stays as an old version, and costs.',
      remedy:
        'Add a rule with NoncurrentVersionExpiration, or use a bucket without versions.',
    });
  return findings.length > 0
    ? findings
    : [
        {
          check,
          status: 'safe',
          title: `old results are deleted: t/ after ${trusted} days, u/ after ${untrusted}`,
          detail: '',
        },
      ];
}

/** Of the rules that concern all of a folder or something in it. */
function shortestDays(
  rules: readonly LifecycleRule[],
  folder: string,
): number | undefined {
  const days = rules.flatMap((rule) => {
    const prefix = prefixOf(rule);
    const concerns = prefix !== undefined && folder.startsWith(prefix);
    return concerns && rule.Expiration?.Days !== undefined
      ? [rule.Expiration.Days]
      : [];
  });
  return days.length === 0 ? undefined : Math.min(...days);
}

/** Rules by tags or sizes don't concern our objects as a whole. */
function prefixOf(rule: LifecycleRule): string | undefined {
  const { Filter } = rule;
  if (Filter === undefined) {
    // The old form, still given by some servers.
    const { Prefix } = rule as { readonly Prefix?: string };
    return Prefix ?? '';
  }
  const isByPrefix =
    Filter.Tag === undefined &&
    Filter.And === undefined &&
    Filter.ObjectSizeGreaterThan === undefined &&
    Filter.ObjectSizeLessThan === undefined;
  return isByPrefix ? (Filter.Prefix ?? '') : undefined;
}
