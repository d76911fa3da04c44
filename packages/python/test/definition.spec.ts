/**
 * What a module says of one of its names.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  openParser,
  type Definition,
  type PythonParser,
} from '../src/index.js';

let parser: PythonParser;
beforeAll(async () => {
  parser = await openParser();
});

const KINDS: readonly (readonly [string, string, Definition['kind']])[] = [
  ['a function', 'def fn(): pass\n', 'function'],
  ['an asynchronous function', 'async def fn(): pass\n', 'function'],
  ['a decorated function', '@wrap\ndef fn(): pass\n', 'function'],
  ['a function in a branch', 'if X:\n    def fn(): pass\n', 'function'],
  [
    'a function in each branch',
    'try:\n    def fn(): pass\nexcept E:\n    def fn(): pass\n',
    'function',
  ],
  ['a class', 'class fn: pass\n', 'class'],
  ['an assignment', 'fn = partial(f, 1)\n', 'value'],
  ['a lambda', 'fn = lambda: 1\n', 'value'],
  ['an annotated assignment', 'fn: Callable = f\n', 'value'],
  ['a part of an assignment', '(a, [fn, *b]) = x\n', 'value'],
  ['a starred part of an assignment', 'a, *fn = x\n', 'value'],
  ['a chained assignment', 'a = fn = x\n', 'value'],
  ['an import', 'from x import fn\n', 'imported'],
  ['a renamed import', 'from x import y as fn\n', 'imported'],
  [
    'one of two imports',
    'try:\n    from x import fn\nexcept E:\n    from y import fn\n',
    'value',
  ],
  ['a module', 'import fn\n', 'value'],
  ['a loop', 'for fn in x: pass\n', 'value'],
  ['a with', 'with x as fn: pass\n', 'value'],
  ['an exception', 'try:\n    pass\nexcept E as fn: pass\n', 'value'],
  ['a walrus', 'if (fn := x): pass\n', 'value'],
  ['a pattern', 'match x:\n    case {"a": fn}: pass\n', 'value'],
  ['a global of a function', 'def f():\n    global fn\n    fn = 1\n', 'value'],
  ['a function that is replaced', 'def fn(): pass\nfn = wrap(fn)\n', 'value'],
  ['a name of a function', 'def f():\n    fn = 1\n', 'absent'],
  ['a member of a class', 'class A:\n    def fn(self): pass\n', 'absent'],
  ['a member that is set', 'a.fn = 1\n', 'absent'],
  ['only a package that is imported', 'import a.fn\n', 'absent'],
  [
    'only the original of a renamed import',
    'from x import fn as f\n',
    'absent',
  ],
  ['nothing', '', 'absent'],
  ['maybe a star import', 'from x import *\n', 'possible'],
  ['maybe globals', 'globals().update(x)\n', 'possible'],
  ['maybe a hook', 'def __getattr__(name): pass\n', 'possible'],
  ['maybe text that does not parse', 'x = (\n', 'possible'],
];

describe('the name is bound by', () => {
  it.each(KINDS)('%s', (_title, text, kind) => {
    expect(parser.readDefinition(text, 'fn').kind).toBe(kind);
  });
});

const SIGNATURES: readonly (readonly [string, string])[] = [
  ['def fn(a, b=1): pass', 'a b='],
  ['def fn(a: int, b: str = "x"): pass', 'a b='],
  ['def fn(a, /, b, *, c, d=1): pass', '(a) b [c] [d]='],
  ['def fn(a, *args, c, **kwargs): pass', 'a *args [c] **kwargs'],
  ['def fn(*args: int, **kwargs: str): pass', '*args **kwargs'],
  ['def fn(): pass', ''],
  ['def fn(a): pass\ndef fn(b): pass', 'b'],
  ['from functools import lru_cache\n@lru_cache()\ndef fn(a): pass', 'a'],
  ['@wrap\ndef fn(a): pass', 'unknown'],
  ['if X:\n    def fn(a): pass', 'unknown'],
  ['def fn(a): pass\nfn = wrap(fn)', 'unknown'],
  ['fn = partial(f, 1)', 'unknown'],
];

describe('the parameters', () => {
  it.each(SIGNATURES)('of %j', (text, expected) => {
    const { parameters } = parser.readDefinition(text, 'fn');
    expect(parameters === undefined ? 'unknown' : show(parameters)).toBe(
      expected,
    );
  });
});

function show(parameters: NonNullable<Definition['parameters']>): string {
  const around = {
    'positional-only': ['(', ')'],
    plain: ['', ''],
    'keyword-only': ['[', ']'],
    '*': ['*', ''],
    '**': ['**', ''],
  } as const;
  return parameters
    .map(({ name, kind, hasDefault }) => {
      const [before, after] = around[kind];
      return `${before}${name}${after}${hasDefault ? '=' : ''}`;
    })
    .join(' ');
}

describe('the upstreams', () => {
  it.each([
    ['a subscript', 'upstream["a"]', 'a'],
    ['two subscripts', 'upstream["b"], upstream["a"]', 'b a'],
    ['a product of one', 'upstream["a"]["data"]', 'a'],
    ['joined text', 'upstream["a" "b"]', 'ab'],
    ['an f-string', 'f"{upstream[\'a\']}"', 'a'],
    ['a nested function', '[upstream["a"] for x in y]', 'a'],
    ['a wildcard', 'upstream["fit-*"]', 'fit-*'],
    ['a variable', 'upstream[x]', ''],
    ['get', 'upstream.get("a")', ''],
    ['an alias', '(lambda up: up["a"])(upstream)', ''],
    ['a member', 'self.upstream["a"]', ''],
    ['an index', 'upstream[0]', ''],
  ])('%s', (_title, expression, names) => {
    const text = `def fn(product, upstream):\n    return ${expression}\n`;
    const { upstream } = parser.readDefinition(text, 'fn');
    expect(upstream.map(({ name }) => name).join(' ')).toBe(names);
    for (const { name, start, end } of upstream)
      expect(text.slice(start, end).replaceAll(/["' ]/g, '')).toBe(name);
  });

  it('of another function do not count', () => {
    const text = `def fn(upstream): pass\ndef other(upstream): upstream["a"]\n`;
    expect(parser.readDefinition(text, 'fn').upstream).toEqual([]);
  });
});

describe('the use of upstream', () => {
  const subscripts = { kind: 'subscripts', paths: [['a', 'data']] };
  const anything = { kind: 'anything' };
  it.each([
    [
      'literal subscripts',
      'def fn(upstream): upstream["a"]["data"]',
      subscripts,
    ],
    ['a call', 'def fn(upstream): load(upstream)', anything],
    ['all arguments', 'def fn(**kw): load(kw)', anything],
    [
      'a use in another function',
      'def fn(upstream): upstream["a"]["data"]\ndef g(upstream): load(upstream)',
      subscripts,
    ],
  ])('%s', (_title, text, use) => {
    expect(parser.readDefinition(text, 'fn').facts.upstreamUse).toEqual(use);
  });
});

it('an imported name has its origin', () => {
  const text = 'from .features import a, make as fn\n';
  expect(parser.readDefinition(text, 'fn').origin).toEqual({
    module: 'features',
    level: 1,
    names: ['make'],
  });
});

it.each([
  [
    'from ploomber import load_env\n@load_env\ndef fn(env): pass\n',
    ['env.yaml'],
  ],
  [
    'from ploomber import with_env\n@with_env("db.yaml")\ndef fn(env): pass\n',
    ['env.yaml', 'db.yaml'],
  ],
  ['def fn(env): pass\n', []],
])('files that are read for the placeholders of %j', (text, paths) => {
  expect(parser.readDefinition(text, 'fn').facts.paths).toEqual(paths);
});
