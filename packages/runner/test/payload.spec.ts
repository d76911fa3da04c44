/** What the driver is told of a task. */
import { expect, test } from '@jest/globals';
import type { Task } from '@nx-notebook/pipeline';
import { encodePaths, encodeTask, encodeTasks } from '../src/payload.js';
import {
  callOf,
  functionTask,
  paramsOf,
  pipelineIn,
  productsIn,
} from './support/tasks.js';

const folder = '/w/src/pkg';

test('only a package that may not be installed adds folders to sys.path', () => {
  expect(encodePaths(pipelineIn(folder, []))).toEqual({
    first: [folder],
    last: [],
  });
  expect(encodePaths(pipelineIn(folder, [], { root: '/w' }))).toEqual({
    first: [folder],
    last: ['/w/src', '/w'],
  });
});

function tasks(): { readonly all: readonly Task[]; readonly last: Task } {
  const make = (name: string, product: Task['product']): Task =>
    functionTask(folder, `tasks.${name}`, { name, product });
  const view: Task['product'] = {
    kind: 'relation',
    relation: {
      schema: 's',
      name: 'v',
      type: 'view',
      isStamped: true,
      client: callOf(folder, 'db.get'),
    },
  };
  const others = [
    make('a', productsIn(folder, 'a.txt')),
    make('fit-0', productsIn(folder, { x: 'o/0.txt' })),
    make('fit-1', productsIn(folder, { x: 'o/1.txt' })),
    make('view', view),
    make('none', { kind: 'none' }),
  ];
  const last = functionTask(folder, 'tasks.last', {
    params: paramsOf({ n: '1' }),
    client: callOf(folder, 'db.get', { x: 'y' }),
    upstream: [
      { task: 'fit-0', pattern: 'fit-*', reads: [] },
      { task: 'a', reads: [] },
      { task: 'fit-1', pattern: 'fit-*', reads: [] },
      { task: 'view', reads: [] },
      { task: 'none', reads: [] },
    ],
  });
  return { all: [...others, last], last };
}

test('a task with its product, params, upstream and client', () => {
  const { all, last } = tasks();
  expect(encodeTask(pipelineIn(folder, all), last)).toEqual({
    paths: { first: [folder], last: [] },
    name: 'last',
    source: `${folder}/tasks.py`,
    params: [['n', { int: '1' }]],
    product: { kind: 'file', path: 'out/last.txt' },
    upstream: [
      [
        'fit-*',
        {
          kind: 'group',
          group: [
            ['fit-0', { kind: 'files', files: [['x', 'o/0.txt']] }],
            ['fit-1', { kind: 'files', files: [['x', 'o/1.txt']] }],
          ],
        },
      ],
      ['a', { kind: 'file', path: 'a.txt' }],
      ['view', { kind: 'relation', schema: 's', name: 'v', type: 'view' }],
    ],
    client: {
      dottedPath: 'db.get',
      module: 'db',
      name: 'get',
      kwargs: [['x', 'y']],
      place: { file: `${folder}/pipeline.yaml`, line: 2 },
    },
  });
});

test('paths are seen from the working directory, or absolute', () => {
  const { all, last } = tasks();
  const below: Task = { ...last, cwd: `${folder}/sub` };
  expect(encodeTask(pipelineIn(folder, all), below)).toMatchObject({
    product: { path: '../out/last.txt' },
  });
  const absolute = pipelineIn(folder, all, { pathStyle: 'absolute' });
  expect(encodeTask(absolute, below)).toMatchObject({
    product: { path: `${folder}/out/last.txt` },
  });
});

test('hooks of the pipeline see its tasks, from its folder', () => {
  const { last } = tasks();
  const below: Task = { ...last, cwd: `${folder}/sub` };
  expect(encodeTasks(pipelineIn(folder, [below]))).toEqual([
    ['last', { kind: 'file', path: 'out/last.txt' }],
  ]);
});
