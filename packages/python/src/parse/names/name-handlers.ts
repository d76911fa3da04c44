/**
 * What each kind of node of a Python syntax tree means for names: which it binds, which it reads, and in what order.
 * Kinds that are not listed only hold others.
 */
import { childIn, type PlainNode } from './plain-tree.js';
import type { Handler, NameReader, Place } from './name-reader.js';
import { Scope, type ScopeKind } from './scopes.js';

/** A place in a new scope; code of a function or comprehension is outside of all loops around it. */
function inside(place: Place, kind: ScopeKind): Place {
  const scope = new Scope(kind, place.scope);
  return kind === 'class'
    ? { ...place, scope }
    : { ...place, scope, loop: 0, isDeferred: false };
}

/** Binds the names of a target; in `a.b[c] = 1`, `a` and `c` are read. */
function bindTarget(
  reader: NameReader,
  node: PlainNode | undefined,
  place: Place,
): void {
  switch (node?.type) {
    case undefined:
      return;
    case 'identifier':
      reader.bind(node, place);
      return;
    case 'pattern_list':
    case 'tuple_pattern':
    case 'list_pattern':
    case 'list_splat_pattern':
    case 'dictionary_splat_pattern':
    case 'as_pattern_target':
    case 'expression_list':
    case 'tuple':
    case 'list':
    case 'list_splat':
    case 'parenthesized_expression':
      for (const child of node.children) bindTarget(reader, child, place);
      return;
    default:
      reader.visit(node, place);
  }
}

const readAssignment: Handler = (reader, node, place) => {
  reader.visit(childIn(node, 'right'), place);
  const type = childIn(node, 'type');
  if (place.scope.kind !== 'function') readAnnotation(reader, type, place);
  const left = childIn(node, 'left');
  // An annotation alone gives no value, but who writes one means that there is one.
  if (node.type === 'augmented_assignment') reader.visit(left, place);
  bindTarget(reader, left, place);
};

function readAnnotation(
  reader: NameReader,
  node: PlainNode | undefined,
  place: Place,
): void {
  if (node === undefined || reader.hasLazyAnnotations) return;
  reader.visit(node, { ...place, isDeferred: true });
}

const readFunction: Handler = (reader, node, place) => {
  const parameters = childIn(node, 'parameters');
  readDefaults(reader, parameters, place);
  const body = inside(place, 'function');
  const generics = node.children.filter(
    ({ field }) => field === 'type_parameters',
  );
  const around = generics.length > 0 ? inside(place, 'function') : place;
  for (const one of generics) bindEvery(reader, one, around);
  for (const one of generics) bindEvery(reader, one, body);
  for (const parameter of parameters?.children ?? [])
    readAnnotation(reader, childIn(parameter, 'type'), around);
  readAnnotation(reader, childIn(node, 'return_type'), around);
  const name = childIn(node, 'name');
  if (name !== undefined) reader.bind(name, place);
  bindParameters(reader, parameters, body);
  reader.visit(childIn(node, 'body'), body);
};

const readLambda: Handler = (reader, node, place) => {
  const parameters = childIn(node, 'parameters');
  readDefaults(reader, parameters, place);
  const body = inside(place, 'function');
  bindParameters(reader, parameters, body);
  reader.visit(childIn(node, 'body'), body);
};

function readDefaults(
  reader: NameReader,
  parameters: PlainNode | undefined,
  place: Place,
): void {
  for (const parameter of parameters?.children ?? [])
    reader.visit(childIn(parameter, 'value'), place);
}

function bindParameters(
  reader: NameReader,
  parameters: PlainNode | undefined,
  place: Place,
): void {
  const seen = new Set<string>();
  for (const parameter of parameters?.children ?? [])
    for (const name of parameterNames(parameter)) {
      const text = reader.textOf(name);
      if (seen.has(text)) reader.report('duplicate-argument', text, name);
      seen.add(text);
      reader.bind(name, place);
    }
}

