/**
 * A syntax tree as plain objects: the WebAssembly tree is walked once, and everything that follows costs no call into
 * it. Comments and punctuation are left out.
 */
import type { Node, TreeCursor } from 'web-tree-sitter';

/** A named node. */
export interface PlainNode {
  readonly type: string;
  /** Name of its place in the parent; empty where it has none. */
  readonly field: string;
  /** Offsets in UTF-16 units. */
  readonly start: number;
  readonly end: number;
  readonly children: readonly PlainNode[];
}

/** Deeper trees are generated text, which nobody has to check. */
const deepest = 1000;

/** The tree below a node; undefined if it is too deep. */
export function plainTree(root: Node): PlainNode | undefined {
  const cursor = root.walk();
  try {
    return readNode(cursor, 0);
  } finally {
    cursor.delete();
  }
}

/** The child in a place of the parent. */
export function childIn(
  { children }: PlainNode,
  field: string,
): PlainNode | undefined {
  return children.find((child) => child.field === field);
}

function readNode(cursor: TreeCursor, depth: number): PlainNode | undefined {
  if (depth > deepest) return undefined;
  const children: PlainNode[] = [];
  const node = {
    type: cursor.nodeType,
    field: depth === 0 ? '' : (cursor.currentFieldName ?? ''),
    start: cursor.startIndex,
    end: cursor.endIndex,
    children,
  };
  if (!cursor.gotoFirstChild()) return node;
  do {
    if (!cursor.nodeIsNamed || cursor.nodeType === 'comment') continue;
    const child = readNode(cursor, depth + 1);
    if (child === undefined) {
      cursor.gotoParent();
      return undefined;
    }
    children.push(child);
  } while (cursor.gotoNextSibling());
  cursor.gotoParent();
  return node;
}
