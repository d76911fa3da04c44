/** How a task ended, and why it began, in one line each. Pure. */
import type { TaskOutcome } from '../event.js';
import { formatDuration, formatEstimate } from './duration.js';
import type { Palette } from './palette.js';

/** Reasons shown in one line; the rest is counted. */
const maxReasons = 3;

/** One line for how a task ended, without its name. */
export function outcomeLine(outcome: TaskOutcome, palette: Palette): string {
  const took = formatDuration(outcome.endedAt - outcome.startedAt);
  switch (outcome.status) {
    case 'executed':
      return palette.green(`executed in ${took}`);
    case 'restored':
      return `restored from ${outcome.origin}${saved(outcome.savedMs)}`;
    case 'fresh':
      return `fresh${saved(outcome.savedMs)}`;
    case 'failed':
      return palette.red(
        outcome.failure.reason === 'interrupted'
          ? `interrupted after ${took}`
          : `failed after ${took}`,
      );
    case 'skipped':
      return palette.yellow(`skipped: ${outcome.because}`);
  }
}

function saved(ms: number): string {
  return ms > 0 ? ` (${formatDuration(ms)} saved)` : '';
}

/** One line for why a task has to run, and for how long it is expected to. */
export function reasonLine(started: {
  readonly reasons: readonly string[];
  readonly estimateMs?: number;
}): string {
  const { reasons, estimateMs } = started;
  const shown = reasons.slice(0, maxReasons).join(', ');
  const more = reasons.length - maxReasons;
  const rest = more > 0 ? ` and ${more} more` : '';
  const estimate =
    estimateMs === undefined ? '' : ` (about ${formatEstimate(estimateMs)})`;
  return `${shown}${rest}${estimate}`;
}
