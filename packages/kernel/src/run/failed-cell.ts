/**
 * The description of the cell that a failure belongs to, with the line that failed where the traceback tells. Pure.
 */
import type { Cell } from '@nx-notebook/notebook';
import type { FailedCell } from '../contract.js';
import type { CellRecord } from '../outputs/notebook-outputs.js';

/** Where a cell stands in its notebook. */
export interface CellPlace {
  readonly index: number;
  readonly ordinal: number;
  readonly total: number;
}

/** Describes a cell; `traceback` is what it raised. */
export function describeCell(
  place: CellPlace,
  cell: Cell,
  record: CellRecord | undefined,
  traceback: readonly string[] = [],
): FailedCell {
  const line = failingLine(traceback, record?.executionCount ?? undefined);
  return {
    index: place.index,
    ordinal: place.ordinal,
    total: place.total,
    source: cell.source,
    ...(line === undefined ? {} : { line }),
    stdout: record?.tails.stdout ?? '',
    stderr: record?.tails.stderr ?? '',
  };
}

/**
 * The innermost line of the cell that IPython's traceback names. Its forms: `Cell In[3], line 4` (since 8.7), `Input In
 * [3], in <cell line: 4>()` (8.0) and, for a syntax error, the first form without a frame.
 */
export function failingLine(
  traceback: readonly string[],
  executionCount: number | undefined,
): number | undefined {
  const text = traceback.join('\n').replace(ansiCodes, '');
  let line: number | undefined;
  for (const match of text.matchAll(cellFrame)) {
    const [, current, currentLine, older, olderLine] = match;
    if (Number(current ?? older) === executionCount) {
      line = Number(currentLine ?? olderLine);
    }
  }
  return line;
}

const ansiCodes = /\x1b\[[0-9;]*m/g;
const cellFrame =
  /Cell In ?\[(\d+)\], line (\d+)|Input In \[(\d+)\], in <cell line: (\d+)>/g;
