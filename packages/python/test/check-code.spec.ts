/**
 * What is said of code without running it: `problems` of the facts of cells.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { openParser, type PythonParser } from '../src/index.js';

let parser: PythonParser;
beforeAll(async () => {
  parser = await openParser();
});

/** `kind name cell:line:column`, one for each problem. */
function problemsOf(...cells: readonly string[]): readonly string[] {
  return (parser.analyzeCells(cells).problems ?? []).map(
    ({ kind, name, position: { cell, line, column } }) =>
      [kind, name, `${cell}:${line}:${column}`].filter(Boolean).join(' '),
  );
}

describe('undefined names', () => {
  it.each([
    ['a name', 'print(df)', 'df 0:1:7'],
    ['below its use', 'print(x)\nx = 1', 'x 0:1:7'],
    ['in a function', 'def f():\n    return missing', 'missing 0:2:12'],
    ['a local below its use', 'def f():\n    print(x)\n    x = 1', 'x 0:2:11'],
    [
      'of a class, in its method',
      'class A:\n    x = 1\n    def f(self):\n        return x',
      'x 0:4:16',
    ],
    [
      'of a comprehension, after it',
      '[i for i in range(3)]\nprint(i)',
      'i 0:2:7',
    ],
    ['of a lambda, after it', 'f = lambda v: v\nprint(v)', 'v 0:2:7'],
    [
      'of a function, outside of it',
      'def f(a):\n    b = a\nprint(b)',
      'b 0:3:7',
    ],
    ['a default', 'def f(a=other): pass', 'other 0:1:9'],
    ['a decorator', '@other\ndef f(): pass', 'other 0:1:2'],
    ['a base class', 'class A(Base): pass', 'Base 0:1:9'],
    ['an annotation', 'def f(a: Frame): pass', 'Frame 0:1:10'],
    ['in an f-string', 'f"{missing:>{width}}"', 'missing 0:1:4'],
    ['an index', 'a = []\na[key] = 1', 'key 0:2:3'],
    ['augmented', 'total += 1', 'total 0:1:1'],
    ['of another module', 'import a.b\nprint(b)', 'b 0:2:7'],
    ['of Python 2', 'raw_input()', 'raw_input 0:1:1'],
    ['in code that a magic runs', '%time missing()', 'missing 0:1:1'],
    ['in a loop', 'for i in range(3):\n    print(missing)', 'missing 0:2:11'],
    ['in a case', 'match 1:\n    case 1: print(missing)', 'missing 0:2:19'],
    [
      'imported for its checker only, in time',
      'try:\n    x\nexcept ValueError:\n    pass',
      'x 0:2:5',
    ],
  ])('%s', (_title, code, expected) => {
    expect(problemsOf(code)[0]).toBe(`undefined-name ${expected}`);
  });

  it('are listed once each, with their cells', () => {
    expect(problemsOf('a = 1', 'print(b, a)\nprint(b)', 'c')).toEqual([
      'undefined-name b 1:1:7',
      'undefined-name c 2:1:1',
    ]);
  });

  it.each([
    ['assigned in an earlier cell', ['x = 1', 'print(x)']],
    [
      'used in a function that is called later',
      ['def f():\n    return x', 'x = 1\nf()'],
    ],
    [
      'tuples and stars',
      ['(a, [b, *c]), f.e = y = [[1, [2]], f]\na, b, c, y', 'f = 1'].reverse(),
    ],
    ['loops', ['for i, (a, b) in []:\n    pass\nelse:\n    pass\ni, a, b']],
    [
      'a loop that comes round',
      [
        'first = True\nwhile True:\n    if not first:\n        print(last)\n    last = 1\n    first = False\n    break',
      ],
    ],
    ['with', ['with open("f") as (a, b), open("g") as c:\n    a, b, c']],
    [
      'except',
      [
        'try:\n    pass\nexcept (ValueError, KeyError) as error:\n    print(error)',
      ],
    ],
    ['imports', ['import a.b, c.d as e\nfrom f import g, h as i\na, e, g, i']],
    ['walrus', ['if (n := 3) > 2: n\n[last := x for x in [1]]\nlast']],
    [
      'comprehensions',
      [
        '[(a, b) for a in range(3) if a for b in [a]]\n{k: v for k, v in {}.items()}',
      ],
    ],
    [
      'nested functions',
      [
        'def f(a):\n    def g():\n        return a + b\n    b = 1\n    return g',
      ],
    ],
    [
      'global',
      ['def f():\n    global total\n    total = 1\nf()\nprint(total)'],
    ],
    [
      'nonlocal',
      [
        'def f():\n    n = 0\n    def g():\n        nonlocal n\n        n += 1\n    return g',
      ],
    ],
    [
      'parameters',
      [
        'def f(a, /, b: int, *c, d=1, **e) -> None:\n    a, b, c, d, e\nlambda x, *y, z=1: (x, y, z)',
      ],
    ],
    [
      'generics',
      [
        'def f[T: int](a: T) -> T:\n    x: T = a\n    return x\nclass A[K]:\n    k: K\ntype B[V] = dict[V, A]',
      ],
    ],
    [
      'match',
      [
        'match [1]:\n    case [a, *b] | {"k": a, **b}: a, b\n    case str() as s: s, str(s)\n    case int(real=r): r',
      ],
    ],
    [
      'a class that names itself',
      ['class A:\n    def f(self) -> "A":\n        return __class__, A()'],
    ],
    [
      'annotations that are not evaluated',
      [
        'from __future__ import annotations\ndef f(a: Frame) -> Other: pass\nx: Frame = 1',
      ],
    ],
    ['attributes and keywords', ['import m\nm.anything(name=1).other']],
    ['IPython', ['display(In, Out, _, __, _1, _i2, get_ipython)']],
    ['built-in names', ['print(__name__, aiter, ExceptionGroup, __file__)']],
    [
      'shell and magics that give values',
      ['files = !ls\nout = %pwd\nprint(files, out)'],
    ],
    ['magics without their sign', ['pwd', 'ls', 'whos']],
    [
      'names tried out',
      ['try:\n    profile\nexcept NameError:\n    profile = 1'],
    ],
    ['names deleted', ['del x']],
    [
      'both Pythons',
      ['import sys\nif sys.version_info[0] < 3:\n    text = unicode'],
    ],
    [
      'for checkers of types',
      [
        'from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    class A(B[C]): ...',
      ],
    ],
    ['composed letters', ['\u00e9t\u00e9 = 1\nprint(e\u0301te\u0301)']],
  ])('are none: %s', (_title, cells) => {
    expect(problemsOf(...cells)).toEqual([]);
  });

  it.each([
    ['a star import', 'from pylab import *'],
    ['exec', 'exec(text)'],
    ['globals', 'globals().update(a=1)'],
    ['a magic that runs a file', '%run setup.py'],
    ['a magic that is not known', '%store -r'],
    ['an extension that is not known', '%load_ext my_extension'],
    ['a cell magic that gives a value', '%%bigquery frame\nselect 1'],
    ['captured output', '%%capture missing\nprint(1)'],
    ['symbols', 'import sympy\nsympy.var("missing")'],
    ['text that is no Python', 'def (:'],
  ])('are not looked for after %s', (_title, code) => {
    expect(problemsOf(code, 'print(missing)').join()).not.toMatch(/undefined/);
  });

  it.each([
    ['%matplotlib inline'],
    ['%load_ext autoreload\n%autoreload 2'],
    ['%pip install pandas'],
    ['!ls'],
    ['%%bash\necho $x'],
    ['%%time\nx = 1'],
  ])('are looked for after %s', (code) => {
    expect(problemsOf(code, 'print(missing)')).toEqual([
      'undefined-name missing 1:1:7',
    ]);
  });
});

