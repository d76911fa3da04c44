/** Hooks of tasks and pipelines in real kernels. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import {
  loadPipeline,
  type Hooks,
  type Pipeline,
  type Task,
} from '@nx-notebook/pipeline';
import { Files } from './support/files.js';
import { KernelBench } from './support/kernel-bench.js';
import { callOf, functionTask, paramsOf, pipelineIn } from './support/tasks.js';

jest.setTimeout(60_000);

let bench: KernelBench;

beforeAll(() => {
  bench = new KernelBench();
});

afterAll(async () => {
  await bench.dispose();
});

const shown = `
def show(role, task, product, params, client):
    print(role, task.name, product, params["product"] is product, params.to_dict()["n"], client, product.exists(),
          params.to_json_serializable(params_only=True))

def before(task, product, params, client):
    show("before", task, product, params, client)

def check(task, product, params, client, word, unused=1):
    show(word, task, product, params, client)

def fail(product):
    raise AssertionError("not good")

def tell(task, params):
    print("told", task.name, list(params))
`;

function hooksOf(
  root: string,
  names: { readonly [Key in keyof Hooks]: string },
): Hooks {
  return Object.fromEntries(
    Object.entries(names).map(([key, name]) => [
      key,
      callOf(root, `hooks.${name}`, name === 'check' ? { word: 'after' } : {}),
    ]),
  );
}

/** Files and a pipeline of one task. */
interface Made extends Disposable {
  readonly files: Files;
  readonly pipeline: Pipeline;
}

function madeOf(files: Files, pipeline: Pipeline): Made {
  const dispose = (): void => files[Symbol.dispose]();
  return { files, pipeline, [Symbol.dispose]: dispose };
}

/** Files with a function `make`, and its task with hooks. */
function functionWith(
  body: string,
  names: { readonly [Key in keyof Hooks]: string },
): Made {
  const files = new Files({
    'hooks.py': shown,
    'tasks.py': `def make(product, n):\n    ${body}\n`,
  });
  const { root } = files;
  const make = functionTask(root, 'tasks.make', {
    hooks: hooksOf(root, names),
    params: paramsOf({ n: '1' }),
  });
  return madeOf(files, pipelineIn(root, [make]));
}

test('hooks of a function are called around it with what they ask for', async () => {
  using made = functionWith('product.touch(); print("here")', {
    onRender: 'before',
    onFinish: 'check',
    onFailure: 'tell',
  });
  const { pipeline } = made;
  const ran = await bench.run(pipeline);
  expect(ran.failure).toBe('');
  expect(ran.printed).toBe(
    [
      "before make out/make.txt True 1 None False {'n': 1}",
      'here',
      "after make out/make.txt True 1 None True {'n': 1}",
      '',
    ].join('\n'),
  );
});

test('a raising on_finish fails the function, and on_failure is not called', async () => {
  using made = functionWith('product.touch()', {
    onFinish: 'fail',
    onFailure: 'tell',
  });
  const { pipeline } = made;
  const { failure, printed } = await bench.run(pipeline);
  expect(printed).toBe('');
  expect(failure).toContain(
    'on_finish hook hooks.fail raised AssertionError: not good\nhooks.py:13:',
  );
});

test('on_failure is called when the function fails; its own failure is a warning', async () => {
  using told = functionWith('1 / 0', { onFailure: 'tell' });
  const ran = await bench.run(told.pipeline);
  expect(ran.printed).toBe("told make ['n', 'product']\n");
  expect(ran.failure).toContain(
    'Function tasks.make raised ZeroDivisionError: division by zero',
  );
  using broken = functionWith('1 / 0', { onFailure: 'fail' });
  const again = await bench.run(broken.pipeline);
  expect(again.printed).toContain(
    'warning: on_failure hook hooks.fail raised AssertionError: not good\n',
  );
  expect(again.failure).toContain('ZeroDivisionError');
});

