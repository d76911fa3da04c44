import { expect, test } from '@jest/globals';
import type { CallRole } from '@nx-notebook/pipeline';
import {
  explainKeys,
  keyOf,
  type KeyData,
  type KeyedCall,
} from '../src/index.js';

const base: KeyData = {
  version: 2,
  kind: 'notebook',
  source: 'aa',
  language: 'python',
  params: [
    { name: 'n', value: '100' },
    { name: 'name', value: '"x"' },
  ],
  injected: 'bb',
  products: {
    data: { path: 'out/a.csv' },
    nb: { path: 'out/a.html', format: 'html' },
  },
  upstream: {
    clean: {
      data: { path: 'out/clean.csv', digest: 'cc' },
      nb: { path: 'out/clean.ipynb' },
    },
  },
  calls: {
    on_finish: { function: 'hooks.check', digest: 'ff', arguments: { n: '1' } },
  },
  templates: { 'macros.sql': 'gg' },
  options: { 'chunk size': '100' },
  imports: { 'src/features.py': 'dd', 'import nowhere': 'unresolved' },
  resources: { 'cfg.json': 'ee' },
  environment: {
    python: '3.11',
    kernel: 'python3',
    distributions: { pandas: '2.2.3', numpy: '2.0.0' },
  },
};
const { clean } = base.upstream;
const { on_finish: onFinish = { function: '', digest: '', arguments: {} } } =
  base.calls;

test.each<[string, Partial<KeyData>, readonly string[]]>([
  ['source', { source: 'zz' }, ['source changed']],
  ['language', { language: 'r' }, ['language python -> r']],
  [
    'param',
    {
      params: [
        { name: 'n', value: '200' },
        base.params[1] ?? { name: '', value: '' },
      ],
    },
    ['param `n` 100 -> 200'],
  ],
  [
    'long param',
    {
      params: [
        { name: 'n', value: `"${'x'.repeat(100)}\n"` },
        { name: 'new', value: '1' },
      ],
    },
    [
      `param \`n\` 100 -> "${'x'.repeat(38)}…`,
      'param `name` removed',
      'param `new` added: 1',
    ],
  ],
  [
    'order of params',
    { params: base.params.toReversed() },
    ['order of params changed'],
  ],
  ['injected cell', { injected: 'zz' }, ['injected cell changed']],
  [
    'product paths',
    { products: { data: { path: 'out/b.csv' }, model: { path: 'm' } } },
    [
      'path of product `data` out/a.csv -> out/b.csv',
      'product `nb` removed',
      'product `model` added',
    ],
  ],
  [
    'format of a product',
    {
      products: {
        data: { path: 'out/a.csv', format: 'notebook' },
        nb: { path: 'out/a.html', format: 'slides' },
      },
    },
    [
      'format of product `data` none -> notebook',
      'format of product `nb` html -> slides',
    ],
  ],
  ['kind', { kind: 'script' }, ['kind of task notebook -> script']],
  [
    'hook',
    { calls: { on_finish: { ...onFinish, digest: 'zz' } } },
    ['hook `on_finish` (hooks.check) changed'],
  ],
  [
    'another hook',
    { calls: { on_finish: { ...onFinish, function: 'checks.all' } } },
    ['hook `on_finish` hooks.check -> checks.all'],
  ],
  [
    'arguments of a hook',
    { calls: { on_finish: { ...onFinish, arguments: { n: '2', m: '3' } } } },
    [
      'hook `on_finish`: argument `n` 1 -> 2',
      'hook `on_finish`: argument `m` none -> 3',
    ],
  ],
  [
    'other calls',
    {
      calls: {
        serializer: { ...onFinish, function: 'io.save' },
        client: { ...onFinish, function: 'db.get' },
      },
    },
    [
      'hook `on_finish` removed',
      '`serializer` added: io.save',
      '`client` added: db.get',
    ],
  ],
  [
    'template',
    { templates: { 'macros.sql': 'zz', 'more.sql': 'aa' } },
    ['template `macros.sql` changed', 'template `more.sql` added'],
  ],
  [
    'options',
    { options: { 'chunk size': '200', 'working folder': 'notebooks' } },
    ['chunk size 100 -> 200', 'working folder added: notebooks'],
  ],
  [
    'upstream product',
    {
      upstream: {
        clean: { ...clean, data: { path: 'out/clean.csv', digest: 'zz' } },
      },
    },
    ['upstream `clean`: product `data` changed'],
  ],
  [
    'upstream paths and reads',
    {
      upstream: {
        clean: {
          data: { path: 'moved.csv', digest: 'cc' },
          nb: { path: 'out/clean.ipynb', digest: 'ff' },
          more: { path: 'm' },
        },
      },
    },
    [
      'upstream `clean`: product `data` moved out/clean.csv -> moved.csv',
      'upstream `clean`: product `nb` is read now',
      'upstream `clean`: product `more` added',
    ],
  ],
  [
    'upstreams',
    { upstream: { raw: {} } },
    ['upstream `clean` removed', 'upstream `raw` added'],
  ],
  [
    'imports',
    {
      imports: {
        'src/features.py': 'zz',
        'src/new.py': 'a',
        'import gone': 'unresolved',
      },
    },
    [
      'imported `src/features.py` changed',
      'module `nowhere` is found now or no longer imported',
      'imported `src/new.py` added',
      'imported module `gone` is not found',
    ],
  ],
  [
    'imports removed',
    { imports: { 'import nowhere': 'unresolved' } },
    ['imported `src/features.py` removed'],
  ],
  [
    'resource',
    { resources: { 'cfg.json': 'zz' } },
    ['resource `cfg.json` changed'],
  ],
  [
    'environment',
    {
      environment: {
        kernel: 'conda',
        setup: { kernelspec: 'aa' },
        distributions: { pandas: '2.3.0', scipy: '1.0' },
      },
    },
    [
      'Python 3.11 -> none',
      'kernel python3 -> conda',
      'kernel setup `kernelspec` added',
      'pandas 2.2.3 -> 2.3.0',
      'numpy 2.0.0 removed',
      'scipy 1.0 added',
    ],
  ],
])('%s', (_name, change, reasons) => {
  const after = { ...base, ...change };
  expect(explainKeys(base, after)).toEqual(reasons);
  expect(keyOf(after)).not.toBe(keyOf(base));
});

