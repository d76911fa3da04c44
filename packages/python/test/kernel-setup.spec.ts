/** What changes a kernel, on real folders. */
import { describe, expect, it } from '@jest/globals';
import { kernelSetup } from '../src/index.js';
import { testFolder, type TestFolder } from './folders.js';

const SPEC = 'venv/share/jupyter/kernels/python3/kernel.json';
const USERS = 'home/.local/share/jupyter/kernels/python3/kernel.json';

const spec = (argv: readonly string[], env?: object): string =>
  JSON.stringify({ argv, env, display_name: 'Python 3' });

const ipykernel = (program: string, ...flags: readonly string[]): string =>
  spec([
    program,
    ...flags,
    '-m',
    'ipykernel_launcher',
    '-f',
    '{connection_file}',
  ]);

const setup = (
  folder: TestFolder,
  language = 'python',
): Readonly<Record<string, string>> =>
  kernelSetup({
    kernelName: 'python3',
    language,
    interpreter: {
      path: folder.at('venv/bin/python'),
      version: '3.11',
      sitePackages: [],
    },
    env: { HOME: folder.at('home') },
  });

describe('a plain installation has nothing to tell', () => {
  it.each<[string, (folder: TestFolder) => string | undefined]>([
    ['without a kernelspec', () => undefined],
    ['with a bare command', () => ipykernel('python')],
    ['with the absolute path', ({ at }) => ipykernel(at('venv/bin/python3'))],
    ['with a flag', () => ipykernel('python', '-Xfrozen_modules=off')],
  ])('%s', (_name, text) => {
    using folder = testFolder({ 'venv/pyvenv.cfg': '' });
    const own = text(folder);
    if (own !== undefined) folder.write({ [SPEC]: own });
    expect(setup(folder)).toEqual({});
  });
});

it('tells every change of the kernelspec apart', () => {
  using folder = testFolder({ 'venv/pyvenv.cfg': '' });
  const digests = [
    ipykernel('/elsewhere/bin/python'),
    ipykernel('python', '-O'),
    spec(['python', '-m', 'ipykernel_launcher', '-f', '{connection_file}'], {
      A: '1',
    }),
    spec(['R', '--slave']),
    'not json',
  ].map((text) => {
    folder.write({ [SPEC]: text });
    return setup(folder)['kernelspec'];
  });
  expect(digests).not.toContain(undefined);
  expect(new Set(digests).size).toBe(digests.length);
});

it("takes an environment's own kernelspec before the user's", () => {
  using folder = testFolder({
    'venv/pyvenv.cfg': '',
    [SPEC]: ipykernel('python'),
    [USERS]: ipykernel('/elsewhere/bin/python'),
  });
  expect(setup(folder)).toEqual({});
  using other = testFolder({
    [SPEC]: ipykernel('python'),
    [USERS]: ipykernel('/elsewhere/bin/python'),
  });
  expect(Object.keys(setup(other))).toEqual(['kernelspec']);
});

it('counts what IPython runs and reads at its start, for Python', () => {
  using folder = testFolder({
    'home/.ipython/profile_default/ipython_config.py': 'c = 1',
    'home/.ipython/profile_default/startup/00-first.py': 'x = 1',
    'home/.ipython/profile_default/startup/README': '',
    'home/.ipython/profile_default/history.sqlite': '',
  });
  const before = setup(folder);
  expect(Object.keys(before)).toEqual([
    "IPython's ipython_config.py",
    "IPython's startup/00-first.py",
  ]);
  folder.write({
    'home/.ipython/profile_default/startup/00-first.py': 'x = 2',
  });
  expect(setup(folder)).not.toEqual(before);
  expect(setup(folder, 'R')).toEqual({});
});
