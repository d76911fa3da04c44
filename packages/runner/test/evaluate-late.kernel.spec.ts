/** Late values with a real Python and a real git. */
import { execFileSync } from 'node:child_process';
import { expect, jest, test } from '@jest/globals';
import { renderDiagnostics } from '@nx-notebook/notebook';
import type { LateValue, Pipeline } from '@nx-notebook/pipeline';
import { evaluateLate, type LateOptions } from '../src/late/evaluate-late.js';
import { Files } from './support/files.js';
import { python } from './support/kernels.js';
import { callOf, pipelineIn } from './support/tasks.js';

jest.setTimeout(60_000);

const now = new Date(2024, 1, 3, 4, 5, 6, 70);

function evaluate(
  pipeline: Pipeline,
  more: Partial<LateOptions> = {},
): ReturnType<typeof evaluateLate> {
  return evaluateLate(pipeline, {
    python: () =>
      Promise.resolve({
        ok: true,
        origin: 'test',
        interpreter: { path: python, version: '3', sitePackages: [] },
      }),
    now,
    env: process.env,
    signal: new AbortController().signal,
    ...more,
  });
}

const placeholders: readonly LateValue[] = (
  ['now', 'git', 'git_hash'] as const
).map((name) => ({ id: name, kind: 'placeholder', name }));

function callsIn(
  root: string,
  ...names: readonly string[]
): readonly LateValue[] {
  return names.map((name) => ({
    id: name,
    kind: 'call',
    call: callOf(root, `values_.${name}`, name === 'twice' ? { n: '2' } : {}),
  }));
}

function git(root: string, ...words: readonly string[]): string {
  const author = ['-c', 'user.name=a', '-c', 'user.email=a@b.c'];
  const command = [...author, ...words];
  return execFileSync('git', command, { cwd: root, stdio: 'pipe' })
    .toString()
    .trim();
}

test('the time as Python writes it, needing no Python', async () => {
  using files = new Files({});
  const pipeline = pipelineIn(files.root, [], {
    late: placeholders.slice(0, 1),
  });
  const nothing: Partial<LateOptions> = {
    python: () => Promise.reject(new Error('nobody asks')),
  };
  expect(await evaluate(pipeline, nothing)).toEqual({
    ok: true,
    value: new Map([
      ['now', { kind: 'str', value: '2024-02-03T04:05:06.070000' }],
    ]),
  });
  const whole = { ...nothing, now: new Date(2024, 1, 3, 4, 5, 6) };
  expect(await evaluate(pipeline, whole)).toMatchObject({
    value: new Map([['now', { kind: 'str', value: '2024-02-03T04:05:06' }]]),
  });
});

test('branch and hash of a repository; the hash where there is no branch', async () => {
  using files = new Files({ 'a.txt': '' });
  const { root } = files;
  git(root, 'init', '-q', '-b', 'topic');
  git(root, 'add', '.');
  git(root, 'commit', '-q', '-m', 'first');
  const hash = git(root, 'rev-parse', '--short', 'HEAD');
  const pipeline = pipelineIn(root, [], { late: placeholders.slice(1) });
  const values = async (): Promise<unknown> => {
    const found = await evaluate(pipeline);
    return found.ok
      ? [...found.value.values()].map((each) => 'value' in each && each.value)
      : found;
  };
  expect(await values()).toEqual(['topic', hash]);
  git(root, 'tag', 'v1');
  git(root, 'checkout', '-q', '--detach');
  files.write('a.txt', 'changed');
  expect(await values()).toEqual(['v1-dirty', 'v1-dirty']);
});

test('outside of a repository with a commit git has no value', async () => {
  using files = new Files({
    'pipeline.yaml': '# {{ x }}\ntasks: "{{root}}/{{ git }}"\n',
  });
  git(files.root, 'init', '-q');
  const pipeline = pipelineIn(files.root, [], { late: placeholders.slice(1) });
  expect(await evaluate(pipeline)).toMatchObject({
    ok: false,
    error: {
      reason: 'invalid-pipeline',
      diagnostics: [
        {
          location: { line: 2, column: 18, length: 9 },
          message: `Undeclared value for placeholder "git": ${files.root} is in no git repository with a commit.`,
        },
      ],
    },
  });
});

