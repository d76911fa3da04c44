/**
 * What a probe of a bucket found, for people and for programs.
 */

/** One thing that was looked at. */
export interface Finding {
  /** A stable name, for programs. */
  readonly check: string;
  /**
   * `unsafe`: others can harm what is read, or bytes can get lost unseen. `broken`: something that is configured does
   * not work. `unknown`: could not be looked at. `note`: works, and is worth knowing.
   */
  readonly status: 'safe' | 'unsafe' | 'broken' | 'unknown' | 'note';
  /** What was seen, in a few words. */
  readonly title: string;
  /** Why it matters, in sentences; empty when there is nothing to add. */
  readonly detail: string;
  /** The next step. */
  readonly remedy?: string;
}
