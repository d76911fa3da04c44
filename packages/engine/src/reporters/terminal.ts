/** stub */
import type { Reporter } from '../event.js';

/** Where and how lines are printed. */
export interface TerminalReporterOptions {
  /** Takes whole lines, each with its line break. */
  readonly write: (text: string) => void;
  readonly color: boolean;
  /** Also says what is usual: fresh and restored tasks one by one. */
  readonly verbose: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Paths are shown relative to this folder. */
  readonly cwd: string;
}

/** Prints a build as plain lines. */
export function createTerminalReporter(
  options: TerminalReporterOptions,
): Reporter {
  throw new Error(options.cwd);
}