test('on_failure is called for a function whose process died', async () => {
  using made = functionWith('__import__("os")._exit(3)', {
    onFailure: 'tell',
  });
  const { pipeline } = made;
  const ran = await bench.run(pipeline);
  expect(ran.failure).toContain('The kernel died with exit code 3.');
  expect(ran.printed).toBe("told make ['n', 'product']\n");
});

test('a raising on_render keeps the function from being called', async () => {
  using made = functionWith('product.touch()', {
    onRender: 'fail',
  });
  const { files, pipeline } = made;
  const { failure } = await bench.run(pipeline);
  expect(failure).toContain('on_render hook hooks.fail raised AssertionError');
  expect(existsSync(join(files.root, 'out/make.txt'))).toBe(false);
});

test('a task has no more than a hook can use', async () => {
  using made = functionWith('pass', { onFinish: 'check' });
  const { files, pipeline } = made;
  files.write('hooks.py', 'def check(task, word):\n    task.build()\n');
  expect((await bench.run(pipeline)).failure).toContain(
    "AttributeError: a task has no 'build' here: name, source, product, params, upstream and client are all that a hook can use",
  );
});

test('DAGBuildEarlyStop ends a function without a traceback', async () => {
  using made = functionWith('stop()', {});
  const { files, pipeline } = made;
  files.write(
    'tasks.py',
    'from ploomber.exceptions import DAGBuildEarlyStop\ndef make(product, n):\n    raise DAGBuildEarlyStop("nothing new")\n',
  );
  const { failure } = await bench.run(pipeline);
  expect(failure).toBe(
    `Function tasks.make stopped the pipeline: nothing new
DAGBuildEarlyStop ends the task without products: nothing is stored, what depends on it does not run, the rest does. Write empty products where what comes after should run.
tasks.py:3:
  1 | from ploomber.exceptions import DAGBuildEarlyStop
  2 | def make(product, n):
> 3 |     raise DAGBuildEarlyStop("nothing new")
  4 |`,
  );
});

/** Files with a notebook task `nb`, as a pipeline without hooks. */
async function notebookWith(
  code: string,
  names: { readonly [Key in keyof Hooks]: string },
): Promise<Made> {
  const files = new Files({
    'hooks.py': shown,
    'nb.py': `# %% tags=["parameters"]\nupstream = None\nproduct = None\n\n# %%\n${code}\n`,
    'pipeline.yaml':
      'tasks:\n  - source: nb.py\n    product: out/nb.ipynb\n    params: {n: 1}\n',
  });
  const { root } = files;
  const loaded = await loadPipeline(join(root, 'pipeline.yaml'), {
    workspaceRoot: root,
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.diagnostics));
  const task = loaded.pipeline.tasks[0] as Task;
  const hooked = { ...task, hooks: hooksOf(root, names) };
  return madeOf(files, { ...loaded.pipeline, tasks: [hooked] });
}

test('hooks of a notebook run in kernels of their own, on_finish when the notebook is written', async () => {
  using made = await notebookWith('print("here")', {
    onRender: 'before',
    onFinish: 'check',
  });
  const { files, pipeline } = made;
  const ran = await bench.run(pipeline);
  expect(ran.failure).toBe('');
  expect(ran.printed).toBe(
    [
      "before nb out/nb.ipynb True 1 None False {'n': 1}",
      'here',
      "after nb out/nb.ipynb True 1 None True {'n': 1}",
      '',
    ].join('\n'),
  );
  expect(readFileSync(join(files.root, 'out/nb.ipynb'), 'utf8')).toContain(
    'here',
  );
});

test('paths are right in hooks of a notebook that is executed elsewhere', async () => {
  using made = await notebookWith('pass', { onFinish: 'paths' });
  const { files, pipeline } = made;
  files.write(
    'hooks.py',
    'def paths(product, params):\n    print(product, product.exists(), params["resources_"])\n',
  );
  files.write('sub/here.txt', '');
  const [task] = pipeline.tasks as [Task];
  const moved: Task = {
    ...task,
    cwd: join(files.root, 'sub'),
    params: paramsOf({ resources_: '{"a": "../a.json"}' }),
    resources: [
      {
        name: 'a',
        path: 'a.json',
        absolutePath: join(files.root, 'a.json'),
      },
    ],
  };
  const ran = await bench.run({ ...pipeline, tasks: [moved] });
  expect(ran.failure).toBe('');
  expect(ran.printed).toBe("out/nb.ipynb True {'a': 'a.json'}\n");
});

