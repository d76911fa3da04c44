/**
 * The parser of Python sources: facts, assignments and syntax errors. It holds the WebAssembly grammar; trees are
 * freed as soon as they have been read.
 */
import type { Node, Parser } from 'web-tree-sitter';
import type { Assignment, CellPosition, PythonFacts } from '../facts.js';
import { assignmentsIn, positionOf } from './assignments.js';
import { collectComputed, contextOf } from './computed-imports.js';
import { loadGrammar } from './grammar.js';
import { importsIn } from './import-statements.js';
import { collectMagic } from './magic-reach.js';
import { plainCell, type PlainCell } from './magics.js';
import { distinctImports, emptyReach } from './reach.js';
import {
  collectMagicUse,
  collectUpstream,
  toUpstreamUse,
  type UpstreamReads,
} from './upstream-use.js';

/** Bumped when the same text gives other facts: caches of facts have it in their keys. */
export const FACTS_VERSION = 1;

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

/** The grammar's memory is never given back, so that one per process is all there may be. */
let opened: Promise<PythonParser> | undefined;

/** Loads the grammar (about 40 ms, once per process). */
export function openParser(): Promise<PythonParser> {
  opened ??= loadGrammar().then(parserWith);
  return opened;
}

function parserWith(parser: Parser): PythonParser {
  const read = <T>(code: string, use: (root: Node) => T): T => {
    const tree = parser.parse(code);
    if (tree === null) throw new Error('the Python parser was stopped');
    try {
      return use(tree.rootNode);
    } finally {
      tree.delete();
    }
  };
  return {
    analyzeCells: (cells) => analyze(cells.map(plainCell), read),
    analyzeModule: (text) => analyze([{ code: text, magics: [] }], read),
    readAssignments: (cell) => read(plainCell(cell).code, assignmentsIn),
    findSyntaxError: (cells) => {
      for (const [index, cell] of cells.entries()) {
        const found = read(plainCell(cell).code, (root) =>
          firstError(root, index),
        );
        if (found !== undefined) return found;
      }
      return undefined;
    },
  };
}

type Read = <T>(code: string, use: (root: Node) => T) => T;

function analyze(cells: readonly PlainCell[], read: Read): PythonFacts {
  const reach = emptyReach();
  const reads: UpstreamReads = { anything: false, paths: [] };
  const context = contextOf(cells.map(({ code }) => code).join('\n'));
  for (const { code, magics } of cells) {
    read(code, (root) => {
      reach.imports.push(...importsIn(root, code));
      if (root.hasError) reach.importsAnything = true;
      collectComputed(root, { code, reach, context });
      collectUpstream(root, code, reads);
    });
    for (const magic of magics) {
      collectMagic(magic, reach);
      collectMagicUse(magic, reads);
    }
  }
  return {
    imports: distinctImports(reach.imports),
    importsAnything: reach.importsAnything,
    paths: [...new Set(reach.paths)],
    upstreamUse: toUpstreamUse(reads),
  };
}

function firstError(root: Node, cell: number): CellPosition | undefined {
  if (!root.hasError) return undefined;
  let node = root;
  for (;;) {
    if (node.isError || node.isMissing) return positionOf(node, cell);
    const inner = node.children.find(
      (child) => child.hasError || child.isMissing,
    );
    if (inner === undefined) return positionOf(node, cell);
    node = inner;
  }
}
