/**
 * Top-level assignments of a cell, as the parameters cell needs them: a plain name, and the value if it is a
 * literal. An augmented assignment counts like `=`, as in Ploomber.
 */
import type { Node } from 'web-tree-sitter';
import type { AssignedValue, Assignment, CellPosition } from '../facts.js';
import { literalOf, operands } from './literal-node.js';

/** The assignments below a cell's root node, in order. */
export function assignmentsIn(root: Node): readonly Assignment[] {
  return operands(root)
    .filter(({ type }) => type === 'expression_statement')
    .flatMap((statement) => operands(statement).flatMap(assignmentsOf));
}

/** Where a node stands; a node of several lines is cut at the end of its first. */
export function positionOf(node: Node, cell: number): CellPosition {
  const { row, column } = node.startPosition;
  const [firstLine = ''] = node.text.split('\n', 1);
  return {
    cell,
    line: row + 1,
    column: column + 1,
    length: Math.max(1, firstLine.length),
  };
}

function assignmentsOf(node: Node): readonly Assignment[] {
  if (node.type !== 'assignment' && node.type !== 'augmented_assignment')
    return [];
  const targets: Node[] = [];
  let right: Node | null = node;
  while (
    right?.type === 'assignment' ||
    right?.type === 'augmented_assignment'
  ) {
    const left = right.childForFieldName('left');
    if (left !== null) targets.push(left);
    right = right.childForFieldName('right');
  }
  if (right === null) return [];
  const valueNode = right;
  const text = valueNode.text;
  const notLiteral: AssignedValue = { kind: 'not-literal', text };
  return targets.flatMap((target) =>
    namesIn(target).map((name) => ({
      name: name.text,
      value:
        target.type === 'identifier'
          ? (literalOf(valueNode) ?? notLiteral)
          : notLiteral,
      position: positionOf(name, 0),
      valuePosition: positionOf(valueNode, 0),
    })),
  );
}

/** The plain names of a target; a subscript or an attribute has none. */
function namesIn(target: Node): readonly Node[] {
  if (target.type === 'identifier') return [target];
  const isPattern =
    /^(?:pattern_list|tuple_pattern|list_pattern|list_splat_pattern)$/.test(
      target.type,
    );
  return isPattern ? operands(target).flatMap(namesIn) : [];
}
