/** The value of an expression node: what the literal grammar reads, plus `+` between strings and lists. */
import type { Node } from 'web-tree-sitter';
import { parsePythonLiteral } from '../literal/parse-literal.js';
import { distinct } from '../literal/equality.js';
import type { PyValue } from '../value.js';

/** The value, or undefined when only Python could tell it. */
export function literalOf(node: Node): PyValue | undefined {
  const literal = parsePythonLiteral(node.text);
  if (literal.ok) return literal.value;
  switch (node.type) {
    case 'parenthesized_expression':
      return onlyChild(node, literalOf);
    case 'binary_operator':
      return concatenation(node);
    case 'list':
    case 'tuple':
      return sequence(node.type, node);
    case 'set':
      return set(node);
    default:
      return undefined;
  }
}

/** The text of a string literal, or undefined for anything else. */
export function literalString(node: Node): string | undefined {
  const value = literalOf(node);
  return value?.kind === 'str' ? value.value : undefined;
}

/** Named children that are no comments. */
export function operands(node: Node): readonly Node[] {
  return node.namedChildren.filter(({ type }) => type !== 'comment');
}

function onlyChild<T>(
  node: Node,
  read: (child: Node) => T | undefined,
): T | undefined {
  const [child, ...more] = operands(node);
  return child === undefined || more.length > 0 ? undefined : read(child);
}

function concatenation(node: Node): PyValue | undefined {
  const left = node.childForFieldName('left');
  const right = node.childForFieldName('right');
  if (node.childForFieldName('operator')?.text !== '+') return undefined;
  const a = left && literalOf(left);
  const b = right && literalOf(right);
  if (a?.kind === 'str' && b?.kind === 'str')
    return { kind: 'str', value: a.value + b.value };
  if (a?.kind === 'list' && b?.kind === 'list')
    return { kind: 'list', items: [...a.items, ...b.items] };
  if (a?.kind === 'tuple' && b?.kind === 'tuple')
    return { kind: 'tuple', items: [...a.items, ...b.items] };
  return undefined;
}

function items(node: Node): readonly PyValue[] | undefined {
  const values = operands(node).map(literalOf);
  return values.every((value) => value !== undefined) ? values : undefined;
}

function sequence(kind: 'list' | 'tuple', node: Node): PyValue | undefined {
  const values = items(node);
  return values && { kind, items: values };
}

function set(node: Node): PyValue | undefined {
  const values = items(node);
  const members = values && distinct(values);
  return members && { kind: 'set', items: members };
}
