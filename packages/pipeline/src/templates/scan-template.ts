/**
 * What a template mentions: variables, upstreams, other templates, the product it declares. Found in its tokens, without
 * rendering; a name counts as declared wherever the template binds it.
 */
import type { TextRange } from '../text-file.js';
import type { JinjaPart, JinjaToken } from './jinja-tokens.js';

/** A word of a template and its place. */
export interface Mention extends TextRange {
  readonly name: string;
}

/** Another template that is imported, included or extended. */
export interface Reference extends TextRange {
  /** Names to try in order; undefined when they are computed. */
  readonly names: readonly string[] | undefined;
  readonly isOptional: boolean;
}

/** A subscript of `upstream`. */
export interface UpstreamMention extends TextRange {
  /** Task, then product; undefined when it is computed. */
  readonly path: readonly string[] | undefined;
  /** `upstream.get(...)`: a method of Python. */
  readonly isCall: boolean;
}

/** Everything that a template mentions, in order. */
export interface TemplateScan {
  /** Variables, those left out that the template binds itself. */
  readonly variables: readonly Mention[];
  readonly upstreams: readonly UpstreamMention[];
  /** True when `upstream` is used in another way than by subscripts. */
  readonly usesAllUpstream: boolean;
  readonly references: readonly Reference[];
  /** The tokens after `{% set product =`. */
  readonly product?: readonly JinjaToken[];
}

const KEYWORDS = new Set([
  ...['and', 'or', 'not', 'in', 'is', 'if', 'else', 'elif', 'recursive'],
  ...['true', 'false', 'none', 'True', 'False', 'None'],
]);
/** Names that Jinja and Ploomber define, and those of loops and macros. */
const GLOBALS = new Set([
  ...['range', 'dict', 'lipsum', 'cycler', 'joiner', 'namespace', 'get_key'],
  ...['loop', 'self', 'super', 'caller', 'varargs', 'kwargs'],
]);
const REFERENCES = new Set(['include', 'import', 'from', 'extends']);

/** Scans the parts of a template. */
export function scanTemplate(parts: readonly JinjaPart[]): TemplateScan {
  const used: Mention[] = [];
  const bound = new Set<string>(GLOBALS);
  const upstreams: UpstreamMention[] = [];
  const references: Reference[] = [];
  let usesAllUpstream = false;
  let product: readonly JinjaToken[] | undefined;
  for (const part of parts) {
    const { tokens, targets } = expressionsOf(part);
    for (const name of targets) bound.add(name);
    const reference = referenceOf(part);
    if (reference !== undefined) references.push(reference);
    if (targets.has('product') && part.tokens[0]?.text === 'set')
      product = part.tokens.slice(3);
    for (const [index, token] of tokens.entries()) {
      if (!isVariable(tokens, index)) continue;
      used.push({ name: token.text, start: token.start, end: token.end });
      if (token.text !== 'upstream') continue;
      const mention = upstreamAt(tokens, index);
      if (mention === undefined) usesAllUpstream = true;
      else upstreams.push(mention);
    }
  }
  return {
    variables: used.filter(({ name }) => !bound.has(name)),
    upstreams,
    usesAllUpstream,
    references,
    ...(product === undefined ? {} : { product }),
  };
}

/** A name that stands for a value: no member, filter, test, keyword, or name of an argument. */
function isVariable(tokens: readonly JinjaToken[], index: number): boolean {
  const token = tokens[index];
  if (token?.kind !== 'name' || KEYWORDS.has(token.text)) return false;
  const before = tokens[index - 1]?.text;
  const isTest =
    before === 'is' || (before === 'not' && tokens[index - 2]?.text === 'is');
  const isArgument =
    tokens[index + 1]?.text === '=' && (before === '(' || before === ',');
  return before !== '.' && before !== '|' && !isTest && !isArgument;
}

/** `upstream['a']['k']`, `upstream.a.k`; undefined for any other use. */
function upstreamAt(
  tokens: readonly JinjaToken[],
  index: number,
): UpstreamMention | undefined {
  const path: string[] = [];
  let at = index + 1;
  let place: TextRange | undefined;
  for (; ; at += 1) {
    const [mark, key, close] = tokens.slice(at, at + 3);
    if (mark?.text === '.' && key !== undefined) {
      path.push(key.text);
      place ??= key;
      at += 1;
    } else if (mark?.kind === 'operator' && mark.text === '[') {
      if (key?.kind !== 'string' || close?.text !== ']') {
        if (path.length > 0) break;
        const { start, end } = key ?? mark;
        return { path: undefined, isCall: false, start, end };
      }
      path.push(key.text);
      place ??= key;
      at += 2;
    } else break;
  }
  if (place === undefined) return undefined;
  const isCall = tokens[at]?.text === '(';
  const { start, end } = place;
  // The last member of a call is a method.
  const read = isCall && path.length > 1 ? path.slice(0, -1) : path;
  return { path: read, isCall: isCall && path.length === 1, start, end };
}

