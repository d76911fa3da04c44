/** What a whole build came to, in a few lines. Pure. */
import { relative } from 'node:path';
import type { SharingSummary } from '@nx-notebook/store';
import type { TaskOutcome } from '../event.js';
import { productsOf } from '@nx-notebook/pipeline';
import { taskLabel } from '../task-names.js';
import { formatDuration } from './duration.js';
import type { Palette } from './palette.js';
import { shareHint, uploadedPart } from './sharing-lines.js';

/** What the summary is made of. */
export interface SummaryInput {
  /** In the order in which the tasks ended. */
  readonly outcomes: readonly TaskOutcome[];
  readonly durationMs: number;
  readonly cwd: string;
  readonly palette: Palette;
  /** Of a run with a shared store. */
  readonly sharing?: SharingSummary;
}

const statuses = [
  'executed',
  'restored',
  'fresh',
  'failed',
  'skipped',
] as const;

/** The last lines of a build: counts, time, failures, and the notebook to open. */
export function summaryLines(input: SummaryInput): readonly string[] {
  const { outcomes, durationMs, palette, sharing } = input;
  if (outcomes.length === 0) return ['No tasks.'];
  const counts = statuses.flatMap((status) => {
    const count = outcomes.filter((each) => each.status === status).length;
    const from = status === 'restored' ? origins(outcomes) : '';
    return count === 0 ? [] : [`${count} ${status}${from}`];
  });
  const tasks = outcomes.length === 1 ? '1 task' : `${outcomes.length} tasks`;
  const saved = outcomes.reduce((sum, each) => sum + savedMs(each), 0);
  const savedPart = saved > 0 ? `; ${formatDuration(saved)} saved` : '';
  const failed = outcomes.filter(({ status }) => status === 'failed');
  const mark = failed.length > 0 ? palette.red : palette.green;
  const head = `${tasks} in ${formatDuration(durationMs)}: ${counts.join(', ')}${savedPart}${sharing ? uploadedPart(sharing) : ''}`;
  const hint = sharing && shareHint(sharing);
  return [
    mark(head),
    ...(failed.length === 0
      ? []
      : [`Failed: ${failed.map(({ ref }) => taskLabel(ref)).join(', ')}`]),
    ...openLine(input),
    ...(hint === undefined ? [] : [hint]),
  ];
}

/** Where results came from, unless all of them were on this disk. */
function origins(outcomes: readonly TaskOutcome[]): string {
  const counts = new Map<string, number>();
  for (const outcome of outcomes) {
    if (outcome.status !== 'restored') continue;
    const { origin } = outcome;
    counts.set(origin, (counts.get(origin) ?? 0) + 1);
  }
  if ([...counts.keys()].every((origin) => origin === 'disk')) return '';
  const listed = [...counts].map(
    ([origin, count]) => `${count} from ${origin}`,
  );
  return ` (${listed.join(', ')})`;
}

function savedMs(outcome: TaskOutcome): number {
  return 'savedMs' in outcome ? outcome.savedMs : 0;
}

/** A failure's partial notebook before anything else, else the notebook of the task that ended last. */
function openLine({ outcomes, cwd }: SummaryInput): readonly string[] {
  const partial = outcomes
    .map(partialNotebook)
    .find((path) => path !== undefined);
  const done = outcomes.filter(
    ({ status }) => status !== 'failed' && status !== 'skipped',
  );
  const last = done.findLast(({ status }) => status !== 'fresh') ?? done.at(-1);
  const hasFailed = outcomes.some(({ status }) => status === 'failed');
  const path = partial ?? (hasFailed ? undefined : last && notebookOf(last));
  return path === undefined ? [] : [`Open ${relative(cwd, path)}`];
}

function partialNotebook(outcome: TaskOutcome): string | undefined {
  return outcome.status === 'failed' &&
    outcome.failure.reason === 'execution-failed'
    ? outcome.failure.partialNotebook
    : undefined;
}

function notebookOf({ ref }: TaskOutcome): string | undefined {
  return productsOf(ref.task).find(({ isNotebook }) => isNotebook)
    ?.absolutePath;
}
