import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import {
  computeKey,
  type KeyData,
  type KeyParts,
  type TaskRef,
} from '../src/index.js';
import { TestWorkspace, type TaskText } from './test-workspace.js';

const a: TaskText = { name: 'a', source: 'x = 1' };
const b: TaskText = {
  name: 'b',
  source: 'y = 2',
  params: { n: 100 },
  upstream: { a: ['data'] },
  imports: ['src/lib.py'],
  resources: ['cfg.json'],
};

async function prepared(): Promise<TestWorkspace> {
  const workspace = await TestWorkspace.create();
  await workspace.write('out/a.data', 'data of a');
  await workspace.write('out/a.ipynb', 'notebook of a');
  await workspace.write('src/lib.py', 'library');
  await workspace.write('cfg.json', '{}');
  return workspace;
}

async function keyDataOf(
  ref: TaskRef | undefined,
  parts: KeyParts,
): Promise<KeyData> {
  if (ref === undefined) throw new Error('no such task');
  const key = await computeKey(ref, parts);
  if (!key.ok) throw new Error(key.error.message);
  return key.value.keyData;
}

test('everything that a result depends on is in the key, and no absolute path', async () => {
  await using workspace = await prepared();
  workspace.distributions['pandas'] = '2.2.3';
  const [, ref] = workspace.refs([a, b]);
  const data = await keyDataOf(ref, workspace.parts());
  expect(data).toEqual({
    version: 2,
    kind: 'notebook',
    source: expect.stringMatching(/^[0-9a-f]{64}$/),
    language: 'python',
    params: [{ name: 'n', value: '100' }],
    injected: expect.stringMatching(/^[0-9a-f]{64}$/),
    products: {
      data: { path: 'out/b.data' },
      nb: { path: 'out/b.ipynb', format: 'notebook' },
    },
    upstream: {
      a: {
        data: {
          path: 'out/a.data',
          // sha256 of "data of a"
          digest:
            '8d484c6216d4ec53ffe61e1b1387eb48ee4b8613bd0334dcceea0db8cfe49749',
        },
        nb: { path: 'out/a.ipynb' },
      },
    },
    calls: {},
    templates: {},
    options: {},
    imports: { 'src/lib.py': expect.stringMatching(/^[0-9a-f]{64}$/) },
    resources: { 'cfg.json': expect.stringMatching(/^[0-9a-f]{64}$/) },
    environment: {
      python: '3.11',
      kernel: 'python3',
      distributions: { pandas: '2.2.3' },
    },
  });
  expect(JSON.stringify(data)).not.toContain(workspace.root);
});

test('the same pipeline elsewhere has the same key', async () => {
  await using one = await prepared();
  await using other = await prepared();
  const [, here] = one.refs([a, b]);
  const [, there] = other.refs([a, b], 'another-project');
  expect(await keyDataOf(there, other.parts())).toEqual(
    await keyDataOf(here, one.parts()),
  );
});

test('the inputs are the files whose digests are in the key', async () => {
  await using workspace = await prepared();
  const [, ref] = workspace.refs([a, b]);
  if (ref === undefined) throw new Error('no such task');
  const key = await computeKey(ref, workspace.parts());
  expect(key.ok && key.value.inputs).toEqual(
    ['out/a.data', 'cfg.json', 'src/lib.py'].map((path) =>
      workspace.path(path),
    ),
  );
});

test('a task found by name and by wildcard counts all that either reads', async () => {
  await using workspace = await prepared();
  const [, ref] = workspace.refs([a, b]);
  if (ref === undefined) throw new Error('no such task');
  const upstream = [
    { task: 'a', reads: ['nb'] },
    { task: 'a', pattern: 'a*', reads: ['data'] },
  ];
  const both = { ...ref, task: { ...ref.task, upstream } };
  const data = await keyDataOf(both, workspace.parts());
  expect(
    Object.values(data.upstream['a'] ?? {}).map(({ digest }) => typeof digest),
  ).toEqual(['string', 'string']);
});

test('a name that nothing answers is part of the key, and so is a file that vanished', async () => {
  await using workspace = await prepared();
  const [, ref] = workspace.refs([a, b]);
  const data = await keyDataOf(ref, {
    ...workspace.parts(),
    imports: ({ folder }) =>
      Promise.resolve({
        files: [join(folder, 'gone.py'), join(folder, '../shared/x.py')],
        unresolved: ['nowhere.at_all'],
        absent: [],
        distributions: {},
      }),
  });
  expect(data.imports).toEqual({
    'import nowhere.at_all': 'unresolved',
    'gone.py': 'missing',
    '../shared/x.py': 'missing',
  });
});

test('a source of which nothing is known may import anything', async () => {
  await using workspace = await prepared();
  const [, ref] = workspace.refs([a, b]);
  if (ref === undefined) throw new Error('no such task');
  const { facts, ...source } = ref.task.source;
  expect(facts?.importsAnything).toBe(false);
  const asked: boolean[] = [];
  await keyDataOf(
    { ...ref, task: { ...ref.task, source } },
    {
      ...workspace.parts(),
      imports: ({ facts }) => {
        asked.push(facts.importsAnything);
        return Promise.resolve({
          files: [],
          unresolved: [],
          absent: [],
          distributions: {},
        });
      },
    },
  );
  expect(asked).toEqual([true]);
});

test('what changes the kernel beside its packages is part of the key, when there is something', async () => {
  await using workspace = await prepared();
  const [ref] = workspace.refs([a, b]);
  const environment = async (
    setup: Readonly<Record<string, string>>,
  ): Promise<unknown> => {
    const parts = { ...workspace.parts(), kernelSetup: () => setup };
    return (await keyDataOf(ref, parts)).environment;
  };
  const plain = (await keyDataOf(ref, workspace.parts())).environment;
  expect(await environment({})).toEqual(plain);
  const setup = { kernelspec: 'ab' };
  expect(await environment(setup)).toEqual({ ...plain, setup });
});

test('an R notebook needs no Python', async () => {
  await using workspace = await prepared();
  const [ref] = workspace.refs([a]);
  if (ref?.task.source.kind !== 'notebook') throw new Error('no such task');
  const source = {
    ...ref.task.source,
    language: 'r',
    kernelName: 'ir',
  } as const;
  const data = await keyDataOf(
    { ...ref, task: { ...ref.task, source } },
    {
      ...workspace.parts(),
      python: () => Promise.reject(new Error('asked for Python')),
    },
  );
  expect(data.environment).toEqual({ kernel: 'ir', distributions: {} });
});

test('an upstream product behind a link counts by its content', async () => {
  await using workspace = await prepared();
  const [, ref] = workspace.refs([a, b]);
  const before = await keyDataOf(ref, workspace.parts());
  await mkdir(workspace.path('elsewhere'));
  await writeFile(workspace.path('elsewhere/lib.py'), 'library');
  await symlink(workspace.path('elsewhere'), workspace.path('linked'));
  const parts: KeyParts = {
    ...workspace.parts(),
    imports: ({ folder }) =>
      Promise.resolve({
        files: [join(folder, 'linked/lib.py')],
        unresolved: [],
        absent: [],
        distributions: {},
      }),
  };
  const after = await keyDataOf(ref, parts);
  expect(after.imports['linked/lib.py']).toBe(before.imports['src/lib.py']);
});
