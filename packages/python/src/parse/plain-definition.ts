/**
 * Whether executing a definition does nothing but bind its name. Then the rest of the module can't tell whether it is
 * there, as long as nothing names it. Every doubt is a no.
 */
import type { Node } from 'web-tree-sitter';
import { operands } from './literal-node.js';

/** Decorators that only wrap, by the module that they must be imported from. */
const DECORATORS: Readonly<Record<string, string>> = {
  lru_cache: 'functools',
  cache: 'functools',
  cached_property: 'functools',
  total_ordering: 'functools',
  contextmanager: 'contextlib',
  dataclass: 'dataclasses',
  abstractmethod: 'abc',
  overload: 'typing',
  staticmethod: 'builtins',
  classmethod: 'builtins',
  property: 'builtins',
};
/** Of these, the ones that leave the signature of a function as it is. */
const TRANSPARENT = /^(?:lru_cache|cache|contextmanager)$/;

/** Classes without effect on their subclasses outside of them, by module. */
const BASES: Readonly<Record<string, string>> = {
  object: 'builtins',
  Exception: 'builtins',
  ValueError: 'builtins',
  RuntimeError: 'builtins',
  TypeError: 'builtins',
  KeyError: 'builtins',
  ABC: 'abc',
  Protocol: 'typing',
  NamedTuple: 'typing',
  TypedDict: 'typing',
  Enum: 'enum',
};

/** What a module means by a name. */
export interface NameOrigins {
  /** Names that the module binds in any way. */
  readonly bound: ReadonlySet<string>;
  /** Name -> module, for those that are bound by nothing but one `from module import name`. */
  readonly imported: ReadonlyMap<string, string>;
}

/** True when the definition, decorators included, has no effect but its name. */
export function isPlainDefinition(node: Node, origins: NameOrigins): boolean {
  if (node.type === 'decorated_definition') {
    const definition = node.childForFieldName('definition');
    return (
      definition !== null &&
      decoratorsOf(node).every((one) => isKnownDecorator(one, origins)) &&
      isPlainDefinition(definition, origins)
    );
  }
  return node.type === 'class_definition'
    ? isPlainClass(node, origins)
    : isPlainFunction(node);
}

/** True when the function is called as its definition says. */
export function keepsSignature(node: Node, origins: NameOrigins): boolean {
  return (
    node.type === 'function_definition' ||
    (node.type === 'decorated_definition' &&
      decoratorsOf(node).every(
        (one) =>
          isKnownDecorator(one, origins) &&
          TRANSPARENT.test(nameOf(calleeOf(one))),
      ))
  );
}

function decoratorsOf(node: Node): readonly Node[] {
  return node.namedChildren
    .filter(({ type }) => type === 'decorator')
    .flatMap((decorator) => operands(decorator).slice(0, 1));
}

function calleeOf(decorator: Node): Node {
  return decorator.type === 'call'
    ? (decorator.childForFieldName('function') ?? decorator)
    : decorator;
}

function isKnownDecorator(decorator: Node, origins: NameOrigins): boolean {
  const args = decorator.childForFieldName('arguments');
  return (
    isKnown(calleeOf(decorator), DECORATORS, origins) &&
    (args === null || operands(args).every(isPlainArgument))
  );
}

function isPlainArgument(argument: Node): boolean {
  if (argument.type !== 'keyword_argument') return isPlainExpression(argument);
  const value = argument.childForFieldName('value');
  return value !== null && isPlainExpression(value);
}

function nameOf(node: Node): string {
  return node.type === 'attribute'
    ? (node.childForFieldName('attribute')?.text ?? '')
    : node.text;
}

/** `lru_cache` from functools, `functools.lru_cache`, or a built-in name that the module does not bind. */
function isKnown(
  node: Node,
  known: Readonly<Record<string, string>>,
  { bound, imported }: NameOrigins,
): boolean {
  const name = nameOf(node);
  const module = Object.hasOwn(known, name) ? known[name] : undefined;
  if (module === undefined) return false;
  if (node.type === 'attribute')
    return node.childForFieldName('object')?.text === module;
  if (node.type !== 'identifier') return false;
  return module === 'builtins'
    ? !bound.has(name)
    : imported.get(name) === module;
}

function isPlainFunction(node: Node): boolean {
  const parameters = node.childForFieldName('parameters');
  const returned = node.childForFieldName('return_type');
  return (
    node.type === 'function_definition' &&
    (returned === null || isPlainExpression(returned)) &&
    (parameters === null ||
      parameters.namedChildren.every((parameter) => {
        const value = parameter.childForFieldName('value');
        const type = parameter.childForFieldName('type');
        return (
          (value === null || isPlainExpression(value)) &&
          (type === null || isPlainExpression(type))
        );
      }))
  );
}

function isPlainClass(node: Node, origins: NameOrigins): boolean {
  const bases = node.childForFieldName('superclasses');
  const body = node.childForFieldName('body');
  return (
    (bases === null ||
      operands(bases).every((base) => isKnown(base, BASES, origins))) &&
    body !== null &&
    operands(body).every((statement) => isPlainMember(statement, origins))
  );
}

function isPlainMember(statement: Node, origins: NameOrigins): boolean {
  switch (statement.type) {
    case 'function_definition':
    case 'decorated_definition':
    case 'class_definition':
      return isPlainDefinition(statement, origins);
    case 'pass_statement':
      return true;
    case 'expression_statement':
      return operands(statement).every(isPlainMemberExpression);
    default:
      return false;
  }
}

function isPlainMemberExpression(node: Node): boolean {
  if (node.type !== 'assignment') return isPlainExpression(node);
  const right = node.childForFieldName('right');
  const type = node.childForFieldName('type');
  return (
    node.childForFieldName('left')?.type === 'identifier' &&
    (right === null || isLiteral(right)) &&
    (type === null || isPlainExpression(type))
  );
}

/** An object that a name stands for may be told of the class that it becomes a member of (`__set_name__`). */
function isLiteral(node: Node): boolean {
  return (
    isPlainExpression(node) && node.descendantsOfType('identifier').length === 0
  );
}

const PLAIN =
  /^(?:identifier|integer|float|true|false|none|ellipsis|attribute|subscript|tuple|list|dictionary|set|pair|type|generic_type|type_parameter|union_type|member_type|unary_operator|parenthesized_expression|concatenated_string|string_start|string_content|string_end|escape_sequence|comment)$/;

/** A value that is only looked at: literals, names, members of names, containers of these, unions of types. */
function isPlainExpression(node: Node): boolean {
  const isUnion =
    node.type === 'binary_operator' &&
    node.childForFieldName('operator')?.text === '|';
  return (
    (isUnion || node.type === 'string' || PLAIN.test(node.type)) &&
    node.namedChildren.every(isPlainExpression)
  );
}
