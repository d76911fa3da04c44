/**
 * The part of a module that one of its names can reach: every statement but definitions that only define, and of these
 * the ones that are named by what is in the slice already. When names may be reached in another way, it is the whole
 * module.
 */
import type { Node } from 'web-tree-sitter';
import type { Binding } from './bound-names.js';
import { operands } from './literal-node.js';
import { isPlainDefinition, type NameOrigins } from './plain-definition.js';
import { plainText } from './plain-text.js';

/** The text that belongs to a name. */
export interface ModuleSlice {
  readonly text: string;
  readonly isWhole: boolean;
}

/** Words by which code reaches names of its module without writing them, or reads its own text. */
const DYNAMIC =
  /\b(?:globals|exec|execfile|vars|locals|__import__|__globals__|__builtins__|builtins|inspect|linecache|getsource|currentframe|_getframe|f_globals|f_locals|f_back|get_ipython|user_ns|__main__|__loader__|__spec__|doctest|__file__)\b|\bsys\s*\.\s*modules\b|(?<!\.\s*)\beval\b|\bfrom\s+sys\s+import\b[^\n]*\bmodules\b|\bimport\s*\*/;

/** The module's own path, when only the folder around it can be meant. */
const OWN_FOLDER =
  /\b(?:pathlib\s*\.\s*)?Path\(\s*__file__\s*\)(?:\.(?:resolve|absolute)\(\s*\))?\.(?:resolve\(\s*\)\.)?parents?\b|\bos\.path\.dirname\(\s*(?:os\.path\.(?:abspath|realpath)\(\s*__file__\s*\)|__file__)\s*\)/g;

/** Another encoding gives the bytes of the file another meaning. */
const FOREIGN_CODING =
  /^[ \t\f]*#.*?coding[:=][ \t]*(?!(?:utf-?8|ascii)\b)[-\w.]+/im;

/** The slice of a name; `bindings` are all of the module. */
export function sliceOf(
  name: string,
  { root, code, bindings }: SlicedModule,
): ModuleSlice {
  const whole = { text: code, isWhole: true };
  if (root.hasError || FOREIGN_CODING.test(firstLines(code))) return whole;
  if (hasUnusualNames(code)) return whole;
  const statements = root.namedChildren.filter(
    ({ type }) => type !== 'comment',
  );
  const origins = originsIn(bindings);
  const optional = new Map<Node, string>();
  for (const statement of statements) {
    const defined = definedName(statement);
    if (
      defined !== undefined &&
      defined !== name &&
      !/^__.*__$/.test(defined) &&
      isPlainDefinition(statement, origins)
    )
      optional.set(statement, defined);
  }
  const reached = reach(
    statements.filter(
      (one) => !optional.has(one) && !isMainGuard(one, origins),
    ),
    optional,
    code,
  );
  const text = statements
    .filter((statement) => reached.has(statement))
    .map(plainText)
    .join('\n');
  return DYNAMIC.test(text.replace(OWN_FOLDER, ''))
    ? whole
    : { text, isWhole: false };
}

/** A module that was parsed. */
export interface SlicedModule {
  readonly root: Node;
  readonly code: string;
  readonly bindings: readonly Binding[];
}

/** What the module means by its names. */
export function originsIn(bindings: readonly Binding[]): NameOrigins {
  const bound = new Set<string>();
  const imported = new Map<string, string>();
  for (const { name, kind, node, nameNode } of bindings) {
    imported.delete(name);
    if (kind === 'imported' && !bound.has(name)) {
      const from = node.childForFieldName('module_name')?.text;
      const isRenamed = nameNode.parent?.type === 'aliased_import';
      if (from !== undefined && !isRenamed) imported.set(name, from);
    }
    bound.add(name);
  }
  return { bound, imported };
}

function firstLines(code: string): string {
  return code.split('\n', 2).join('\n');
}

/** Python folds some letters of names; a name might then be written in two ways. */
function hasUnusualNames(code: string): boolean {
  if (!/[^\0-\x7f]/.test(code)) return false;
  return (code.match(/[\p{L}\p{Nl}_][\p{L}\p{N}\p{M}\p{Pc}]*/gu) ?? []).some(
    (word) => word.normalize('NFKC') !== word,
  );
}

function definedName(statement: Node): string | undefined {
  const definition =
    statement.type === 'decorated_definition'
      ? statement.childForFieldName('definition')
      : statement;
  return definition?.type === 'function_definition' ||
    definition?.type === 'class_definition'
    ? definition.childForFieldName('name')?.text
    : undefined;
}

/** `if __name__ == "__main__":` without another branch: importing the module never runs it. */
function isMainGuard(statement: Node, { bound }: NameOrigins): boolean {
  const condition = statement.childForFieldName('condition')?.text ?? '';
  return (
    statement.type === 'if_statement' &&
    statement.childForFieldName('alternative') === null &&
    /^__name__\s*==\s*(['"])__main__\1$/.test(condition) &&
    !bound.has('__name__')
  );
}

/** All statements that the first ones reach. */
function reach(
  first: readonly Node[],
  optional: ReadonlyMap<Node, string>,
  code: string,
): ReadonlySet<Node> {
  const names = [...new Set(optional.values())];
  const pattern = namePattern(names);
  const reached = new Set(first);
  for (const statement of reached) {
    if (pattern === undefined) break;
    const found = namesUsedIn(statement, code, pattern);
    for (const [definition, name] of optional)
      if (found.has(name)) reached.add(definition);
  }
  return reached;
}

function namePattern(names: readonly string[]): RegExp | undefined {
  if (names.length === 0) return undefined;
  const words = [...names].sort((a, b) => b.length - a.length).join('|');
  return new RegExp(
    `(?<![\\p{L}\\p{N}\\p{M}_])(?:${words})(?![\\p{L}\\p{N}\\p{M}_])`,
    'gu',
  );
}

/** Names in the code of a statement, and in its texts: `getattr`, annotations in quotes, queries of a data frame. */
function namesUsedIn(
  statement: Node,
  code: string,
  pattern: RegExp,
): ReadonlySet<string> {
  const offset = statement.startIndex;
  const text = code.slice(offset, statement.endIndex);
  const found = new Set<string>();
  for (const { index, 0: word } of text.matchAll(pattern)) {
    if (found.has(word)) continue;
    const node = statement.descendantForIndex(
      offset + index,
      offset + index + word.length,
    );
    if (node !== null && isUse(node)) found.add(word);
  }
  return found;
}

function isUse(node: Node): boolean {
  const parent = node.parent;
  switch (node.type) {
    case 'comment':
      return false;
    case 'identifier':
      return !(
        (parent?.type === 'attribute' &&
          parent.childForFieldName('attribute')?.equals(node) === true) ||
        (parent?.type === 'keyword_argument' &&
          parent.childForFieldName('name')?.equals(node) === true)
      );
    default:
      return !isDocumentation(node) && !isExportList(node);
  }
}

/** A text that is a statement of its own. */
function isDocumentation(node: Node): boolean {
  const string = node.type === 'string' ? node : node.parent;
  const statement = string?.parent;
  return (
    string?.type === 'string' &&
    statement?.type === 'expression_statement' &&
    operands(statement).length === 1
  );
}

/** A name in `__all__`. */
function isExportList(node: Node): boolean {
  const list = node.parent?.parent;
  const assignment = list?.parent;
  return (
    (list?.type === 'list' || list?.type === 'tuple') &&
    assignment?.type === 'assignment' &&
    assignment.childForFieldName('left')?.text === '__all__'
  );
}
