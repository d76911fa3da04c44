/** Stub. */
import type { Assignment, CellPosition, PythonFacts } from '../facts.js';

/** Reads Python without running it. Made once per process; its methods are synchronous. */
export interface PythonParser {
  /** Facts of a notebook's Python code cells, magics included. Positions do not occur in facts. */
  analyzeCells(cells: readonly string[]): PythonFacts;
  /** Facts of a module's text (no magics). */
  analyzeModule(text: string): PythonFacts;
  /** Top-level assignments of the parameters cell, in order; the caller takes the last one of a name. */
  readAssignments(cell: string): readonly Assignment[];
  /** Position of the first syntax error. The parser is lenient: for hints only. */
  findSyntaxError(cells: readonly string[]): CellPosition | undefined;
}

/** Loads the grammar (about 40 ms, once per process). */
export function openParser(): Promise<PythonParser> {
  throw new Error('not written yet');
}
