/** Functions in real kernels: what they are given, and how they fail. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Task } from '@nx-notebook/pipeline';
import { Files } from './support/files.js';
import { KernelBench } from './support/kernel-bench.js';
import {
  functionTask,
  paramsOf,
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

/** Files with a module `tasks`, and the task of its function `make`. */
function moduleOf(
  source: string,
  task: (folder: string) => Partial<Task> = () => ({}),
): Disposable & { readonly files: Files; readonly make: Task } {
  const files = new Files({ 'tasks.py': source });
  const { root } = files;
  return {
    files,
    make: functionTask(root, 'tasks.make', task(root)),
    [Symbol.dispose]: () => files[Symbol.dispose](),
  };
}

test('a product is a path, its folder exists, and what is printed is streamed', async () => {
  using made = moduleOf(`
import os
from pathlib import Path

def make(product):
    print(str(product), os.fspath(product), f"{product}", product.parent, Path(product).suffix, len(product))
    print(repr(product), product.exists(), product.to_json_serializable(), (product.parent / "x").name)
    with open(product, "w") as file:
        file.write("done")
    print(product.exists(), os.getcwd() == os.path.dirname(__file__))
`);
  const { files, make } = made;
  const ran = await bench.run(pipelineIn(files.root, [make]));
  expect(ran.failure).toBe('');
  expect(ran.outcome).toEqual({ status: 'succeeded', cells: [] });
  expect(ran.printed).toBe(
    [
      'out/make.txt out/make.txt out/make.txt out .txt 1',
      "File('out/make.txt') False out/make.txt x",
      'True True',
      '',
    ].join('\n'),
  );
  expect(readFileSync(join(files.root, 'out/make.txt'), 'utf8')).toBe('done');
});

test('several products are a mapping that iterates over its products', async () => {
  using made = moduleOf(
    `
import json

def make(product):
    print([str(each) for each in product], list(product.keys()), len(product), "a" in product)
    print({key: str(path) for key, path in product.items()}, dict(product)["b"].name)
    print(json.dumps(product.to_json_serializable()), product)
    product["a"].write_text("a"); open(product["b"], "w").close()
    print(product.exists())
    product["c"]
`,
    (root) => ({ product: productsIn(root, { a: 'out/a.txt', b: 'b.txt' }) }),
  );
  const { files, make } = made;
  const ran = await bench.run(pipelineIn(files.root, [make]));
  expect(ran.printed).toBe(
    [
      "['out/a.txt', 'b.txt'] ['a', 'b'] 2 True",
      "{'a': 'out/a.txt', 'b': 'b.txt'} b.txt",
      `{"a": "out/a.txt", "b": "b.txt"} {'a': 'out/a.txt', 'b': 'b.txt'}`,
      'True',
      '',
    ].join('\n'),
  );
  expect(ran.failure).toContain(
    `raised KeyError: "the task has no product 'c'; its products are: 'a', 'b'"`,
  );
});

test('params are real Python values, and upstream is only passed if there is any', async () => {
  using made = moduleOf(
    `
def make(product, **params):
    print(params)
    product.touch()
`,
    () => ({
      params: paramsOf({
        n: '12345678901234567890',
        x: '1.0',
        none: 'None',
        t: '(1, 2)',
        s: '{1}',
        d: "{1: {'a': [True]}}",
        text: 'ü"\\n',
        b: "b'x'",
        c: '1+2j',
      }),
    }),
  );
  const { files, make } = made;
  const ran = await bench.run(pipelineIn(files.root, [make]));
  expect(ran.failure).toBe('');
  expect(ran.printed).toBe(
    `{'n': 12345678901234567890, 'x': 1.0, 'none': None, 't': (1, 2), 's': {1}, 'd': {1: {'a': [True]}}, 'text': 'ü"\\\\n', 'b': b'x', 'c': (1+2j)}\n`,
  );
});