function parameterNames(parameter: PlainNode): readonly PlainNode[] {
  switch (parameter.type) {
    case 'identifier':
      return [parameter];
    case 'default_parameter':
    case 'typed_default_parameter': {
      const name = childIn(parameter, 'name');
      return name === undefined ? [] : parameterNames(name);
    }
    case 'typed_parameter':
      return parameter.children
        .filter(({ field }) => field !== 'type')
        .flatMap(parameterNames);
    case 'list_splat_pattern':
    case 'dictionary_splat_pattern':
    case 'tuple_pattern':
      return parameter.children.flatMap(parameterNames);
    default:
      return [];
  }
}

const readClass: Handler = (reader, node, place) => {
  const generics = node.children.filter(
    ({ field }) => field === 'type_parameters',
  );
  const around = generics.length > 0 ? inside(place, 'function') : place;
  for (const one of generics) bindEvery(reader, one, around);
  reader.visit(childIn(node, 'superclasses'), around);
  reader.visit(childIn(node, 'body'), inside(around, 'class'));
  const name = childIn(node, 'name');
  if (name !== undefined) reader.bind(name, place);
};

/** Generics: whatever they name counts as bound, which reports too little rather than too much. */
function bindEvery(reader: NameReader, node: PlainNode, place: Place): void {
  if (node.type === 'identifier') reader.bind(node, place);
  for (const child of node.children) bindEvery(reader, child, place);
}

/** A pattern of `case`: a bare name is bound; the class of `Point(x=0)` and dotted names are values. */
function bindPattern(reader: NameReader, node: PlainNode, place: Place): void {
  const { type, children } = node;
  const [first, ...others] = children;
  if (type === 'identifier') reader.bind(node, place);
  else if (type === 'class_pattern' || type === 'keyword_pattern')
    for (const child of others) bindPattern(reader, child, place);
  else if (type === 'dotted_name' && others.length > 0)
    reader.visit(first, place);
  else for (const child of children) bindPattern(reader, child, place);
}

const readComprehension: Handler = (reader, node, place) => {
  const own = inside(place, 'comprehension');
  const [body, ...clauses] = node.children;
  clauses.forEach((clause, index) => {
    if (clause.type !== 'for_in_clause') {
      reader.visit(clause, own);
      return;
    }
    // The first iterable is evaluated where the comprehension stands.
    const source = index === 0 ? place : own;
    for (const child of clause.children)
      if (child.field === 'right') reader.visit(child, source);
    bindTarget(reader, childIn(clause, 'left'), own);
  });
  reader.visit(body, own);
};

/** `(name := value)` binds in the function around comprehensions. */
const readWalrus: Handler = (reader, node, place) => {
  reader.visit(childIn(node, 'value'), place);
  let { scope } = place;
  while (scope.kind === 'comprehension' && scope.parent !== undefined)
    scope = scope.parent;
  const name = childIn(node, 'name');
  if (name !== undefined) reader.bind(name, { ...place, scope });
};

const readFor: Handler = (reader, node, place) => {
  reader.visit(childIn(node, 'right'), place);
  const own = reader.inLoop(place);
  bindTarget(reader, childIn(node, 'left'), own);
  for (const child of node.children)
    if (child.field !== 'right' && child.field !== 'left')
      reader.visit(child, own);
};

const readWhile: Handler = (reader, node, place) => {
  reader.all(node.children, reader.inLoop(place));
};

/** `import a.b` binds `a`, `import a.b as c` binds `c`. */
const readImport: Handler = (reader, node, place) => {
  for (const child of node.children) {
    if (child.type === 'wildcard_import') reader.isBlind = true;
    if (child.field !== 'name') continue;
    const alias = childIn(child, 'alias');
    const name =
      alias ?? child.children.find(({ type }) => type === 'identifier');
    if (name !== undefined) reader.bind(name, place);
  }
};

const readFuture: Handler = (reader, node, place) => {
  if (/\bannotations\b/.test(reader.textOf(node)))
    reader.hasLazyAnnotations = true;
  readImport(reader, node, place);
};

const sendElsewhere: Handler = (reader, node, place) => {
  for (const name of node.children) reader.sendElsewhere(name, place);
};

/** Deleting a name that is missing fails, too, but `del` is often followed by an assignment in a loop. */
const readDelete: Handler = (reader, node, place) => {
  reader.all(node.children, { ...place, isGuarded: true });
};

const catchesNames =
  /^except\*?\s*:|\b(?:NameError|UnboundLocalError|Exception|BaseException)\b/;

