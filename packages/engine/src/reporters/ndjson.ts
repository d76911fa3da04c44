/** stub */
import type { Reporter } from '../event.js';

/** Writes each event as one line of JSON. */
export function createNdjsonReporter(options: {
  readonly write: (text: string) => void;
}): Reporter {
  throw new Error(typeof options);
}
