/**
 * A failed execution as the engine keeps and prints it: the cell with the failing line marked, what it printed last,
 * the traceback, and where the partial notebook lies. Pure.
 */
import type { TaskFailure } from '@nx-notebook/engine';
import type { ExecutionFailure, FailedCell } from '@nx-notebook/kernel';

/** Lines shown of a long cell: around the failing line, or its end. */
const maxCellLines = 40;

/** Describes a failure; `partialNotebook` is the absolute path of what was executed until then. */
export function describeFailure(
  failure: ExecutionFailure,
  partialNotebook: string | undefined,
): TaskFailure {
  const { reason, message, hint } = failure;
  return {
    reason: 'execution-failed',
    cause: reason,
    message,
    ...(hint === undefined ? {} : { hint }),
    detail: detailOf(failure),
    ...(partialNotebook === undefined ? {} : { partialNotebook }),
  };
}

function detailOf(failure: ExecutionFailure): string[] {
  const cell = 'cell' in failure ? failure.cell : undefined;
  return [
    ...(cell === undefined ? [] : cellLines(cell)),
    ...('traceback' in failure
      ? section('Traceback', failure.traceback.join('\n'))
      : []),
    ...('log' in failure ? section('Log', failure.log) : []),
  ];
}

function cellLines(cell: FailedCell): string[] {
  const { ordinal, total, source, line } = cell;
  return [
    `Cell ${ordinal} of ${total}:`,
    ...excerpt(source.split('\n'), line),
    ...section('Last output', cell.stdout),
    ...section('Last error output', cell.stderr),
  ];
}

/** Numbered lines with `>` before the failing one. */
function excerpt(lines: readonly string[], failing?: number): string[] {
  const wanted = failing ?? lines.length;
  const first = Math.max(
    0,
    Math.min(wanted - maxCellLines / 2, lines.length - maxCellLines),
  );
  const shown = lines.slice(first, first + maxCellLines);
  const width = String(first + shown.length).length;
  const numbered = shown.map((text, index) => {
    const number = first + index + 1;
    const mark = number === failing ? '>' : ' ';
    return `${mark} ${String(number).padStart(width)} | ${text}`.trimEnd();
  });
  const isCut = shown.length < lines.length;
  return isCut
    ? [
        ...numbered,
        `  (lines ${first + 1} to ${first + shown.length} of ${lines.length})`,
      ]
    : numbered;
}

function section(title: string, text: string): string[] {
  const body = text.replace(/\n+$/, '');
  return body === '' ? [] : ['', `${title}:`, ...body.split('\n')];
}
