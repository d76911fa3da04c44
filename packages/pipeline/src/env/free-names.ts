/**
 * The names that a template takes from outside: all that it uses and does not set itself, as Jinja's
 * `find_undeclared_variables` does.
 */
import type { TemplateNode } from './template-syntax.js';

/** Names that every template has. */
const known = new Set([
  ...['true', 'false', 'none', 'True', 'False', 'None'],
  ...['range', 'dict', 'lipsum', 'cycler', 'joiner', 'namespace'],
]);

/** The names in the order of their use, each once. */
export function freeNames(body: readonly TemplateNode[]): ReadonlySet<string> {
  const free = new Set<string>();
  visitAll(body, new Set(known), free);
  return free;
}

function visitAll(
  nodes: readonly (TemplateNode | null | undefined)[],
  bound: Set<string>,
  free: Set<string>,
): void {
  for (const node of nodes) {
    if (node !== null && node !== undefined) visit(node, bound, free);
  }
}

function visit(
  node: TemplateNode,
  bound: Set<string>,
  free: Set<string>,
): void {
  const all = (
    ...nodes: readonly (TemplateNode | null | undefined)[]
  ): void => {
    visitAll(nodes, bound, free);
  };
  switch (node.type) {
    case 'Identifier':
      if (!bound.has(node.value)) free.add(node.value);
      return;
    case 'ArrayLiteral':
    case 'TupleLiteral':
      all(...node.value);
      return;
    case 'ObjectLiteral':
      for (const [key, value] of node.value) all(key, value);
      return;
    case 'MemberExpression':
      all(node.object);
      if (node.computed) all(node.property);
      return;
    case 'SliceExpression':
      all(node.start, node.stop, node.step);
      return;
    case 'CallExpression':
      all(node.callee, ...node.args);
      return;
    case 'KeywordArgumentExpression':
      all(node.value);
      return;
    case 'BinaryExpression':
      all(node.left, node.right);
      return;
    case 'UnaryExpression':
      all(node.argument);
      return;
    case 'FilterExpression':
      all(node.operand);
      if (node.filter.type === 'CallExpression') all(...node.filter.args);
      return;
    case 'TestExpression':
      all(node.operand);
      return;
    case 'Ternary':
      all(node.condition, node.trueExpr, node.falseExpr);
      return;
    case 'SelectExpression':
      all(node.lhs, node.test);
      return;
    case 'If':
      all(node.test, ...node.body, ...node.alternate);
      return;
    case 'For':
      visitLoop(node, bound, free);
      return;
    case 'Set':
      all(node.value, ...node.body);
      for (const name of namesIn(node.assignee)) bound.add(name);
      return;
    case 'StringLiteral':
    case 'IntegerLiteral':
    case 'FloatLiteral':
    case 'Comment':
    case 'Macro':
    case 'CallStatement':
    case 'FilterStatement':
      return;
  }
}

function visitLoop(
  node: TemplateNode & { readonly type: 'For' },
  bound: Set<string>,
  free: Set<string>,
): void {
  const inside = new Set([...bound, 'loop', ...namesIn(node.loopvar)]);
  const { iterable } = node;
  if (iterable.type === 'SelectExpression') {
    visit(iterable.lhs, bound, free);
    visit(iterable.test, inside, free);
  } else visit(iterable, bound, free);
  visitAll(node.body, inside, free);
  visitAll(node.defaultBlock, bound, free);
}

/** The names that an assignment sets. */
export function namesIn(target: TemplateNode): readonly string[] {
  if (target.type === 'Identifier') return [target.value];
  return target.type === 'TupleLiteral' ? target.value.flatMap(namesIn) : [];
}