interface Expressions {
  /** The tokens that are evaluated. */
  readonly tokens: readonly JinjaToken[];
  /** Names that the statement binds. */
  readonly targets: ReadonlySet<string>;
}

function expressionsOf({ kind, tokens }: JinjaPart): Expressions {
  if (kind === 'expression') return { tokens, targets: new Set() };
  const [tag, ...rest] = tokens;
  switch (tag?.text) {
    case 'set':
      return boundBefore(rest, '=');
    case 'for':
      return boundBefore(rest, 'in');
    case 'macro':
      return macro(rest);
    case 'call':
      return rest[0]?.text === '(' ? macro(rest) : plain(rest);
    case 'with':
      return {
        tokens: rest.filter((_, index) => rest[index + 1]?.text !== '='),
        targets: namesWhere(rest, (index) => rest[index + 1]?.text === '='),
      };
    case 'import':
    case 'from':
      return imported(rest);
    case 'include':
    case 'extends':
      return plain(rest.filter(({ text }) => !REFERENCE_WORDS.has(text)));
    case 'block':
      return plain([]);
    case 'filter':
      return plain(rest.slice(1));
    case undefined:
      return plain([]);
    default:
      return plain(/^end/.test(tag?.text ?? '') ? [] : rest);
  }
}

const REFERENCE_WORDS = new Set([
  'ignore',
  'missing',
  'with',
  'without',
  'context',
]);

function plain(tokens: readonly JinjaToken[]): Expressions {
  return { tokens, targets: new Set() };
}

function namesWhere(
  tokens: readonly JinjaToken[],
  isWanted: (index: number) => boolean,
): ReadonlySet<string> {
  return new Set(
    tokens
      .filter(({ kind }, index) => kind === 'name' && isWanted(index))
      .map(({ text }) => text),
  );
}

/** Names before a word are bound, what follows is evaluated; `{% set x %}` has nothing to evaluate. */
function boundBefore(tokens: readonly JinjaToken[], word: string): Expressions {
  const found = tokens.findIndex(({ text }) => text === word);
  const at = found < 0 ? tokens.length : found;
  return {
    tokens: tokens.slice(at + 1),
    targets: namesWhere(
      tokens,
      (index) =>
        index < at && !['.', '|'].includes(tokens[index - 1]?.text ?? ''),
    ),
  };
}

/** `name(a, b=default)`; of a call block the arguments come first, then what is called. */
function macro(tokens: readonly JinjaToken[]): Expressions {
  const isArgument = (index: number): boolean =>
    ['(', ','].includes(tokens[index - 1]?.text ?? '') &&
    [')', ',', '='].includes(tokens[index + 1]?.text ?? '');
  const isBound = (index: number): boolean =>
    (index === 0 && tokens[1]?.text === '(') || isArgument(index);
  return {
    tokens: tokens.filter((_, index) => !isBound(index)),
    targets: namesWhere(tokens, isBound),
  };
}

/** `'file' as name`, `'file' import a as b, c`, both perhaps `with context`. */
function imported(tokens: readonly JinjaToken[]): Expressions {
  const start = tokens.findIndex(
    ({ text }) => text === 'as' || text === 'import',
  );
  const at = start < 0 ? tokens.length : start;
  const context = tokens.findLastIndex(({ text }) => text === 'context');
  const end = context < at ? tokens.length : context - 1;
  return {
    tokens: tokens.slice(0, at),
    targets: namesWhere(
      tokens,
      (index) => index > at && index < end && tokens[index + 1]?.text !== 'as',
    ),
  };
}

/** The templates that a statement names. */
function referenceOf({ kind, tokens }: JinjaPart): Reference | undefined {
  const [tag, first, ...rest] = tokens;
  if (kind !== 'statement' || tag === undefined || first === undefined)
    return undefined;
  if (!REFERENCES.has(tag.text)) return undefined;
  const isOptional = rest.some(
    ({ text }, index) =>
      text === 'ignore' && rest[index + 1]?.text === 'missing',
  );
  const { start } = first;
  if (first.kind === 'string') {
    const isWhole = rest[0] === undefined || rest[0].kind === 'name';
    const names = isWhole && rest[0]?.text !== 'if' ? [first.text] : undefined;
    return { names, isOptional, start, end: first.end };
  }
  const isList = first.text === '[' || first.text === '(';
  const close = rest.findIndex(({ text }) => text === ']' || text === ')');
  const items = rest
    .slice(0, close)
    .filter(({ text, kind: one }) => one !== 'operator' || text !== ',');
  const isLiteral =
    isList && close >= 0 && items.every((item) => item.kind === 'string');
  return {
    names: isLiteral ? items.map(({ text }) => text) : undefined,
    isOptional,
    start,
    end: first.end,
  };
}
