/**
 * Errors and warnings that point into a user's file. Knows text and positions only, not what the file means.
 * A diagnostic carries the line it points at, so it can be printed after the file has changed or gone.
 */

/** A place in a text file. Lines and columns count from 1; columns count UTF-16 code units, as editors do. */
export interface Location {
  /** Absolute path. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** How many code units the squiggle covers; at least 1, never beyond the end of the line. */
  readonly length: number;
  /** The whole line, without its line break. */
  readonly lineText: string;
}

/** One problem in a user's input. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** Stable kebab-case identifier, for example `unknown-key`. */
  readonly code: string;
  /** One sentence: what is wrong. */
  readonly message: string;
  /** One sentence: what to do next. */
  readonly hint?: string;
  readonly location?: Location;
}
