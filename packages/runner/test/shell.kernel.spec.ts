/** Shell scripts in real kernels: what they are given, and how they fail. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Pipeline, Task } from '@nx-notebook/pipeline';
import { eventually } from '@nx-notebook/testing';
import { Files } from './support/files.js';
import { KernelBench } from './support/kernel-bench.js';
import { callOf, paramsOf, pipelineIn, productsIn } from './support/tasks.js';
import { templateTask } from './support/templates.js';

jest.setTimeout(60_000);

let bench: KernelBench;

beforeAll(() => {
  bench = new KernelBench();
});

afterAll(async () => {
  await bench.dispose();
});

/** A pipeline with the script `make.sh`. */
function scriptIn(
  files: Files,
  lines: readonly string[],
  more: Partial<Omit<Task, 'source'>> = {},
  before: readonly Task[] = [],
): Pipeline {
  const { root } = files;
  const text = lines.join('\n');
  files.write('make.sh', text);
  const task = templateTask(root, {
    kind: 'shell',
    path: 'make.sh',
    text,
    ...more,
  });
  return pipelineIn(root, [...before, task]);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('a script is rendered with what the task is given, and runs in its folder', async () => {
  using files = new Files({});
  const { root } = files;
  const clean = templateTask(root, {
    kind: 'shell',
    path: 'clean.sh',
    text: '',
    product: productsIn(root, 'out/clean.txt'),
  });
  const pipeline = scriptIn(
    files,
    [
      'name=abc',
      'if [[ -n "$name" ]]; then',
      '  echo "${#name} {{n}} {{flag}} {{words[1]}} {{upstream.clean}}"',
      'fi',
      `echo {{upstream['clean'].name}} {% if n > 2 %}many{% endif %}`,
      'pwd -P > {{product["data"]}}',
      'echo "$(basename "$0")" > {{product.log}}',
    ],
    {
      product: productsIn(root, { data: 'out/a.txt', log: 'out/b.txt' }),
      params: paramsOf({ n: '3', flag: 'true', words: "['a', 'b']" }),
      upstream: [{ task: 'clean', reads: ['product'] }],
    },
    [clean],
  );
  const ran = await bench.run(pipeline);
  expect(ran.failure).toBe('');
  expect(ran.printed).toBe('3 3 True b out/clean.txt\nclean.txt many\n');
  expect(readFileSync(join(root, 'out/a.txt'), 'utf8').trim()).toBe(root);
  expect(readFileSync(join(root, 'out/b.txt'), 'utf8')).toBe('make.sh\n');
});

test('an undefined name is said before anything runs', async () => {
  using files = new Files({});
  const pipeline = scriptIn(files, [
    'echo ran > {{product}}',
    'echo {{upstream["clean"]}}',
  ]);
  const ran = await bench.run(pipeline);
  expect(ran.failure).toBe(
    [
      "'upstream' is undefined.",
      'It has: product.',
      'make.sh:2:',
      '  1 | echo ran > {{product}}',
      '> 2 | echo {{upstream["clean"]}}',
    ].join('\n'),
  );
  expect(existsSync(join(files.root, 'out/make.txt'))).toBe(false);
});

test('a failing command is named by its line, with what it said', async () => {
  using files = new Files({});
  const pipeline = scriptIn(files, [
    'set -e',
    'echo {{product}}',
    'ls /no-such-folder-here',
    'echo never',
  ]);
  const ran = await bench.run(pipeline);
  const said =
    "ls: cannot access '/no-such-folder-here': No such file or directory";
  expect(ran.printed).toBe(`out/function.txt\n${said}\n`);
  expect(ran.failure).toBe(
    [
      'bash ended with exit code 2 at line 3: ls /no-such-folder-here',
      'make.sh:3:',
      '  1 | set -e',
      '  2 | echo {{product}}',
      '> 3 | ls /no-such-folder-here',
      '  4 | echo never',
      '',
      'Last output:',
      'out/function.txt',
      '',
      'Last error output:',
      said,
    ].join('\n'),
  );
});

test('what bash itself refuses is named by its line in the template', async () => {
  using files = new Files({});
  const pipeline = scriptIn(files, [
    '{% for n in [1, 2] %}',
    'echo {{n}} {{product}}',
    '{% endfor %}',
    'no_such_program_here',
  ]);
  const ran = await bench.run(pipeline);
  expect(ran.failure).toContain(
    'bash ended with exit code 127 at line 6 of the rendered script: no_such_program_here\nmake.sh:4:\n',
  );
});

test('an explicit exit says no line', async () => {
  using files = new Files({});
  const pipeline = scriptIn(files, ['false', 'echo {{product}}', 'exit 3']);
  const ran = await bench.run(pipeline);
  expect(ran.failure.split('\n')[0]).toBe('bash ended with exit code 3');
});

test("hooks run in the script's process, and a failing one fails the task", async () => {
  using files = new Files({
    'hooks.py':
      'def check(product):\n    assert product.read_text() == "2\\n", product.read_text()\n',
  });
  const hooks = { onFinish: callOf(files.root, 'hooks.check') };
  const wrong = await bench.run(
    scriptIn(files, ['echo 1 > {{product}}'], { hooks }),
  );
  expect(wrong.failure).toContain('on_finish hook hooks.check raised');
  const right = await bench.run(
    scriptIn(files, ['echo 2 > {{product}}'], { hooks }),
  );
  expect(right.failure).toBe('');
});

test('a client chooses the program', async () => {
  using files = new Files({
    'clients.py': [
      'class ShellClient:',
      '    run_template = "env GREETING=hello bash {{path_to_code}}"',
      'def get():',
      '    return ShellClient()',
    ].join('\n'),
  });
  const ran = await bench.run(
    scriptIn(files, ['echo $GREETING {{product}}'], {
      client: callOf(files.root, 'clients.get'),
    }),
  );
  expect(ran.failure).toBe('');
  expect(ran.printed).toBe('hello out/function.txt\n');
});

test('an interrupted script ends with everything that it has started', async () => {
  using files = new Files({});
  const stop = new AbortController();
  const { root } = files;
  const pipeline = scriptIn(files, [
    '(trap "" TERM; echo $BASHPID > child; sleep 1000) &',
    'echo $$ > parent; echo {{product}} started',
    'wait',
  ]);
  const ran = await bench.run(pipeline, {
    signal: stop.signal,
    onText: () => {
      stop.abort();
    },
  });
  expect(ran.outcome).toMatchObject({ failure: { cause: 'interrupted' } });
  const pids = ['parent', 'child'].map((name) =>
    Number(readFileSync(join(root, name), 'utf8')),
  );
  await eventually('no process is left', () =>
    Promise.resolve(!pids.some(isAlive)),
  );
});

test('a script ends with a kernel that is killed', async () => {
  using files = new Files({});
  writeFileSync(join(files.root, 'note'), '');
  const pipeline = scriptIn(files, [
    'echo $$ > note; echo {{product}}',
    'kill -9 $PPID',
    'sleep 1000',
  ]);
  const ran = await bench.run(pipeline);
  expect(ran.outcome).toMatchObject({ failure: { cause: 'kernel-died' } });
  const pid = Number(readFileSync(join(files.root, 'note'), 'utf8'));
  await eventually('bash has ended', () => Promise.resolve(!isAlive(pid)));
});