const readTry: Handler = (reader, node, place) => {
  const isGuarded =
    place.isGuarded ||
    node.children.some(
      (child) =>
        child.type.startsWith('except') &&
        catchesNames.test(reader.textOf(child).split('\n', 1)[0] ?? ''),
    );
  for (const child of node.children)
    reader.visit(
      child,
      child.field === 'body' ? { ...place, isGuarded } : place,
    );
};

/** Blocks that never run: names in them may be missing. */
const neverTrue = /^(?:(?:\w+\.)?TYPE_CHECKING|False|0)$/s;

const readIf: Handler = (reader, node, place) => {
  const condition = childIn(node, 'condition');
  const isNever =
    condition !== undefined && neverTrue.test(reader.textOf(condition));
  for (const child of node.children)
    reader.visit(child, {
      ...place,
      isGuarded: place.isGuarded || (isNever && child.field === 'consequence'),
    });
};

const swallows = /\b(?:suppress|raises|assertRaises\w*|assert_raises\w*)\b/;

const readWith: Handler = (reader, node, place) => {
  const clause = node.children.find(({ type }) => type === 'with_clause');
  const isSwallowed =
    clause !== undefined && swallows.test(reader.textOf(clause));
  reader.visit(clause, place);
  reader.visit(childIn(node, 'body'), {
    ...place,
    isGuarded: place.isGuarded || isSwallowed,
  });
};

/** `value as target` of `with` and `except`. */
const readAs: Handler = (reader, node, place) => {
  for (const child of node.children)
    if (child.field === 'alias') bindTarget(reader, child, place);
    else reader.visit(child, place);
};

const readCase: Handler = (reader, node, place) => {
  for (const child of node.children)
    if (child.type === 'case_pattern') bindPattern(reader, child, place);
    else reader.visit(child, place);
};

const readTypeAlias: Handler = (reader, node, place) => {
  const left = childIn(node, 'left');
  if (left !== undefined) bindEvery(reader, left, place);
  // Evaluated when somebody asks for it; its generics count as bound.
  const right = childIn(node, 'right');
  if (right !== undefined) reader.visit(right, { ...place, isDeferred: true });
};

/** `return` and `yield` belong to a function. */
const readInFunction: Handler = (reader, node, place) => {
  let { scope } = place;
  while (scope.kind === 'comprehension' && scope.parent !== undefined)
    scope = scope.parent;
  const [word = ''] = /^\w+/.exec(reader.textOf(node)) ?? [];
  if (scope.kind !== 'function') reader.report('outside', word, node);
  reader.all(node.children, place);
};

/** `break` and `continue` belong to a loop. */
const readInLoop: Handler = (reader, node, { loop }) => {
  if (loop === 0) reader.report('outside', reader.textOf(node), node);
};

const onlyIn =
  (field: string): Handler =>
  (reader, node, place) => {
    reader.visit(childIn(node, field), place);
  };

const nothing: Handler = () => undefined;

/** Handlers by the type of the node. */
export const nameHandlers: Readonly<Record<string, Handler>> = {
  identifier: (reader, node, place) => {
    reader.use(node, place);
  },
  attribute: onlyIn('object'),
  keyword_argument: onlyIn('value'),
  assignment: readAssignment,
  augmented_assignment: readAssignment,
  named_expression: readWalrus,
  function_definition: readFunction,
  lambda: readLambda,
  class_definition: readClass,
  list_comprehension: readComprehension,
  set_comprehension: readComprehension,
  dictionary_comprehension: readComprehension,
  generator_expression: readComprehension,
  for_statement: readFor,
  while_statement: readWhile,
  if_statement: readIf,
  with_statement: readWith,
  as_pattern: readAs,
  try_statement: readTry,
  import_statement: readImport,
  import_from_statement: readImport,
  future_import_statement: readFuture,
  global_statement: sendElsewhere,
  nonlocal_statement: sendElsewhere,
  delete_statement: readDelete,
  case_clause: readCase,
  return_statement: readInFunction,
  yield: readInFunction,
  break_statement: readInLoop,
  continue_statement: readInLoop,
  type_alias_statement: readTypeAlias,
  type_conversion: nothing,
  string_content: nothing,
};
