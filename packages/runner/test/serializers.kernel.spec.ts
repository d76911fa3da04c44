/** Serializers and unserializers in real kernels, with decorators of the stand-in for Ploomber. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Task } from '@nx-notebook/pipeline';
import { Files } from './support/files.js';
import { KernelBench } from './support/kernel-bench.js';
import {
  callOf,
  functionTask,
  pipelineIn,
  productsIn,
} from './support/tasks.js';

jest.setTimeout(60_000);

let bench: KernelBench;

beforeAll(() => {
  bench = new KernelBench();
});

afterAll(async () => {
  await bench.dispose();
});

/** A task with the serializer `io_.save` and the unserializer `io_.load`. */
function withSerializers(
  root: string,
  name: string,
  more: Partial<Task> = {},
): Task {
  return functionTask(root, `tasks.${name}`, {
    serializer: callOf(root, 'io_.save'),
    unserializer: callOf(root, 'io_.load'),
    ...more,
  });
}

const decorated = `
from pathlib import Path
from ploomber.io import serializer, unserializer

@serializer({".upper": lambda obj, product: Path(product).write_text(obj.upper())},
            defaults=[".txt", ".json", ".csv"], fallback=True, unpack=True)
def save(obj, product):
    pass

@unserializer({".upper": lambda product: Path(product).read_text().lower()},
              defaults=[".txt", ".json", ".csv"], fallback=True, unpack=True)
def load(product):
    pass
`;

test('what a function returns is saved by extension, and loaded for the function that asks for it', async () => {
  using files = new Files({
    'io_.py': decorated,
    'tasks.py': `
import pandas as pd

def first():
    return {"text": "abc", "json": {"a": [1]}, "upper": "abc", "pickled": (1, 2), "folder": {"x.txt": "x", "y.json": 1},
            "table": pd.DataFrame({"a": [1]})}

def second(upstream):
    first = upstream["first"]
    print({key: value for key, value in first.items() if key != "table"}, list(first["table"].columns))
    return list(upstream["fit-*"].items())

def third(upstream):
    print(upstream["second"])
    return "done"
`,
  });
  const { root } = files;
  const first = withSerializers(root, 'first', {
    product: productsIn(root, {
      text: 'o/a.txt',
      json: 'o/a.json',
      upper: 'o/a.upper',
      pickled: 'o/a.bin',
      folder: 'o/folder',
      table: 'o/a.csv',
    }),
  });
  const fits = ['fit-0', 'fit-1'].map((name) =>
    withSerializers(root, name, { product: productsIn(root, `o/${name}.txt`) }),
  );
  files.write('o/fit-0.txt', 'zero');
  files.write('o/fit-1.txt', 'one');
  const second = withSerializers(root, 'second', {
    product: productsIn(root, 'o/b.json'),
    upstream: [
      { task: 'first', reads: [] },
      ...fits.map(({ name }) => ({ task: name, pattern: 'fit-*', reads: [] })),
    ],
  });
  const ran = await bench.run(pipelineIn(root, [first]));
  expect(ran.failure).toBe('');
  expect(readFileSync(join(root, 'o/a.upper'), 'utf8')).toBe('ABC');
  expect(readFileSync(join(root, 'o/folder/x.txt'), 'utf8')).toBe('x');
  const next = await bench.run(pipelineIn(root, [first, ...fits, second]));
  expect(next.failure).toBe('');
  expect(next.printed).toBe(
    "{'text': 'abc', 'json': {'a': [1]}, 'upper': 'abc', 'pickled': (1, 2), 'folder': {'x.txt': 'x', 'y.json': 1}} ['Unnamed: 0', 'a']\n",
  );
  expect(readFileSync(join(root, 'o/b.json'), 'utf8')).toBe(
    '[["fit-0", "zero"], ["fit-1", "one"]]',
  );
});