test('a failing notebook is told of, a failing on_finish fails it', async () => {
  using failing = await notebookWith('1 / 0', { onFailure: 'tell' });
  const ran = await bench.run(failing.pipeline);
  expect(ran.printed).toBe("told nb ['n', 'product']\n");
  expect(ran.failure).toContain('ZeroDivisionError');
  using checked = await notebookWith('pass', { onFinish: 'fail' });
  expect((await bench.run(checked.pipeline)).failure).toContain(
    'on_finish hook hooks.fail raised AssertionError: not good',
  );
});

test('on_finish of a pipeline is a task that is given the names of the others', async () => {
  using files = new Files({
    'hooks.py':
      'import os\n\ndef done(report, word, other=None):\n    print(report["name"], len(report), word, other, os.getcwd() == os.path.dirname(__file__))\n    report["Elapsed (s)"]\n',
  });
  const { root } = files;
  const call = callOf(root, 'hooks.done', { word: 'w' });
  const make = functionTask(root, 'tasks.make');
  const done: Task = {
    ...make,
    name: 'on_finish',
    source: {
      kind: 'hook',
      language: 'python',
      path: 'hooks.py',
      absolutePath: join(root, 'hooks.py'),
      kernelName: 'python3',
      call,
    },
    product: { kind: 'none' },
    upstream: [{ task: 'make', reads: [] }],
  };
  const ran = await bench.run(pipelineIn(root, [make, done]));
  expect(ran.printed).toBe("['make'] 1 w None True\n");
  expect(ran.failure).toContain(
    "on_finish hook hooks.done raised KeyError: \"'Elapsed (s)': a hook is given the names of the tasks only",
  );
});

test('hooks see the tasks of a pipeline in dag, and upstreams of a task by name', async () => {
  using files = new Files({
    'hooks.py':
      'def done(dag):\n    print(dag, list(dag), dag["make"].product, dag["make"].name)\n    dag.build()\n\ndef check(task):\n    print(task.upstream["make"].product, task.upstream["make"].name)\n',
    'tasks.py': 'def second(product, upstream):\n    pass\n',
  });
  const { root } = files;
  const make = functionTask(root, 'tasks.make');
  const second = functionTask(root, 'tasks.second', {
    upstream: [{ task: 'make', pattern: 'm*', reads: [] }],
    hooks: { onFinish: callOf(root, 'hooks.check') },
  });
  const pipeline = pipelineIn(root, [make, second]);
  const hook = { role: 'on_finish', call: callOf(root, 'hooks.done') } as const;
  const { printed, failure } = await bench.callHook(pipeline, hook);
  expect(printed).toBe("DAG(\"ml\") ['make', 'second'] out/make.txt make\n");
  expect(failure).toContain("AttributeError: a dag has no 'build' here");
  expect((await bench.run(pipeline)).printed).toBe('out/make.txt make\n');
});

test('on_render and on_failure of a pipeline', async () => {
  using files = new Files({
    'hooks.py':
      'def render():\n    print("render")\n\ndef failure(traceback):\n    print(traceback)\n    raise ValueError("again")\n',
  });
  const { root } = files;
  const pipeline = pipelineIn(root, []);
  const rendered = await bench.callHook(pipeline, {
    role: 'on_render',
    call: callOf(root, 'hooks.render'),
  });
  expect(rendered).toEqual({ failure: '', printed: 'render\n' });
  const failed = await bench.callHook(pipeline, {
    role: 'on_failure',
    call: callOf(root, 'hooks.failure'),
    tracebacks: { build: 'Traceback' },
  });
  expect(failed.printed).toBe("{'build': 'Traceback'}\n");
  expect(failed.failure).toContain(
    'on_failure hook hooks.failure raised ValueError: again\nhooks.py:6:',
  );
});
