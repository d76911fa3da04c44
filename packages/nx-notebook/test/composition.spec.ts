/** How the parts of a run are wired: which store, for whom, and who is said to have made a result. */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import {
  openScratch,
  requestFor,
  writeProducts,
  type Scratch,
} from '@nx-notebook/testing';
import { composeEngine, type EngineComposition } from '../src/composition.js';
import { openFactsFile } from '../src/inference/facts-file.js';
import { resolveSettings, type Environment } from '../src/settings/settings.js';
import { resolveSharing } from '../src/settings/sharing.js';

/** Parts as a run with these variables has them; the shared folder is `share`. */
function compose(scratch: Scratch, env: Environment): EngineComposition {
  const all = { NX_NOTEBOOK_LOCAL_STORE: scratch.path('local'), ...env };
  const settings = resolveSettings({}, all);
  if (!settings.ok) throw new Error('settings');
  const sharing = resolveSharing(settings.value, all);
  if (!sharing.ok) throw new Error('sharing');
  return composeEngine({
    workspaceRoot: scratch.root,
    settings: settings.value,
    env: all,
    reporter: { handle: () => undefined },
    facts: openFactsFile(scratch.path('data'), '1'),
    limits: () => ({}),
    signal: new AbortController().signal,
    ...(sharing.value === undefined ? {} : { sharing: sharing.value }),
  });
}

/** Saves a result, and lists the folders that have one now. */
async function save(scratch: Scratch, env: Environment): Promise<string[]> {
  await mkdir(scratch.path('share'), { recursive: true });
  const store = pathToFileURL(scratch.path('share')).href;
  const { parts, dispose } = compose(scratch, {
    NX_NOTEBOOK_STORE: store,
    ...env,
  });
  const products = await writeProducts(scratch.path('in'), { nb: 'notebook' });
  expect(await parts.store.save(await requestFor('k', products))).toMatchObject(
    { status: 'saved' },
  );
  if ('finish' in parts.store) {
    const { signal } = new AbortController();
    await parts.store.finish({ signal, waitMs: 60_000 });
  }
  await dispose();
  const found = await readdir(scratch.root, { recursive: true });
  return found
    .filter((path) => /\/ac\/..\//.test(path))
    .map((path) =>
      path.replace(/\/ac\/.*$/, '').replace(/g\d{4}-\d\d/, 'MONTH'),
    )
    .sort();
}

describe('where a result goes', () => {
  test.each<[string, Environment, readonly string[]]>([
    ['no scope', {}, ['local']],
    [
      'a trusted run, away from what others left on this machine',
      { NX_NOTEBOOK_STORE_SCOPE: 'trusted' },
      ['local/trusted', 'share/t/MONTH'],
    ],
    [
      'a scope of its own',
      { NX_NOTEBOOK_STORE_SCOPE: 'pr-42' },
      ['local', 'share/u/pr-42'],
    ],
    [
      'access off',
      { NX_NOTEBOOK_STORE_SCOPE: 'x', NX_NOTEBOOK_STORE_ACCESS: 'off' },
      ['local'],
    ],
    ['no store', { NX_NOTEBOOK_STORE: '' }, ['local']],
  ])('%s', async (_, env, folders) => {
    await using scratch = await openScratch();
    // A pull request can't write first: somebody who may has made the store.
    await mkdir(scratch.path('share', '_meta'), { recursive: true });
    await writeFile(
      scratch.path('share', '_meta', 'format.json'),
      '{"layout":1,"digest":"sha256"}\n',
    );
    expect(await save(scratch, env)).toEqual(folders);
  });
});

test('results say who made them, and by what', async () => {
  await using scratch = await openScratch();
  const env = {
    NX_NOTEBOOK_STORE: 's3://team',
    NX_NOTEBOOK_STORE_SCOPE: 'trusted',
    GITHUB_ACTIONS: 'true',
    GITHUB_ACTOR: 'octocat',
    AWS_SECRET_ACCESS_KEY: 'topsecret',
  };
  const { parts } = compose(scratch, env);
  expect(parts.scope).toBe('trusted');
  expect(parts.provenance).toEqual({
    who: 'octocat',
    versions: {
      'nx-notebook': expect.stringMatching(/^\d+\.\d+\.\d+/),
      node: process.version,
    },
  });
});
