/** Taking over: what Ploomber had finished is fresh afterwards, and nothing else is. */
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import {
  assessTask,
  openRecordBook,
  type AssessParts,
} from '@nx-notebook/engine';
import { createImportResolver } from '@nx-notebook/python';
import { digestProduct, openDiskStore } from '@nx-notebook/store';
import { takeOver } from '../../src/migration/take-over.js';
import type { Files } from '../support/files.js';
import {
  finishedProject,
  madeAt,
  pipelineIn,
  setTime,
} from './ploomber-project.js';

function partsOf({ root }: Files): AssessParts {
  return {
    workspaceRoot: root,
    store: openDiskStore({ root: join(root, 'store') }),
    records: openRecordBook(join(root, '.nx/notebook')),
    digest: ({ name, path }) => digestProduct(name, path),
    imports: createImportResolver({ env: {} }),
    python: () =>
      Promise.resolve({
        ok: true,
        origin: 'test',
        interpreter: { path: '/py', version: '3.11', sitePackages: [] },
      }),
  };
}

/** How each task stands after taking over, and why it was not taken. */
async function standAfter(
  files: Files,
): Promise<Record<string, readonly unknown[]>> {
  const parts = partsOf(files);
  const pipeline = await pipelineIn(files);
  const taken = await takeOver('ml', pipeline, parts);
  const stands: [string, readonly unknown[]][] = [];
  for (const { ref, why } of taken) {
    const { status } = await assessTask(ref, parts);
    stands.push([ref.task.name, why === undefined ? [status] : [status, why]]);
  }
  return Object.fromEntries(stands);
}

test('finished tasks are fresh', async () => {
  using files = finishedProject();
  expect(await standAfter(files)).toEqual({ make: ['fresh'], plot: ['fresh'] });
});

test('a module that changed since, which Ploomber does not see', async () => {
  using files = finishedProject();
  setTime(files, 'ml/tasks.py', madeAt + 100);
  expect(await standAfter(files)).toEqual({
    make: ['never-run', 'tasks.py changed after it ended'],
    plot: ['never-run', 'its upstream make has to run'],
  });
});

test('a second time changes nothing', async () => {
  using files = finishedProject();
  await standAfter(files);
  expect(await standAfter(files)).toEqual({ make: ['fresh'], plot: ['fresh'] });
});
