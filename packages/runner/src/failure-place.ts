/**
 * Where a failing cell stands in the file that the user edits: a terminal makes `clean.py:33` a link. Cells are found
 * by their text, as the executed notebook has an injected cell more and the file may have changed meanwhile; no place
 * is better than a wrong one. Pure.
 */
import type { FailedCell } from '@nx-notebook/kernel';
import {
  locateInCell,
  readNotebook,
  type Cell,
  type Location,
  type Notebook,
  type NotebookFile,
} from '@nx-notebook/notebook';

/** The failing line of a cell of `executed` in the source file; its first line where the failing one is not known. */
export function findFailurePlace(
  file: NotebookFile,
  executed: Notebook,
  failed: Pick<FailedCell, 'index' | 'line'>,
): Location | undefined {
  const cell = executed.cells[failed.index];
  const read = readNotebook(file);
  if (cell === undefined || !read.ok) return undefined;
  const isSame = (other: Cell): boolean =>
    other.type === cell.type && other.source === cell.source;
  const before = executed.cells.slice(0, failed.index).filter(isSame).length;
  const same = [...read.value.notebook.cells.keys()].filter((index) => {
    const other = read.value.notebook.cells[index];
    return other !== undefined && isSame(other);
  });
  const index = same[before];
  if (index === undefined) return undefined;
  const line = failed.line ?? 1;
  const length = cell.source.split('\n')[line - 1]?.length ?? 0;
  const place = { cell: index, line, column: 1, length: Math.max(1, length) };
  return locateInCell(file, read.value, place);
}
