/**
 * Folders and files as Python code spells them: literals, `os.path` and `pathlib` calls on them, and names that
 * were assigned such a value. The result is relative to the working directory, or starts with `__file__` when it
 * is relative to the module's own file.
 */
import * as path from 'node:path';
import type { Node } from 'web-tree-sitter';
import { literalString, operands } from './literal-node.js';

/** A path as found; `isSettable` when it is a plain literal behind a name, which a parameter may replace. */
export interface FoundPath {
  readonly text: string;
  readonly isSettable: boolean;
}

/** Paths behind names; `undefined` for a name with several meanings. */
export type PathNames = Map<string, FoundPath | undefined>;

const SAME = new Set([
  ...['Path', 'PurePath', 'PosixPath', 'str', 'abspath', 'realpath', 'fspath'],
  ...[
    'normpath',
    'resolve',
    'absolute',
    'as_posix',
    'expanduser',
    'expandvars',
  ],
]);

/** Remembers what the assignments below a root say of paths. */
export function collectPathNames(root: Node, names: PathNames): void {
  for (const node of root.descendantsOfType('assignment')) {
    const left = node.childForFieldName('left');
    const right = node.childForFieldName('right');
    if (left?.type !== 'identifier' || right === null) continue;
    const isLiteral = right.type === 'string';
    const found = pathOf(right, names);
    const known = names.get(left.text);
    const isOther = names.has(left.text) && known?.text !== found?.text;
    names.set(
      left.text,
      isOther || found === undefined
        ? undefined
        : { text: found.text, isSettable: isLiteral || found.isSettable },
    );
  }
}

/** The path that an expression stands for, or undefined. */
export function pathOf(node: Node, names: PathNames): FoundPath | undefined {
  switch (node.type) {
    case 'string':
    case 'concatenated_string':
      return fixed(literalString(node));
    case 'identifier':
      return node.text === '__file__'
        ? fixed('__file__')
        : names.get(node.text);
    case 'parenthesized_expression': {
      const [inner] = operands(node);
      return inner && pathOf(inner, names);
    }
    case 'binary_operator':
      return divided(node, names);
    case 'attribute':
      return attribute(node, names);
    case 'subscript':
      return ancestor(node, names);
    case 'call':
      return called(node, names);
    default:
      return undefined;
  }
}

function fixed(text: string | undefined): FoundPath | undefined {
  return text === undefined ? undefined : { text, isSettable: false };
}

function joined(
  parts: readonly (FoundPath | undefined)[],
): FoundPath | undefined {
  if (!parts.every((part) => part !== undefined)) return undefined;
  const text = parts.reduce((left, part) => append(left, part.text), '');
  return { text, isSettable: parts.some(({ isSettable }) => isSettable) };
}

/** `..` after `__file__` takes the file's name away, which only the reader of the fact knows. */
function append(left: string, right: string): string {
  if (path.posix.isAbsolute(right) || left === '') return right;
  return left.startsWith('__file__')
    ? `${left}/${right}`
    : path.posix.join(left, right);
}

function divided(node: Node, names: PathNames): FoundPath | undefined {
  const left = node.childForFieldName('left');
  const right = node.childForFieldName('right');
  const operator = node.childForFieldName('operator')?.text;
  if (operator !== '/' || left === null || right === null) return undefined;
  return joined([pathOf(left, names), pathOf(right, names)]);
}

function parentOf(found: FoundPath | undefined): FoundPath | undefined {
  return joined([found, fixed('..')]);
}

function attribute(node: Node, names: PathNames): FoundPath | undefined {
  const object = node.childForFieldName('object');
  const name = node.childForFieldName('attribute')?.text;
  if (object?.text === 'os' && name === 'pardir') return fixed('..');
  if (object?.text === 'os' && name === 'curdir') return fixed('.');
  return name === 'parent' && object !== null
    ? parentOf(pathOf(object, names))
    : undefined;
}

/** `path.parents[1]` */
function ancestor(node: Node, names: PathNames): FoundPath | undefined {
  const [parents, index] = operands(node);
  const object = parents?.childForFieldName('object');
  const isParents = parents?.childForFieldName('attribute')?.text === 'parents';
  if (!isParents || !object || !/^\d$/.test(index?.text ?? ''))
    return undefined;
  const ups = Number(index?.text) + 1;
  return joined([
    pathOf(object, names),
    fixed(Array(ups).fill('..').join('/')),
  ]);
}

function called(node: Node, names: PathNames): FoundPath | undefined {
  const callee = node.childForFieldName('function');
  const args = node.childForFieldName('arguments');
  if (callee === null || args === null) return undefined;
  const object = callee.childForFieldName('object');
  const name = (callee.childForFieldName('attribute') ?? callee).text;
  const given = operands(args).map((arg) => pathOf(arg, names));
  if (name === 'getcwd' || (name === 'cwd' && given.length === 0))
    return fixed('.');
  if (name === 'join' && given.length > 0) return joined(given);
  if (name === 'joinpath' && object !== null)
    return joined([pathOf(object, names), ...given]);
  if (name === 'dirname' && given.length === 1) return parentOf(given[0]);
  if (!SAME.has(name)) return undefined;
  if (given.length > 0) return joined(given);
  if (/^(?:resolve|absolute|as_posix)$/.test(name) && object !== null)
    return pathOf(object, names);
  return name === 'Path' ? fixed('.') : undefined;
}
