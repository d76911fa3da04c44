/** Changes of `sys.path`: which folders are put on it, as far as the code says so. Reading it changes nothing. */
import type { Node } from 'web-tree-sitter';
import { operands } from './literal-node.js';
import { pathOf, type PathNames } from './path-expression.js';
import type { Reach } from './reach.js';

/** Methods that add no folder. */
const HARMLESS = /^(?:remove|pop|clear|index|copy|count|sort|reverse)$/;
/** Functions that only look at their argument. */
const READERS =
  /^(?:print|len|list|set|tuple|sorted|str|repr|any|all|enumerate|iter|display|pprint|.*\.(?:join|pprint|pformat))$/;

/** True for the `path` of `sys.path`, or of `from sys import path`. */
export function isSystemPath(node: Node): boolean {
  const parent = node.parent;
  if (parent?.type === 'attribute')
    return (
      parent.childForFieldName('object')?.text === 'sys' &&
      parent.childForFieldName('attribute')?.equals(node) === true
    );
  const statement = parent?.parent;
  return (
    statement?.type === 'import_from_statement' &&
    statement.childForFieldName('module_name')?.text === 'sys'
  );
}

/** Adds the folders that are put on `sys.path` here. */
export function readSystemPath(
  node: Node,
  reach: Reach,
  names: PathNames,
): void {
  const path = node.parent;
  const parent = path?.parent;
  if (path?.type !== 'attribute' || parent == null) {
    reach.importsAnything = true;
    return;
  }
  const added = addedTo(path, parent);
  if (added === undefined) reach.importsAnything = true;
  else for (const folder of added) addFolder(folder, reach, names);
}

function addFolder(node: Node, reach: Reach, names: PathNames): void {
  const found = pathOf(node, names);
  if (found === undefined || found.isSettable) reach.importsAnything = true;
  if (found !== undefined) reach.paths.push(found.text);
}

/** The expressions that become entries; undefined when `sys.path` goes where it can't be followed. */
function addedTo(path: Node, parent: Node): readonly Node[] | undefined {
  switch (parent.type) {
    case 'attribute':
      return addedByMethod(parent);
    case 'subscript': {
      const outer = parent.parent;
      const isTarget =
        outer?.childForFieldName('left')?.equals(parent) === true;
      return isTarget ? addedByAssignment(outer) : [];
    }
    case 'assignment':
    case 'augmented_assignment':
      return parent.childForFieldName('left')?.equals(path) === true
        ? addedByAssignment(parent)
        : undefined;
    case 'argument_list':
      return READERS.test(
        parent.parent?.childForFieldName('function')?.text ?? '',
      )
        ? []
        : undefined;
    case 'binary_operator':
    case 'comparison_operator':
    case 'for_statement':
    case 'for_in_clause':
    case 'expression_statement':
    case 'interpolation':
    case 'list_splat':
      return [];
    default:
      return undefined;
  }
}

function addedByMethod(member: Node): readonly Node[] | undefined {
  const name = member.childForFieldName('attribute')?.text ?? '';
  const call = member.parent;
  const args = call?.type === 'call' && call.childForFieldName('arguments');
  if (HARMLESS.test(name)) return [];
  if (!args) return undefined;
  const [first, second] = operands(args);
  if (name === 'append' && first) return [first];
  if (name === 'insert' && second) return [second];
  if (name === 'extend' && first) return entriesOf(first);
  return undefined;
}

function addedByAssignment(node: Node): readonly Node[] | undefined {
  const right = node.childForFieldName('right');
  return right ? entriesOf(right) : undefined;
}

/** The entries of `[a, b]`, `['a'] + sys.path`, `[a, *sys.path]`, or of a single item. */
function entriesOf(node: Node): readonly Node[] | undefined {
  if (node.text === 'sys.path' || /^\*?sys\.path(?:\[.*\])?$/.test(node.text))
    return [];
  switch (node.type) {
    case 'list':
    case 'tuple':
    case 'parenthesized_expression':
      return operands(node).flatMap((item) =>
        item.type === 'list_splat' ? (entriesOf(item) ?? [item]) : [item],
      );
    case 'binary_operator': {
      const left = node.childForFieldName('left');
      const right = node.childForFieldName('right');
      const a = left && entriesOf(left);
      const b = right && entriesOf(right);
      return a && b ? [...a, ...b] : undefined;
    }
    default:
      return [node];
  }
}