describe('other problems', () => {
  it.each([
    ['text that is no Python', 'x = = 1', 'syntax-error 0:1:5'],
    ['return', 'return 1', 'outside return 0:1:1'],
    ['return in a class', 'class A:\n    return 1', 'outside return 0:2:5'],
    ['yield', '[(yield x) for x in []]', 'outside yield 0:1:3'],
    ['break', 'if True:\n    break', 'outside break 0:2:5'],
    [
      'continue in a function in a loop',
      'for i in []:\n    def f():\n        continue',
      'outside continue 0:3:9',
    ],
    ['an argument twice', 'def f(a, *a): pass', 'duplicate-argument a 0:1:11'],
  ])('%s', (_title, code, expected) => {
    expect(problemsOf(code)).toEqual([expected]);
  });

  it.each([
    ['await at the top', 'import a\nawait a.b()'],
    [
      'a loop in a function',
      'def f():\n    while True:\n        break\n    return 1\n    yield 2',
    ],
    ['text of another language', '%%html\n<b>bold</b>'],
    ['a cell magic that is not known', '%%mermaid\ngraph LR; a-->b'],
    ['commands without a sign', 'pip install pandas'],
    ['help', 'print?'],
    ['shell in a block', 'if True:\n    !ls -l\n    x = !ls'],
  ])('%s is none', (_title, code) => {
    expect(problemsOf(code)).toEqual([]);
  });

  it('are not looked for in modules', () => {
    expect(parser.analyzeModule('return missing').problems).toBeUndefined();
  });
});
