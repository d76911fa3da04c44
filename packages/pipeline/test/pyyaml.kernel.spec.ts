/**
 * Documents mean what they mean to PyYAML: its safe loader is asked.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { castString, type PyValue } from '@nx-notebook/python';
import { Problems } from '../src/problems.js';
import { TextFile } from '../src/text-file.js';
import { readYaml } from '../src/yaml/read-yaml.js';
import type { YamlNode } from '../src/yaml/yaml-node.js';
import { randomNumbers } from './random-numbers.js';

const python = join(__dirname, '../../../.venv/bin/python');

const safeLoad = `
import datetime, json, sys, yaml

def plain(value):
    if value is None: return ["none"]
    if isinstance(value, bool): return ["bool", value]
    if isinstance(value, int): return ["int", str(value)]
    if isinstance(value, float): return ["float", repr(value)]
    if isinstance(value, str): return ["str", value]
    if isinstance(value, datetime.date): return ["date"]
    if isinstance(value, list): return ["list", [plain(item) for item in value]]
    return ["dict", [[plain(key), plain(item)] for key, item in value.items()]]

def load(text):
    try:
        return plain(yaml.safe_load(text))
    except Exception:
        return None

json.dump([load(text) for text in json.load(sys.stdin)], sys.stdout)
`;

/** What PyYAML makes of each document; null where it fails. */
function askPyYaml(texts: readonly string[]): readonly unknown[] {
  const { status, stdout, stderr } = spawnSync(python, ['-I', '-c', safeLoad], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) throw new Error(`Python failed: ${stderr}`);
  return JSON.parse(stdout) as readonly unknown[];
}

/** The same for our reader, before casting. */
function readHere(text: string): unknown {
  const problems = new Problems('/p.yaml');
  const node = readYaml(new TextFile('/p.yaml', text), problems);
  return node === undefined ? null : plainNode(node);
}

function plainNode(node: YamlNode): unknown {
  if (node.kind === 'sequence') return ['list', node.items.map(plainNode)];
  if (node.kind === 'mapping') {
    return [
      'dict',
      node.entries.map(({ key, value }) => [plainValue(key), plainNode(value)]),
    ];
  }
  return node.text === undefined ? plainValue(node.value) : ['str', node.text];
}

function plainValue(value: PyValue): unknown {
  switch (value.kind) {
    case 'none':
      return ['none'];
    case 'bool':
      return ['bool', value.value];
    case 'int':
      return ['int', String(value.value)];
    case 'float':
      return ['float', value.value];
    case 'str':
      return ['str', value.value];
    case 'other':
      return ['date'];
    case 'list':
    case 'tuple':
    case 'set':
    case 'dict':
      throw new Error(`no scalar: ${value.kind}`);
  }
}

/** Python's repr of floats, as numbers. */
function comparable(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const items: readonly unknown[] = value;
  return items[0] === 'float' && typeof items[1] === 'string'
    ? ['float', numberOf(items[1])]
    : items.map(comparable);
}

function numberOf(repr: string): number {
  if (repr === 'nan') return NaN;
  return repr.endsWith('inf')
    ? Infinity * (repr.startsWith('-') ? -1 : 1)
    : Number(repr);
}

const documents = [
  'a: 1\nb: [x, 2, {c: ~}]\n',
  'a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3, r: 4}\nc: {z: 0, <<: *x}\n',
  '{"2": b, 1: a, 10: c, true: d, 1.5: e, ~: f}',
  'a: 1\na: 2\nb: 3\n',
  '? a\n: b\n? c\n',
  "- |\n  x\n  y\n- >\n  x\n  y\n\n  z\n- \"a\\tb\\u00e9\\\n  c\"\n- 'it''s'\n- plain over\n  two lines\n",
  '"<<": 1\n',
  '!!str 5: !!int "7"\na: !!float 3\nb: !!null ""\nc: !!bool "yes"\n',
  '%YAML 1.1\n---\na: yes\n',
  '# only a comment\n',
  '- - - a\n    - b\n  - c\n',
  '{a: [1, 2,], b: {c: d,},}',
  'a: b:c\nd: http://x.y/z#1\n',
  '[a: 1, b]',
];

it('documents are read as PyYAML reads them', () => {
  const expected = askPyYaml(documents).map(comparable);
  documents.forEach((text, index) => {
    expect([text, readHere(text)]).toEqual([text, expected[index]]);
  });
});

it('plain scalars are resolved as PyYAML resolves them', () => {
  const random = randomNumbers(11);
  const pieces = [
    '0',
    '1',
    '7',
    '8',
    '9',
    '00',
    '_',
    '.',
    ':',
    '-',
    '+',
    'e',
    'E',
    'x',
    'b',
    'o',
    '0x',
    '0b',
    '59',
    '60',
    '2020-01-01',
    'T10:00:00',
    ' 10:00:00',
    'Z',
    'n',
    'y',
    'no',
    'Yes',
    'oN',
    'OFF',
    'true',
    'NULL',
    'null',
    '~',
    '.inf',
    '.Inf',
    '.NAN',
    'e+5',
    'E-3',
    'a',
    'f',
    '=',
    '1_000',
  ];
  const texts = new Set<string>();
  while (texts.size < 4000) {
    const count = 1 + Math.floor(random() * 4);
    const scalar = Array.from(
      { length: count },
      () => pieces[Math.floor(random() * pieces.length)] ?? '',
    ).join('');
    texts.add(`v: ${scalar}\n`);
  }
  const all = [...texts];
  const expected = askPyYaml(all).map(comparable);
  const differing = all
    .map((text, index) => [text, expected[index], readHere(text)] as const)
    .filter(([, theirs]) => theirs !== null)
    .filter(([, theirs, ours]) => !Object.is(String(theirs), String(ours)));
  expect(differing).toEqual([]);
});

it('words that are not cast are text to Python too', () => {
  for (const word of [
    'a',
    'inf',
    'nan',
    'b',
    'r',
    'x-1',
    'a/b.py',
    'None.x',
    'Trueish',
    'e1',
    '_',
  ]) {
    expect(castString(word)).toEqual({ kind: 'str', value: word });
  }
});
