/**
 * What came of the entries of Nx's cache, counted, and what of it people have to know. Pure.
 */
import type { BucketTrouble } from '@nx-notebook/store';

/** Counts of one server. */
export interface NxCacheSummary {
  /** `s3://bucket/prefix`. */
  readonly label: string;
  readonly asked: number;
  readonly hits: number;
  readonly downloadedBytes: number;
  readonly uploaded: number;
  readonly uploadedBytes: number;
  /** Entries that somebody else had stored meanwhile. */
  readonly alreadyThere: number;
  /** Entries that were not asked for or not brought, by reason. */
  readonly notFetched: Readonly<Record<string, number>>;
  /** Entries that are not in the store now, by reason. */
  readonly notUploaded: Readonly<Record<string, number>>;
  /** Why nothing was asked any more from some moment on. */
  readonly switchedOff?: string;
}

/** A few words for each trouble, for counting. */
export const REASON_WORDS: Readonly<Record<BucketTrouble['reason'], string>> = {
  missing: 'missing',
  forbidden: 'not allowed by these credentials (403)',
  unauthorised: 'no valid credentials',
  'no-bucket': 'no such bucket',
  exists: 'exists already',
  refused: 'refused by the server',
  'source-changed': 'the local copy changed',
  unreachable: 'no connection',
  'time-out': 'time-out',
  'server-error': 'server error',
  aborted: 'time-out',
};

/** The same with uploads that nobody waits for any more: whether they arrive is not known. */
export function withTimeOuts(
  summary: NxCacheSummary,
  count: number,
): NxCacheSummary {
  if (count === 0) return summary;
  const word = REASON_WORDS['time-out'];
  const notUploaded = {
    ...summary.notUploaded,
    [word]: (summary.notUploaded[word] ?? 0) + count,
  };
  return { ...summary, notUploaded };
}

/** One line per thing that did not work; empty when all went well. */
export function renderTroubles(summary: NxCacheSummary): readonly string[] {
  const { label, notFetched, notUploaded, switchedOff, asked } = summary;
  const given = summary.uploaded + summary.alreadyThere + total(notUploaded);
  const lines = [
    ...(total(notFetched) > 0
      ? [
          `${total(notFetched)} of ${asked} Nx cache entries were not looked up or brought: ${reasons(notFetched)}`,
        ]
      : []),
    ...(total(notUploaded) > 0
      ? [
          `${total(notUploaded)} of ${given} Nx cache entries were not uploaded: ${reasons(notUploaded)}`,
        ]
      : []),
    ...(switchedOff === undefined
      ? []
      : [`Nothing more was asked of it after: ${switchedOff}`]),
  ];
  return lines.map((line) => `${label}: ${line}.`);
}

/** One line of counts, for people who ask for it. */
export function renderCounts(summary: NxCacheSummary): string {
  const { label, asked, hits, uploaded, alreadyThere } = summary;
  return `${label}: ${hits} of ${asked} Nx cache entries found, ${uploaded} uploaded, ${alreadyThere} already there.`;
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function reasons(counts: Readonly<Record<string, number>>): string {
  const entries = Object.entries(counts);
  return entries.length === 1
    ? entries.map(([reason]) => reason).join()
    : entries.map(([reason, count]) => `${reason} (${count})`).join(', ');
}
