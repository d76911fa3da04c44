/**
 * A failed execution as the engine keeps and prints it: the cell with the failing line marked, what it printed last,
 * the traceback, and where the partial notebook lies. Pure.
 */
import type { TaskFailure } from '@nx-notebook/engine';
import type { ExecutionFailure, FailedCell } from '@nx-notebook/kernel';

/** Lines shown of a long cell: around the failing line, or its end. */
const maxCellLines = 40;

/**
 * Lines shown of a long traceback: its beginning, where the user's own frames stand, and its end. All of it is in the
 * partial notebook.
 */
const tracebackLines = { first: 60, last: 60 };

/** Where a user sets what the kernels only obey. */
const hints = new Map<ExecutionFailure['reason'], string>([
  [
    'cell-timed-out',
    'Make the cell do less, or raise the limit: NX_NOTEBOOK_CELL_TIMEOUT, "cellTimeout" in nx.json or of the target, or "cell_timeout" in pipeline.yaml.',
  ],
  [
    'task-timed-out',
    'Make the task do less, or raise the limit: NX_NOTEBOOK_TASK_TIMEOUT, "taskTimeout" in nx.json or of the target, or "timeout" in pipeline.yaml.',
  ],
]);

/** The next step in the words of the plugin. */
export function hintOf(failure: ExecutionFailure): string | undefined {
  const { reason } = failure;
  return reason === 'kernel-not-installed' && failure.kernelName !== 'python3'
    ? 'Install the kernel, or name an installed one as "kernelspec_name" of the task in pipeline.yaml or in the metadata of the notebook.'
    : (hints.get(reason) ?? failure.hint);
}

/** What is known beside the failure. */
export interface FailureContext {
  /** Absolute path of what was executed until then. */
  readonly partialNotebook?: string;
  /** The failing cell in the source, as `path:line` for a terminal. */
  readonly place?: string;
}

/** Describes a failure. */
export function describeFailure(
  failure: ExecutionFailure,
  { partialNotebook, place }: FailureContext,
): TaskFailure {
  const { reason, message } = failure;
  const hint = hintOf(failure);
  return {
    reason: 'execution-failed',
    cause: reason,
    message,
    ...(hint === undefined ? {} : { hint }),
    detail: detailOf(failure, place),
    ...(partialNotebook === undefined ? {} : { partialNotebook }),
  };
}

function detailOf(
  failure: ExecutionFailure,
  place: string | undefined,
): string[] {
  const cell = 'cell' in failure ? failure.cell : undefined;
  return [
    ...(cell === undefined ? [] : cellLines(cell, place)),
    ...('traceback' in failure
      ? section('Traceback', shortened(failure.traceback.join('\n')))
      : []),
    ...('log' in failure ? section('Log', failure.log) : []),
  ];
}

function cellLines(cell: FailedCell, place: string | undefined): string[] {
  const { ordinal, total, source, line } = cell;
  const number = `ell ${ordinal} of ${total}`;
  const inCell = line === undefined ? number : `${number}, line ${line}`;
  return [
    place === undefined ? `C${inCell}:` : `${place} (c${inCell}):`,
    ...excerpt(source.split('\n'), line === undefined ? {} : { failing: line }),
    ...section('Last output', cell.stdout),
    ...section('Last error output', cell.stderr),
  ];
}

/** Numbered lines with `>` before the failing one; `first` is the number of the first line that is given. */
export function excerpt(
  lines: readonly string[],
  {
    failing,
    first: start = 1,
  }: { readonly failing?: number; readonly first?: number },
): string[] {
  const wanted = failing ?? lines.length;
  const first = Math.max(
    0,
    Math.min(wanted - maxCellLines / 2, lines.length - maxCellLines),
  );
  const shown = lines.slice(first, first + maxCellLines);
  const width = String(start - 1 + first + shown.length).length;
  const numbered = shown.map((text, index) => {
    const line = first + index + 1;
    const mark = line === failing ? '>' : ' ';
    const number = String(start - 1 + line).padStart(width);
    return `${mark} ${number} | ${text}`.trimEnd();
  });
  const isCut = shown.length < lines.length;
  return isCut
    ? [
        ...numbered,
        `  (lines ${first + 1} to ${first + shown.length} of ${lines.length})`,
      ]
    : numbered;
}

/** The beginning and the end of a long traceback. */
export function shortened(
  traceback: string,
  rest = 'all of them are in the partial notebook',
): string {
  const lines = traceback.split('\n');
  const { first, last } = tracebackLines;
  const left = lines.length - first - last;
  return left <= 1
    ? traceback
    : [
        ...lines.slice(0, first),
        `... (${left} lines; ${rest})`,
        ...lines.slice(-last),
      ].join('\n');
}

/** A titled block after a blank line; nothing where there is no text. */
export function section(title: string, text: string): string[] {
  const body = text.replace(/\n+$/, '');
  return body === '' ? [] : ['', `${title}:`, ...body.split('\n')];
}