test('functions are called in one process; what they print is no answer', async () => {
  using files = new Files({
    'values_.py': `
import datetime, os, pathlib
import numpy as np
print("[]")

def first():
    print("{}")
    os.write(1, b"raw")
    return {"a": [1, 2.0, None, True], 3: (12345678901234567890, "x")}

def twice(n):
    return os.getpid(), n, np.int64(3), float("inf"), pathlib.Path("a/b"), datetime.date(2020, 1, 2), {"z"}

def process():
    return os.getpid()
`,
  });
  const { root } = files;
  let printed = '';
  const found = await evaluate(
    pipelineIn(root, [], { late: callsIn(root, 'first', 'twice', 'process') }),
    { print: (text) => (printed += text) },
  );
  if (!found.ok) throw new Error(found.error.message);
  const { value } = found;
  expect(value.get('first')).toEqual({
    kind: 'dict',
    entries: [
      [
        { kind: 'str', value: 'a' },
        {
          kind: 'list',
          items: [
            { kind: 'int', value: 1n },
            { kind: 'float', value: 2 },
            { kind: 'none' },
            { kind: 'bool', value: true },
          ],
        },
      ],
      [
        { kind: 'int', value: 3n },
        {
          kind: 'tuple',
          items: [
            { kind: 'int', value: 12345678901234567890n },
            { kind: 'str', value: 'x' },
          ],
        },
      ],
    ],
  });
  expect(value.get('twice')).toEqual({
    kind: 'tuple',
    items: [
      value.get('process'),
      { kind: 'int', value: 2n },
      { kind: 'int', value: 3n },
      { kind: 'float', value: Infinity },
      { kind: 'str', value: 'a/b' },
      { kind: 'other', type: 'date', text: '2020-01-02' },
      { kind: 'set', items: [{ kind: 'str', value: 'z' }] },
    ],
  });
  expect(printed.replace('raw', '')).toBe('[]\n{}\n');
});

test.each([
  [
    'raises',
    'def raises():\n    raise ValueError("boom")\n',
    'Function values_.raises raised ValueError: boom',
  ],
  [
    'object',
    'def object():\n    return print\n',
    "Function values_.object returned what no parameter can be: a value of type builtin_function_or_method can't be a parameter.",
  ],
  ['nothing', '', "Could not get 'nothing' from module 'values_'"],
  [
    'none',
    'def none():\n    return None\n',
    'Error calling dotted path "values_.none". Expected a value but got None.',
  ],
  [
    'dies',
    'import os\ndef dies():\n    os._exit(3)\n',
    'values_.dies gave no value: the process ended with exit code 3.',
  ],
])('%s: points to the call in pipeline.yaml', async (name, source, message) => {
  using files = new Files({ 'values_.py': source });
  const { root } = files;
  const pipeline = pipelineIn(root, [], { late: callsIn(root, name) });
  const found = await evaluate(pipeline);
  const problems =
    !found.ok && found.error.reason === 'invalid-pipeline'
      ? found.error.diagnostics
      : [];
  const text = renderDiagnostics(problems, { cwd: root });
  expect(text).toContain(message);
  expect(text).toContain('pipeline.yaml:2:5');
});

test('an abort ends the process', async () => {
  using files = new Files({
    'values_.py':
      'import time\ndef slow():\n    print("here", flush=True)\n    time.sleep(60)\n',
  });
  const { root } = files;
  const stop = new AbortController();
  const pipeline = pipelineIn(root, [], { late: callsIn(root, 'slow') });
  const found = await evaluate(pipeline, {
    signal: stop.signal,
    print: () => stop.abort(),
  });
  expect(found).toMatchObject({ ok: false, error: { reason: 'interrupted' } });
});
