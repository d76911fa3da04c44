/** What counts as finished by Ploomber, and what does not although Ploomber thinks so. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import {
  judgeTask,
  type FinishedTask,
} from '../../src/migration/finished-task.js';
import type { Files } from '../support/files.js';
import {
  executed,
  finishedProject,
  madeAt,
  pipelineIn,
  setTime,
  writeRecord,
} from './ploomber-project.js';

/** Every task in order, as `finished` or the reason why not. */
async function judge(files: Files): Promise<Record<string, string>> {
  const { tasks } = await pipelineIn(files);
  const judged = new Map<string, FinishedTask>();
  for (const task of tasks) judged.set(task.name, judgeTask(task, judged));
  return Object.fromEntries(
    [...judged].map(([name, one]) => [
      name,
      one.status === 'finished' ? one.status : one.why,
    ]),
  );
}

test('what Ploomber has just built is finished', async () => {
  using files = finishedProject();
  expect(await judge(files)).toEqual({ make: 'finished', plot: 'finished' });
});

test.each<[string, (files: Files) => void, Record<string, string>]>([
  [
    'a product is missing',
    ({ root }) => rmSync(join(root, 'ml/out/plot.txt')),
    { make: 'finished', plot: 'out/plot.txt is not there' },
  ],
  [
    'metadata is missing',
    ({ root }) => rmSync(join(root, 'ml/out/.plot.txt.metadata')),
    { make: 'finished', plot: 'Ploomber has no record of it' },
  ],
  [
    'metadata is damaged',
    (files) => files.write('ml/out/.plot.txt.metadata', '{"timest'),
    { make: 'finished', plot: 'Ploomber has no record of it' },
  ],
  [
    'a source changed',
    (files) =>
      files.write(
        'ml/plot.py',
        '# %% tags=["parameters"]\nupstream = ["make"]\n\n# %%\nprint(2)\n',
      ),
    { make: 'finished', plot: 'its source changed' },
  ],
  [
    'a function changed: it and what reads it',
    (files) =>
      files.write(
        'ml/tasks.py',
        'def make(product, n, resources_):\n    pass\n',
      ),
    { make: 'its source changed', plot: 'its upstream make has to run' },
  ],
  [
    'a param changed',
    (files) =>
      files.write(
        'ml/pipeline.yaml',
        'tasks:\n  - source: tasks.make\n    product: out/data.csv\n    params: {n: 4, resources_: {cfg: cfg.json}}\n',
      ),
    { make: 'its params changed' },
  ],
  [
    'a resource changed',
    (files) => files.write('ml/cfg.json', '{"a": 1}'),
    { make: 'its params changed', plot: 'its upstream make has to run' },
  ],
  [
    'an upstream is newer',
    (files) => {
      const record = {
        source: 'x',
        params: { s: 'hello' },
        at: madeAt - 10,
      };
      writeRecord(files, 'ml/out/plot.ipynb', {
        ...record,
        source:
          "# Title\nupstream = ['make']\nproduct = None\ns = None\nprint(s)",
      });
    },
    { make: 'finished', plot: 'its upstream make is newer' },
  ],
  [
    'the notebook is that of a failed run, under metadata of a good one',
    (files) => {
      files.write(
        'ml/out/plot.ipynb',
        executed({
          output_type: 'error',
          ename: 'ValueError',
          evalue: '',
          traceback: [],
        }),
      );
      setTime(files, 'ml/out/plot.ipynb', madeAt);
    },
    {
      make: 'finished',
      plot: 'out/plot.ipynb is the notebook of a failed run',
    },
  ],
  [
    'a product was half written again after Ploomber had ended',
    (files) => {
      files.write('ml/out/data.csv', '');
      setTime(files, 'ml/out/data.csv', madeAt + 500);
    },
    {
      make: 'out/data.csv was written to after it ended',
      plot: 'its upstream make has to run',
    },
  ],
])('%s', async (_what, change, expected) => {
  using files = finishedProject();
  change(files);
  expect(await judge(files)).toEqual(expected);
});

test('a copy without times is judged by content alone', async () => {
  using files = finishedProject();
  const names = ['data.csv', 'plot.ipynb', 'plot.txt'];
  for (const name of names) {
    setTime(files, `ml/out/${name}`, madeAt + 9000);
    setTime(files, `ml/out/.${name}.metadata`, madeAt + 9000);
  }
  expect(await judge(files)).toEqual({ make: 'finished', plot: 'finished' });
});
