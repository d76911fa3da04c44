/** Literals and source text against CPython's own `ast.literal_eval` and `repr`. */
import { describe, expect, it } from '@jest/globals';
import {
  floatRepr,
  parsePythonLiteral,
  pythonRepr,
  toPythonSource,
  type PyValue,
} from '../src/index.js';
import { askPython } from './python-process.js';
import { seeded, type Random } from './random.js';

/** Tells for each text what `ast.literal_eval` makes of it; null when it refuses. */
const EVALUATE = `
import ast, json, sys
def tell(value):
    kind = type(value).__name__
    if value is None: return ['none']
    if kind == 'bool': return ['bool', value]
    if kind == 'int': return ['int', hex(value)]
    if kind == 'float': return ['float', repr(value)]
    if kind == 'str': return ['str', value]
    if kind in ('list', 'tuple'): return [kind] + [tell(item) for item in value]
    if kind == 'set': return [kind] + sorted(json.dumps(tell(item)) for item in value)
    if kind == 'dict': return [kind] + [[tell(k), tell(v)] for k, v in value.items()]
    return ['other', kind]
def evaluate(text):
    try: return tell(ast.literal_eval(text))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError): return None
print(json.dumps([evaluate(text) for text in json.load(sys.stdin)]))
`;

/** Texts with a known trap each; the random ones below recombine such pieces. */
const TEXTS = [
  ...['5', ' 5', '\t5', '5 # five', '-5', '+5', '- 5', '--5', '-(5)', '-(-5)'],
  ...['1_000', '1__0', '1_', '_1', '0x10', '0X_fF', '0b1_0', '0o17', '0o8'],
  ...['007', '00', '0_0', '007.5', '09e1', '09j', '1j', '-1j', '1+2j', '1-2j'],
  ...['1+2', '1+2j+3j', '2j+1', '-(1+2j)', 'True+1j', '(-1)+2j', '-True'],
  ...['1.', '.5', '.', '1e5', '1E+5', '1e', '1_0.0_1e1_0', '1e999', '-1e999'],
  ...['1e3', '1.10', '1.0', '-0.0', '5a', '5if', '0xg', '1.e5', '1..2', '1 2'],
  ...['True', 'true', ' True', 'None', 'none', 'Ellipsis', '...', '. . .'],
  ...['inf', 'nan', 'yes', '', ' ', '#', '2020-01-01', '2020 - 1 - 1', '()'],
  ...['(1)', '(1,)', '1,', '1,2', '1, 2,', '1,,', '(,)', '(1, 2)', '1,\n2'],
  ...['[1, 2]', '[]', '[,]', '[1,]', '[1 2]', '[1\n,\n2]', '[1, # a\n 2]'],
  ...['{}', '{1}', '{1,}', '{1, 1.0, True}', '{[1]}', '{(1, [2])}', '{{}}'],
  ...["{'a': 1}", "{'a': 1,}", "{'a'}", "{'a': 1, 'b'}", "{1: 'a', True: 'b'}"],
  ...["{'a': 1, 'a': 2}", '{[]: 1}', '{1: {2: {3: []}}}', '{**{}}', '[*[1]]'],
  ...[
    'set()',
    'set( )',
    'set([])',
    'set',
    'set\n()',
    '[set(), set()]',
    'dict()',
  ],
  ...["'a'", '"a"', "'a' 'b'", "'a'\n'b'", "('a'\n'b')", "'a''b'", "'a' b'b'"],
  ...[
    "b'a'",
    "B'a' b'c'",
    "rb'\\x'",
    "br'a'",
    "u'a'",
    "ur'a'",
    "bu'a'",
    "b'é'",
  ],
  ...["f'a'", "f'{1}'", "'a' f'b'", "F'a'", "t'a'", "rf'a'", "x'a'", "'é'"],
  ...["'''a\nb'''", '"""a"b""c"""', "'''a''''", "'a\nb'", "'a\\\nb'", "'a"],
  ...["'\\n\\t\\\\\\'\\\"'", "'\\a\\b\\f\\r\\v'", "'\\q'", "'\\0'", "'\\1234'"],
  ...["'\\777'", "b'\\777'", "'\\xe9'", "'\\xg1'", "'\\x1'", "'\\u2603'"],
  ...["'\\U0001f600'", "'\\U00110000'", "'\\u12'", "r'\\n'", "r'\\'", "r'\\''"],
  ...["r'a\\'b'", "b'\\u2603'", "b'\\N{x}'", "'a' # c", "'#'", '5\n', '5\n\n'],
  ...['\n5', '\n 5', '  \n5', '# c\n5', '5\n  ', '5\n  # c', '5\n 6', '5;'],
  ...['1 \\\n', '1, \\\n 2', '\\\n1', '(\\\n1)', '\f5', ' \f5', '5\f', '\xa05'],
  ...['５', 'Ａ', '5\0', '(1', '[1', '{1', '1)', ']', '(]', '1 if 1 else 2'],
  ...['not 1', '~1', '-"a"', '[-"a"]', '1 == 1', 'lambda: 1', '[x for x in y]'],
  ...['a.b', '"a".b', '(1).real', '1 .real', '[1][0]', '{1: 2}[1]', '"a" % 1'],
  ...["'a'*2", '1\r\n', '[1,\r\n2]', "'''a\r\nb'''", "'''a\rb'''", '1\r2'],
  ...[
    '0' + '_0'.repeat(50),
    '9'.repeat(400),
    '9'.repeat(4301),
    '0xf'.padEnd(5000, 'f'),
  ],
  ...[50, 150].map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
  ...[250, 20_000].map((depth) => '('.repeat(depth) + '1' + ')'.repeat(depth)),
];

