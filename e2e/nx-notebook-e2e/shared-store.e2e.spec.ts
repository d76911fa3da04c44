/**
 * A team that shares a folder: what one clone executed, another one restores, also when each task has a process of its
 * own.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { chain, makeWorkspace } from './pipelines';

jest.setTimeout(180_000);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nx-notebook-share-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('a second clone with a disk of its own executes nothing and has the same bytes', async () => {
  const store = { NX_NOTEBOOK_STORE: pathToFileURL(folder).href };
  const trusted = { ...store, NX_NOTEBOOK_STORE_SCOPE: 'trusted' };
  await using ann = await makeWorkspace(chain, { env: trusted });
  // Each process waits for the upload of its one task.
  await ann.succeed('run-many', '-t', 'execute', '--batch=false');
  expect(await ann.takeExecutions('ml')).toEqual(['a', 'b', 'c']);

  await using bob = await makeWorkspace(chain, { env: store });
  const { output } = await bob.succeed('run-many', '-t', 'execute');
  expect(output).toContain('3 restored (3 from folder)');
  expect(output).not.toContain('warning:');
  expect(await bob.takeExecutions('ml')).toEqual([]);
  for (const path of ['ml/out/a.ipynb', 'ml/out/c.ipynb', 'ml/out/c.txt']) {
    expect(await bob.read(path)).toBe(await ann.read(path));
  }

  // A reader keeps what it makes, and is told how it could share it.
  await bob.edit('ml/pipeline.yaml', 'n: 1', 'n: 2');
  const changed = await bob.succeed('run-many', '-t', 'execute');
  expect(await bob.takeExecutions('ml')).toEqual(['b', 'c']);
  expect(changed.output).toContain(
    '2 results stay on this machine. To give results to the team, set NX_NOTEBOOK_STORE_SCOPE',
  );
});

test('an address that can not be used says so, and nothing runs', async () => {
  const env = { NX_NOTEBOOK_STORE: 's3://key:topsecret@team/x' };
  await using workspace = await makeWorkspace(chain, { env });
  const { exitCode, output } = await workspace.nx('run-many', '-t', 'execute');
  expect(exitCode).not.toBe(0);
  expect(output).toContain(
    'NX_NOTEBOOK_STORE in the environment has credentials in it, which everybody can read there.',
  );
  expect(output).not.toContain('topsecret');
  expect(await workspace.takeExecutions('ml')).toEqual([]);
});
