/** Which time limit wins. */
import { expect, test } from '@jest/globals';
import type { TaskRef } from '@nx-notebook/engine';
import { resolveLimits } from '../../src/executors/limits.js';
import { request } from './scripted-build.js';

const settings = {
  targetName: 'execute',
  kernels: 1,
  cellTimeoutMs: 1,
  taskTimeoutMs: 2,
};

const ref = (limits: object): TaskRef =>
  ({
    project: 'ml',
    pipeline: { variant: '' },
    task: { name: 'a', ...limits },
  }) as unknown as TaskRef;

function limits(options: object, yaml: object): unknown {
  const target = request('a', { options: { task: 'a', ...options } });
  const resolved = resolveLimits([target], settings);
  return resolved.ok ? resolved.value(ref(yaml)) : resolved.error;
}

test.each([
  ['the options of the plugin', {}, {}, { cellTimeoutMs: 1, taskTimeoutMs: 2 }],
  [
    'pipeline.yaml',
    {},
    { cellTimeoutMs: 10 },
    { cellTimeoutMs: 10, taskTimeoutMs: 2 },
  ],
  [
    'the target',
    { cellTimeout: 3 },
    { cellTimeoutMs: 10 },
    { cellTimeoutMs: 3000, taskTimeoutMs: 2 },
  ],
  [
    'not those of the target under another configuration',
    { cellTimeout: 3, environment: 'sample' },
    {},
    { cellTimeoutMs: 1, taskTimeoutMs: 2 },
  ],
])('%s', (_name, options, yaml, expected) => {
  expect(limits(options, yaml)).toEqual(expected);
});

test('a limit that is none', () => {
  expect(limits({ taskTimeout: 'long' }, {})).toEqual([
    {
      message: 'taskTimeout of ml:execute--a can\'t be "long".',
      hint: 'Set it to seconds as a number, or a text such as "90s", "10m", "2h".',
    },
  ]);
});

test('an option that does not exist', () => {
  expect(limits({ cellTimeot: 3 }, {})).toEqual([
    {
      message: 'ml:execute--a has no option "cellTimeot".',
      hint: 'Remove it; options are task, force, cellTimeout, taskTimeout.',
    },
  ]);
});
