/**
 * The parser of Python sources: facts, assignments and syntax errors. It holds the WebAssembly grammar; trees are
 * freed as soon as they have been read.
 */
import type { Node } from 'web-tree-sitter';
import type { CellPosition, PythonFacts } from '../facts.js';
import { assignmentsIn, positionOf } from './assignments.js';
import { collectComputed, contextOf } from './computed-imports.js';
import { environmentFiles } from './environment-files.js';
import { loadGrammar } from './grammar.js';
import { importsIn } from './import-statements.js';
import { collectMagic } from './magic-reach.js';
import { CodeCheck } from './names/check-code.js';
import { plainCell, type PlainCell } from './magics.js';
import { readDefinition } from './read-definition.js';
import { distinctImports, emptyReach } from './reach.js';
import {
  collectMagicUse,
  collectUpstream,
  toUpstreamUse,
  type UpstreamReads,
} from './upstream-use.js';

import type { PythonParser } from './open-parser.js';

/** Loads the grammar and makes the parser. */
export async function createParser(): Promise<PythonParser> {
  const parser = await loadGrammar();
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
    analyzeCells: (texts) => {
      const cells = texts.map(plainCell);
      const check = new CodeCheck(cells);
      const facts = analyze(cells, read, check);
      const { problems } = check;
      return { ...facts, ...(problems.length === 0 ? {} : { problems }) };
    },
    analyzeModule: (text) => analyze([{ code: text, magics: [] }], read),
    readAssignments: (cell) => read(plainCell(cell).code, assignmentsIn),
    readDefinition: (code, name) =>
      read(code, (root) =>
        readDefinition({
          root,
          code,
          name,
          analyze: (text) => analyze([{ code: text, magics: [] }], read),
        }),
      ),
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

function analyze(
  cells: readonly PlainCell[],
  read: Read,
  check?: CodeCheck,
): PythonFacts {
  const reach = emptyReach();
  const reads: UpstreamReads = { anything: false, paths: [] };
  const context = contextOf(cells.map(({ code }) => code).join('\n'));
  for (const [index, cell] of cells.entries()) {
    const { code, magics } = cell;
    reach.paths.push(...environmentFiles(code));
    read(code, (root) => {
      reach.imports.push(...importsIn(root, code));
      if (root.hasError) reach.importsAnything = true;
      collectComputed(root, { code, reach, context });
      collectUpstream(root, code, reads);
      check?.add(root, cell, index);
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