test('dates of the yaml are dates', async () => {
  using made = moduleOf(
    `
def make(product, day, moment):
    print(repr(day), repr(moment))
    product.touch()
`,
    () => ({
      params: [
        {
          name: 'day',
          value: { kind: 'other', type: 'date', text: '2020-01-02' },
        },
        {
          name: 'moment',
          value: {
            kind: 'other',
            type: 'datetime',
            text: '2020-01-02T03:04:05.5-01:30',
          },
        },
      ],
    }),
  );
  const { files, make } = made;
  const ran = await bench.run(pipelineIn(files.root, [make]));
  expect(ran.printed).toBe(
    'datetime.date(2020, 1, 2) datetime.datetime(2020, 1, 2, 3, 4, 5, 500000, tzinfo=datetime.timezone(datetime.timedelta(days=-1, seconds=81000)))\n',
  );
});

test('upstream has products by task, and a wildcard its tasks one level below', async () => {
  using files = new Files({
    'tasks.py': `
def make(product, upstream):
    print(list(upstream), upstream["a"], {k: str(v) for k, v in upstream["fit-*"].items()}, upstream["b"]["y"].name)
    print(upstream.to_json_serializable())
    product.touch()
    upstream["nothing"]
`,
  });
  const { root } = files;
  const made = (name: string, product: Parameters<typeof productsIn>[1]) =>
    functionTask(root, `tasks.${name}`, {
      name,
      product: productsIn(root, product),
    });
  const make = functionTask(root, 'tasks.make', {
    upstream: [
      { task: 'a', reads: [] },
      { task: 'fit-0', pattern: 'fit-*', reads: [] },
      { task: 'fit-1', pattern: 'fit-*', reads: [] },
      { task: 'b', reads: [] },
    ],
  });
  const ran = await bench.run(
    pipelineIn(root, [
      made('a', 'a.txt'),
      made('b', { x: 'x.txt', y: 'y.txt' }),
      made('fit-0', '0.txt'),
      made('fit-1', '1.txt'),
      make,
    ]),
  );
  expect(ran.printed).toBe(
    [
      "['a', 'fit-*', 'b'] a.txt {'fit-0': '0.txt', 'fit-1': '1.txt'} y.txt",
      "{'a': 'a.txt', 'fit-*': {'fit-0': '0.txt', 'fit-1': '1.txt'}, 'b': {'x': 'x.txt', 'y': 'y.txt'}}",
      '',
    ].join('\n'),
  );
  expect(ran.failure).toContain(
    'raised UpstreamKeyError: Cannot obtain upstream dependency "nothing" for task "make"; declared dependencies are: a, fit-*, b',
  );
});

test('absolute paths where the plugin is told so', async () => {
  using made = moduleOf(
    'def make(product):\n    product.touch(); print(product.is_absolute())\n',
  );
  const { files, make } = made;
  const pipeline = pipelineIn(files.root, [make], { pathStyle: 'absolute' });
  expect((await bench.run(pipeline)).printed).toBe('True\n');
});

test('what a function is given can be sent to worker processes, which can not import our classes', async () => {
  using made = moduleOf(
    `
import pickle

def make(product, upstream):
    copies = pickle.loads(pickle.dumps((product["a"], product, upstream)))
    print([type(copy).__module__ for copy in copies], copies[2]["b"].name)
`,
    (root) => ({
      product: productsIn(root, { a: 'a.txt' }),
      upstream: [{ task: 'b', reads: [] }],
    }),
  );
  const { files, make } = made;
  const b = functionTask(files.root, 'tasks.b');
  const ran = await bench.run(pipelineIn(files.root, [b, make]));
  expect(ran.printed).toBe("['pathlib', 'builtins', 'builtins'] b.txt\n");
});

test('a raise shows the line of the user and a traceback without frames of ours', async () => {
  using made = moduleOf(
    `
import json

def helper(text):
    return json.loads(text)

def make(product):
    print("before")
    helper("{")
`,
  );
  const { files, make } = made;
  const { failure, outcome } = await bench.run(pipelineIn(files.root, [make]));
  expect(outcome).toMatchObject({
    failure: { reason: 'execution-failed', cause: 'function-failed' },
  });
  const text = failure.replace(/^.*\/json\/.*\n(?: {4}.*\n)+/gm, '');
  expect(text).toBe(
    `Function tasks.make raised JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)
tasks.py:5:
   1 |
   2 | import json
   3 |
   4 | def helper(text):
>  5 |     return json.loads(text)
   6 |
   7 | def make(product):
   8 |     print("before")
   9 |     helper("{")
  10 |

Last output:
before

Traceback (most recent call last):
  File "tasks.py", line 9, in make
    helper("{")
  File "tasks.py", line 5, in helper
    return json.loads(text)
           ^^^^^^^^^^^^^^^^
json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)`,
  );
});