const PIECES = [
  ...['1', '0', '-', '+', '.', 'e', 'j', '_', 'x', '12', '0x1', '1.5', 'True'],
  ...["'", '"', "'a'", '"b"', "'''", 'r', 'b', 'u', 'f', '\\', '\\n', '\\x41'],
  ...[
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    ',',
    ':',
    ' ',
    '\n',
    '\t',
    '#',
    'None',
  ],
  ...['set()', '...', 'é', "'k': 1", '{1: 2}', '(1, 2)', '[3]', '\\\n', '\f'],
];

const randomTexts = (random: Random, count: number): string[] =>
  Array.from({ length: count }, () =>
    Array.from({ length: 1 + random.below(9) }, () => random.pick(PIECES)).join(
      '',
    ),
  );

function tell(value: PyValue): unknown {
  switch (value.kind) {
    case 'none':
      return ['none'];
    case 'int':
      return [
        'int',
        `${value.value < 0n ? '-' : ''}0x${(value.value < 0n ? -value.value : value.value).toString(16)}`,
      ];
    case 'float':
      return ['float', floatRepr(value.value)];
    case 'bool':
    case 'str':
      return [value.kind, value.value];
    case 'list':
    case 'tuple':
      return [value.kind, ...value.items.map(tell)];
    case 'set':
      return [
        'set',
        ...value.items.map((item) => pythonJson(tell(item))).sort(),
      ];
    case 'dict':
      return ['dict', ...value.entries.map((pair) => pair.map(tell))];
    case 'other':
      return ['other', value.type];
  }
}

/** As `json.dumps` writes it: blanks after commas, ASCII only. */
function pythonJson(value: unknown): string {
  return Array.isArray(value)
    ? `[${value.map(pythonJson).join(', ')}]`
    : JSON.stringify(value).replaceAll(
        /[\x7f-\uffff]/g,
        (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
}

describe('parsePythonLiteral', () => {
  const texts = [...TEXTS, ...randomTexts(seeded(7), 60_000)];

  it('reads what ast.literal_eval reads', () => {
    const expected = askPython(EVALUATE, texts) as unknown[];
    const differences = texts.flatMap((text, index) => {
      const literal = parsePythonLiteral(text);
      const ours = literal.ok ? tell(literal.value) : null;
      const same = JSON.stringify(ours) === JSON.stringify(expected[index]);
      return same
        ? []
        : [{ text: text.slice(0, 80), ours, python: expected[index] }];
    });
    expect(differences).toEqual([]);
    expect(expected.filter((value) => value !== null).length).toBeGreaterThan(
      2000,
    );
  });
});

describe('floatRepr', () => {
  it("equals Python's repr over all magnitudes", () => {
    const random = seeded(11);
    const bytes = new DataView(new ArrayBuffer(8));
    const floats = Array.from({ length: 20_000 }, () => {
      bytes.setUint32(0, random.below(2 ** 32));
      bytes.setUint32(4, random.below(2 ** 32));
      return bytes.getFloat64(0);
    }).filter(Number.isFinite);
    const round = [...Array(640).keys()].map((n) => Number(`1e${n - 325}`));
    const all = [
      ...floats,
      ...round,
      1e15,
      1e16,
      123456789012345680,
      1e-4,
      1e-5,
    ];
    const expected = askPython(
      'import json,sys; print(json.dumps([repr(float(x)) for x in json.load(sys.stdin)]))',
      all.map((value) => value.toExponential()),
    );
    expect(all.map(floatRepr)).toEqual(expected);
  });
});

describe('pythonRepr and toPythonSource', () => {
  const strings = [
    "it's",
    '"',
    `'"`,
    '\\',
    '\n\r\t\0\x7f',
    'é\xa0\xad',
    '☃',
    '😀',
    '\u2028',
    '\ud800',
  ];

  it("repr of strings equals Python's", () => {
    const expected = askPython(
      'import json,sys; print(json.dumps([repr(x) for x in json.load(sys.stdin)]))',
      strings,
    );
    expect(strings.map((value) => pythonRepr({ kind: 'str', value }))).toEqual(
      expected,
    );
  });

  it('source evaluates to the value again', () => {
    const value: PyValue = {
      kind: 'list',
      items: [
        ...strings.map((text): PyValue => ({ kind: 'str', value: text })),
        { kind: 'int', value: -(2n ** 80n) },
        { kind: 'float', value: 1e-7 },
        { kind: 'none' },
        {
          kind: 'dict',
          entries: [
            [
              { kind: 'str', value: '"k"' },
              { kind: 'bool', value: true },
            ],
          ],
        },
      ],
    };
    const source = toPythonSource(value);
    expect(source.ok && askPython(EVALUATE, [source.text])).toEqual([
      tell(value),
    ]);
  });
});
