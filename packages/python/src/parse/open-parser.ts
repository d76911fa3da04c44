/**
 * Opens the parser of Python sources. This file is light: what reads trees, tree-sitter and its grammar are loaded by
 * the first call, since most Nx commands find all their facts in a cache.
 */
import { createRequire } from 'node:module';
import type {
  Assignment,
  CellPosition,
  Definition,
  PythonFacts,
} from '../facts.js';
import type * as Loaded from './python-parser.js';

/** Bumped when the same text gives other facts: caches of facts have it in their keys. */
export const FACTS_VERSION = 3;

/** Reads Python without running it. Made once per process; its methods are synchronous. */
export interface PythonParser {
  /** Facts of a notebook's Python code cells, magics included. Positions do not occur in facts. */
  analyzeCells(cells: readonly string[]): PythonFacts;
  /** Facts of a module's text (no magics). */
  analyzeModule(text: string): PythonFacts;
  /** Top-level assignments of the parameters cell, in order; the caller takes the last one of a name. */
  readAssignments(cell: string): readonly Assignment[];
  /** What a module's text says of a name at its top level. */
  readDefinition(text: string, name: string): Definition;
  /** Position of the first syntax error. The parser is lenient: for hints only. */
  findSyntaxError(cells: readonly string[]): CellPosition | undefined;
}

/** The grammar's memory is never given back, so that one per process is all there may be. */
let opened: Promise<PythonParser> | undefined;

/** Loads the grammar (about 40 ms, once per process). */
export function openParser(): Promise<PythonParser> {
  opened ??= (
    createRequire(__filename)('./python-parser.js') as typeof Loaded
  ).createParser();
  return opened;
}
