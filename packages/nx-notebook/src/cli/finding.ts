/** What doctor finds, in the shape that the probes of the store have. */

/** One thing that was looked at. */
export interface Finding {
  /** A stable name, for programs. */
  readonly check: string;
  readonly status: 'safe' | 'unsafe' | 'broken' | 'unknown' | 'note';
  /** What was looked at, in a few words. */
  readonly title: string;
  /** What was seen and why it matters, in sentences. */
  readonly detail: string;
  /** The next step. */
  readonly remedy?: string;
}
