/** What `nx add nx-notebook` leaves behind. */
import { expect, jest, test } from '@jest/globals';
import { logger, readNxJson, type Tree } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { init } from '../../src/generators/init.js';

/** Runs the generator and returns what it printed. */
async function run(tree: Tree): Promise<string> {
  const info = jest.spyOn(logger, 'info').mockImplementation(() => undefined);
  await init(tree);
  const printed = info.mock.calls.map(([line]) => String(line)).join('\n');
  info.mockRestore();
  return printed;
}

test('registers the plugin and ignores its files', async () => {
  const tree = createTreeWithEmptyWorkspace();
  const printed = await run(tree);
  expect(readNxJson(tree)?.plugins).toContainEqual({
    plugin: 'nx-notebook',
    options: {},
  });
  expect(tree.read('.gitignore', 'utf-8')).toBe(
    '.nx/notebook\n*.failed.ipynb\n',
  );
  expect(printed).toContain(
    '- nx.json: registered nx-notebook\n- .gitignore: added .nx/notebook, *.failed.ipynb\n- .vscode/settings.json: added the schemas of pipeline.yaml and env.yaml, for the YAML extension\n- Python: ',
  );
  expect(printed).toMatch(/\nNext: .+$/);
});

test('changes nothing the second time, and nothing else at any time', async () => {
  const tree = createTreeWithEmptyWorkspace();
  tree.write('.gitignore', 'node_modules');
  await run(tree);
  expect(tree.read('.gitignore', 'utf-8')).toBe(
    'node_modules\n.nx/notebook\n*.failed.ipynb\n',
  );
  const before = tree
    .listChanges()
    .map(({ path, content }) => [path, content?.toString()]);
  expect(await run(tree)).toContain(
    '- nx.json: nx-notebook is registered already\n- .gitignore: nothing to add\n',
  );
  expect(
    tree.listChanges().map(({ path, content }) => [path, content?.toString()]),
  ).toEqual(before);
});

test.each([['.nx'], ['.nx/'], ['/.nx/notebook'], ['.nx/notebook/']])(
  'a .gitignore with %s covers the records',
  async (line) => {
    const tree = createTreeWithEmptyWorkspace();
    tree.write('.gitignore', `${line}\n`);
    await run(tree);
    const lines = tree.read('.gitignore', 'utf-8')?.split('\n') ?? [];
    expect(lines).toEqual([line, '*.failed.ipynb', '']);
  },
);

test.each([
  ['nx-notebook'],
  [{ plugin: 'nx-notebook', options: { kernels: 2 } }],
])('a registration by hand stays: %p', async (entry) => {
  const tree = createTreeWithEmptyWorkspace();
  tree.write('nx.json', JSON.stringify({ plugins: [entry] }));
  await run(tree);
  expect(readNxJson(tree)?.plugins).toEqual([entry]);
});