test('serializer_pickle and unserializer_pickle keep any object', async () => {
  using files = new Files({
    'tasks.py':
      'def first():\n    return {1: {2}}\n\ndef second(upstream):\n    print(upstream["first"], upstream.first)\n    return 1\n',
  });
  const { root } = files;
  const calls = {
    serializer: callOf(root, 'ploomber.io.serializer_pickle'),
    unserializer: callOf(root, 'ploomber.io.unserializer_pickle'),
  };
  const first = functionTask(root, 'tasks.first', calls);
  const upstream = [{ task: 'first', reads: [] }];
  const second = functionTask(root, 'tasks.second', { ...calls, upstream });
  await bench.run(pipelineIn(root, [first]));
  const ran = await bench.run(pipelineIn(root, [first, second]));
  expect(ran.failure).toBe('');
  expect(ran.printed).toBe('{1: {2}} {1: {2}}\n');
});

test('a function that returns nothing, or other keys than its products', async () => {
  using files = new Files({
    'io_.py': decorated,
    'tasks.py':
      'def nothing():\n    pass\n\ndef keys():\n    return {"a": 1, "c": 2}\n',
  });
  const { root } = files;
  const nothing = await bench.run(
    pipelineIn(root, [withSerializers(root, 'nothing')]),
  );
  expect(nothing.failure).toBe(
    `Callable tasks.nothing must return a value if task is initialized with a serializer.
Return the object to save, or opt out with \`serializer: null\`.
tasks.py:1:
> 1 | def nothing():
  2 |     pass
  3 |
  4 | def keys():
  5 |     return {"a": 1, "c": 2}
  6 |`,
  );
  const product = productsIn(root, { a: 'a.txt', b: 'b.txt' });
  const keys = await bench.run(
    pipelineIn(root, [withSerializers(root, 'keys', { product })]),
  );
  expect(keys.failure).toContain(
    "Serializer io_.save raised ValueError: the function did not return a dictionary with the keys of its products. Missing keys: ['b']. Unexpected keys: ['c'].",
  );
});

test('a serializer without decorators gets the object, the product and its own arguments', async () => {
  using files = new Files({
    'io_.py':
      'def save(obj, product, mode):\n    product.write_text(f"{obj} {mode}")\n',
    'tasks.py': 'def make():\n    return 1\n',
  });
  const { root } = files;
  const make = functionTask(root, 'tasks.make', {
    serializer: callOf(root, 'io_.save', { mode: 'fast' }),
  });
  await bench.run(pipelineIn(root, [make]));
  expect(readFileSync(join(root, 'out/make.txt'), 'utf8')).toBe('1 fast');
});

test.each([
  [
    'from ploomber import nope',
    "ImportError: cannot import name 'nope' from 'ploomber': nx-notebook runs pipeline.yaml without Ploomber",
  ],
  [
    'import ploomber.micro',
    "ModuleNotFoundError: No module named 'ploomber.micro': nx",
  ],
  [
    'from ploomber.spec import DAGSpec\nDAGSpec.find()',
    'NotAvailable: DAGSpec.find of Ploomber is not available',
  ],
])('what the stand-in lacks: %j', async (source, message) => {
  using files = new Files({
    'tasks.py': `${source}\ndef make(product):\n    pass\n`,
  });
  const make = functionTask(files.root, 'tasks.make');
  const { failure } = await bench.run(pipelineIn(files.root, [make]));
  expect(failure).toContain(message);
});

test('with_env passes env.yaml to a function', async () => {
  using files = new Files({
    'env.yaml':
      'db: {user: "{{user}}", port: "5432"}\npath: {out: "{{here}}/made/"}\nname: "{{db.port}}-x"\n',
    'tasks.py':
      'from ploomber import with_env\n\n@with_env\ndef settings(env):\n    return env.db.port, env["name"], env.path.out.is_dir()\n\ndef make(product):\n    print(settings())\n',
  });
  const make = functionTask(files.root, 'tasks.make');
  const ran = await bench.run(pipelineIn(files.root, [make]));
  expect(ran.failure).toBe('');
  expect(ran.printed).toBe("(5432, '5432-x', True)\n");
});
