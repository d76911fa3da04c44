/** The import statements of a source, as Python's own `ast` lists them. Conditional and local ones count as well. */
import type { Node } from 'web-tree-sitter';
import type { ImportFact } from '../facts.js';

const STATEMENTS = [
  'import_statement',
  'import_from_statement',
  'future_import_statement',
];

/** All imports of a tree, in order. */
export function importsIn(root: Node, code: string): readonly ImportFact[] {
  if (!code.includes('import')) return [];
  return root.descendantsOfType(STATEMENTS).flatMap(importsOf);
}

function importsOf(statement: Node): readonly ImportFact[] {
  const names = importedNames(statement);
  if (statement.type === 'import_statement')
    return names.map((module) => ({ module, level: 0, names: [] }));
  if (statement.type === 'future_import_statement')
    return [{ module: '__future__', level: 0, names }];
  const from = statement.childForFieldName('module_name');
  if (from === null) return [];
  const text = dotted(from);
  const module = text.replace(/^\.+/, '');
  return [{ module, level: text.length - module.length, names }];
}

function importedNames(statement: Node): readonly string[] {
  const from = statement.childForFieldName('module_name');
  return statement.namedChildren.flatMap((child) => {
    if (from?.equals(child) === true) return [];
    if (child.type === 'wildcard_import') return ['*'];
    if (child.type === 'dotted_name') return [dotted(child)];
    const name = child.childForFieldName('name');
    return name === null ? [] : [dotted(name)];
  });
}

/** The name without blanks, comments and joined lines, which may stand around its dots. */
function dotted(node: Node): string {
  return /^[\p{L}\p{N}_.]*$/u.test(node.text)
    ? node.text
    : node.text.replaceAll(/#[^\n]*|\\\r?\n|\s/g, '');
}