test('a module that does not parse is shown where it does not', async () => {
  using made = moduleOf('def make(product):\n    x = = 1\n');
  const { files, make } = made;
  const { failure } = await bench.run(pipelineIn(files.root, [make]));
  expect(failure).toBe(
    `Function tasks.make raised SyntaxError: invalid syntax (tasks.py, line 2)
tasks.py:2:
  1 | def make(product):
> 2 |     x = = 1
  3 |

  File "tasks.py", line 2
    x = = 1
        ^
SyntaxError: invalid syntax`,
  );
});

test('a module or a function that is not there points into pipeline.yaml', async () => {
  using files = new Files({
    'tasks.py': '',
    'pipeline.yaml': 'tasks:\n  - source: tasks.make\n',
  });
  const run = (path: string) =>
    bench.run(pipelineIn(files.root, [functionTask(files.root, path)]));
  expect((await run('nothing.make')).failure).toBe(
    `An error occured when trying to import dotted path "nothing.make": No module named 'nothing'
Correct the path, or make the module a file below the folder of pipeline.yaml.
pipeline.yaml:2:
  1 | tasks:
> 2 |   - source: tasks.make
  3 |`,
  );
  expect((await run('tasks.make')).failure).toContain(
    "Could not get 'make' from module 'tasks'",
  );
});

test('a module that the module of the user imports is no mistake of pipeline.yaml', async () => {
  using made = moduleOf('import nothing_there\n');
  const { files, make } = made;
  const { failure } = await bench.run(pipelineIn(files.root, [make]));
  expect(failure).toContain(
    "Function tasks.make raised ModuleNotFoundError: No module named 'nothing_there'\ntasks.py:1:\n> 1 | import nothing_there",
  );
});

test('sys.exit(0) ends a function well, another code does not', async () => {
  using made = moduleOf(
    'import sys\ndef make(product, code):\n    product.touch(); sys.exit(code)\n',
  );
  const { files, make } = made;
  const run = (code: string) =>
    bench.run(
      pipelineIn(files.root, [{ ...make, params: paramsOf({ code }) }]),
    );
  expect((await run('0')).outcome.status).toBe('succeeded');
  expect((await run('3')).failure).toContain(
    'Function tasks.make ended with sys.exit(3).\ntasks.py:3:',
  );
});

test('a limit of time shows where the function was', async () => {
  using made = moduleOf(
    'import time\ndef make(product):\n    time.sleep(60)\n',
  );
  const { files, make } = made;
  const { failure } = await bench.run(pipelineIn(files.root, [make]), {
    limits: { taskTimeoutMs: 3000, cellTimeoutMs: 1 },
  });
  expect(failure).toContain('The task ran longer than its limit of 3 s.\n');
  expect(failure).toContain('tasks.py:3:\n');
  expect(failure).not.toContain('cell 1 of 1');
});

test('a process that dies is told of without a cell', async () => {
  using made = moduleOf(
    'import os, signal\ndef make(product):\n    os.kill(os.getpid(), signal.SIGKILL)\n',
  );
  const { files, make } = made;
  const { failure } = await bench.run(pipelineIn(files.root, [make]));
  expect(failure).toBe(
    'The kernel died of SIGKILL.\nSomething killed the process; most often that is the system when memory runs short.',
  );
});

test('an abort ends the function', async () => {
  using made = moduleOf(
    'import time\ndef make(product):\n    print("here", flush=True)\n    time.sleep(60)\n',
  );
  const { files, make } = made;
  const stop = new AbortController();
  const { outcome, failure } = await bench.run(pipelineIn(files.root, [make]), {
    signal: stop.signal,
    onText: () => stop.abort(),
  });
  expect(outcome).toMatchObject({ failure: { cause: 'interrupted' } });
  expect(failure).toContain('The run was interrupted.');
  expect(existsSync(join(files.root, 'out/make.txt'))).toBe(false);
});
