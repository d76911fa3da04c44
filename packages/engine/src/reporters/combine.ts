/** Several reporters as one. */
import type { Reporter } from '../event.js';

/** Hands each event to every reporter, in order. */
export function combineReporters(...reporters: readonly Reporter[]): Reporter {
  return {
    handle(event) {
      for (const reporter of reporters) reporter.handle(event);
    },
  };
}
