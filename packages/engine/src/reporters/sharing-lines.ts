/** What the shared store did not do, in one line for each cause, and what it did, in a few words. Pure. */
import type { SharingSummary } from '@nx-notebook/store';

/** A warning and the next step. */
export interface SharingWarning {
  readonly message: string;
  readonly hint?: string;
}

/** Each thing that did not work, once. */
export function sharingWarnings(
  summary: SharingSummary,
): readonly SharingWarning[] {
  const { switchedOff, troubles } = summary;
  const others = troubles.filter(({ kind, operation }) =>
    kind === 'damage' || kind === 'local'
      ? true
      : switchedOff === undefined && operation !== 'save',
  );
  return [
    ...mainWarning(summary),
    ...others.map(({ message, count }) => ({
      message: count === 1 ? message : `${message} (${count} times)`,
    })),
  ];
}

function mainWarning(summary: SharingSummary): readonly SharingWarning[] {
  const { switchedOff, label, troubles, notUploaded } = summary;
  const reasons = Object.entries(notUploaded);
  const missed = reasons.reduce((sum, [, count]) => sum + count, 0);
  const total = missed + summary.uploaded + summary.alreadyThere;
  const counted = `${missed} of ${total} results ${missed === 1 ? 'was' : 'were'} not uploaded`;
  const hint =
    'Tasks and their results are not affected; a later run that executes or restores them uploads them.';
  if (switchedOff !== undefined) {
    return missed === 0
      ? [{ message: switchedOff }]
      : [{ message: `${switchedOff} ${counted}.`, hint }];
  }
  if (missed === 0) return [];
  const why =
    reasons.length === 1
      ? reasons.map(([reason]) => reason)
      : reasons.map(([reason, count]) => `${reason} (${count})`);
  const detail = troubles.find(({ operation }) => operation === 'save');
  const sentence = `${counted} to ${label}: ${why.join(', ')}.`;
  const needsTime = notUploaded['time-out'] !== undefined;
  return [
    {
      message: detail ? `${sentence} ${detail.message}` : sentence,
      hint: needsTime
        ? `${hint} Where uploads need longer, raise storeUploadWait.`
        : hint,
    },
  ];
}

/** `2 uploaded to s3://team`; empty when there is nothing to say. */
export function uploadedPart({ uploaded, label }: SharingSummary): string {
  return uploaded === 0 ? '' : `; ${uploaded} uploaded to ${label}`;
}

/** How results of this run could be shared, where nobody decided that they should not. */
export function shareHint(summary: SharingSummary): string | undefined {
  const { keptHere, howToShare } = summary;
  if (keptHere === 0 || howToShare === undefined) return undefined;
  const results =
    keptHere === 1 ? '1 result stays' : `${keptHere} results stay`;
  return `${results} on this machine. ${howToShare}`;
}