test('the same data has the same key and no explanation, in any order of names', () => {
  const shuffled = JSON.parse(
    JSON.stringify({ ...base, resources: { ...base.resources } }),
  ) as KeyData;
  const reordered = Object.fromEntries(
    Object.entries(shuffled).toReversed(),
  ) as unknown as KeyData;
  expect(explainKeys(base, reordered)).toEqual([]);
  expect(keyOf(reordered)).toBe(keyOf(base));
});

test('a task without a record never ran; one of another version says so', () => {
  expect(explainKeys(undefined, base)).toEqual(['never run']);
  const older = { ...base, version: 0 } as unknown as KeyData;
  expect(explainKeys(older, base)).toEqual([
    'this version of nx-notebook keys tasks in another way',
  ]);
});

test('keys differ if and only if there is a reason, whatever differs', () => {
  const random = seededRandom(7);
  for (let round = 0; round < 3000; round += 1) {
    const before = randomKeyData(random);
    const after = random() < 0.3 ? before : mutate(before, random);
    const differs = keyOf(before) !== keyOf(after);
    const reasons = explainKeys(before, after);
    if (reasons.length > 0 !== differs) {
      throw new Error(JSON.stringify({ before, after, reasons, differs }));
    }
  }
});

type Random = () => number;

/** mulberry32 */
function seededRandom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function pick<T>(random: Random, values: readonly [T, ...T[]]): T {
  return values[Math.floor(random() * values.length)] ?? values[0];
}

/** Few names and values, with awkward ones, so that collisions are frequent. */
function randomRecord(random: Random): Record<string, string> {
  const names = ['a', 'b', '1', 'constructor', 'import x', ''] as const;
  return Object.fromEntries(
    names
      .filter(() => random() < 0.4)
      .map((name) => [name, pick(random, ['', 'x', 'y', 'undefined'])]),
  );
}

function randomKeyData(random: Random): KeyData {
  return {
    version: 2,
    kind: pick(random, ['notebook', 'function']),
    source: pick(random, ['s', 't']),
    language: 'python',
    params: Object.entries(randomRecord(random)).map(([name, value]) => ({
      name,
      value,
    })),
    injected: pick(random, ['i', 'j']),
    products: Object.fromEntries(
      Object.entries(randomRecord(random)).map(([name, path]) => [
        name,
        random() < 0.5 ? { path } : { path, format: 'notebook' },
      ]),
    ),
    upstream: {
      u: Object.fromEntries(
        Object.entries(randomRecord(random)).map(([name, path]) => [
          name,
          random() < 0.5
            ? { path }
            : { path, digest: pick(random, ['d', 'e']) },
        ]),
      ),
    },
    calls: Object.fromEntries(
      (['source', 'on_finish', 'client'] as const)
        .filter(() => random() < 0.5)
        .map((role): [CallRole, KeyedCall] => [role, randomCall(random)]),
    ),
    templates: randomRecord(random),
    options: randomRecord(random),
    imports: randomRecord(random),
    resources: randomRecord(random),
    environment: {
      kernel: pick(random, ['k', 'l']),
      distributions: randomRecord(random),
      ...(random() < 0.5 ? { python: '3.11' } : {}),
    },
  };
}

function randomCall(random: Random): KeyedCall {
  return {
    function: pick(random, ['f', 'g']),
    digest: pick(random, ['d', 'e']),
    arguments: randomRecord(random),
  };
}

function mutate(data: KeyData, random: Random): KeyData {
  const other = randomKeyData(random);
  const part = pick(random, Object.keys(data) as [keyof KeyData]);
  return { ...data, [part]: other[part] };
}
