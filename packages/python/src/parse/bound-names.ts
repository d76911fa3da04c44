/**
 * The names that a module binds at its top level, and by what. Bodies of functions and classes bind names of their
 * own, but for those that they declare `global`.
 */
import type { Node } from 'web-tree-sitter';

/** One place that binds a name. */
export interface Binding {
  readonly name: string;
  readonly kind: 'function' | 'class' | 'imported' | 'value';
  /** The definition with its decorators, or the statement or expression that binds. */
  readonly node: Node;
  /** The name where it is bound. */
  readonly nameNode: Node;
  /** False inside of `if`, `try`, `for` and the like. */
  readonly isTopLevel: boolean;
}

/** All bindings of a module, in the order of the text. */
export function bindingsIn(root: Node): readonly Binding[] {
  const bindings: Binding[] = [];
  const isTopLevel = (node: Node): boolean =>
    node.parent?.equals(root) === true;
  const add = (
    kind: Binding['kind'],
    nameNode: Node | null,
    node: Node,
  ): void => {
    if (nameNode === null) return;
    bindings.push({
      name: nameNode.text,
      kind,
      node,
      nameNode,
      isTopLevel: isTopLevel(node),
    });
  };
  const visit = (node: Node): void => {
    switch (node.type) {
      case 'decorated_definition': {
        const inner = node.childForFieldName('definition');
        if (inner !== null)
          add(definitionKind(inner), inner.childForFieldName('name'), node);
        for (const name of globalNames(node)) add('value', name, node);
        return;
      }
      case 'function_definition':
      case 'class_definition':
        add(definitionKind(node), node.childForFieldName('name'), node);
        for (const name of globalNames(node)) add('value', name, node);
        return;
      case 'lambda':
        return;
      case 'import_statement':
      case 'import_from_statement':
      case 'future_import_statement':
        for (const name of importedNames(node))
          add(
            node.type === 'import_from_statement' ? 'imported' : 'value',
            name,
            node,
          );
        return;
      case 'case_pattern':
        for (const name of node.descendantsOfType('identifier'))
          add('value', name, node);
        return;
      default:
        for (const name of targetsOf(node)) add('value', name, node);
        if (BINDING_INSIDE.test(node.type) || node.text.includes(':='))
          for (const child of node.namedChildren) visit(child);
    }
  };
  visit(root);
  return bindings;
}

/** What may bind names in its parts; an expression does so only by `:=`. */
const BINDING_INSIDE =
  /_statement$|_clause$|^(?:module|block|with_item|as_pattern|assignment|except_group_clause)$/;

function definitionKind({ type }: Node): Binding['kind'] {
  return type === 'class_definition' ? 'class' : 'function';
}

function globalNames(definition: Node): readonly Node[] {
  if (!definition.text.includes('global')) return [];
  return definition
    .descendantsOfType('global_statement')
    .flatMap((statement) => statement.namedChildren)
    .filter(({ type }) => type === 'identifier');
}

/** The names that an import binds: `b` of `import a as b`, `a` of `import a.b`. */
function importedNames(statement: Node): readonly Node[] {
  const from = statement.childForFieldName('module_name');
  return statement.namedChildren.flatMap((child) => {
    if (from?.equals(child) === true) return [];
    const named = child.childForFieldName('alias') ?? child;
    if (named.type === 'identifier') return [named];
    return named.type === 'dotted_name' ? named.namedChildren.slice(0, 1) : [];
  });
}

const PATTERNS =
  /^(?:pattern_list|tuple_pattern|list_pattern|list_splat_pattern|as_pattern_target|tuple|list|list_splat)$/;

/** The plain names in what a node assigns to. */
function targetsOf(node: Node): readonly Node[] {
  switch (node.type) {
    case 'assignment':
    case 'augmented_assignment':
    case 'for_statement':
    case 'type_alias_statement':
      return namesIn(node.childForFieldName('left'));
    case 'named_expression':
      return namesIn(node.childForFieldName('name'));
    case 'as_pattern':
      return namesIn(node.childForFieldName('alias'));
    default:
      return [];
  }
}

function namesIn(target: Node | null): readonly Node[] {
  if (target === null) return [];
  if (target.type === 'identifier') return [target];
  if (target.type === 'type')
    return target.descendantsOfType('identifier').slice(0, 1);
  return PATTERNS.test(target.type)
    ? target.namedChildren.flatMap(namesIn)
    : [];
}
