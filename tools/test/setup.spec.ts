/**
 * The set-up's own decisions: what is stale, which Python, what to tell the user.
 */
import { describe, expect, test } from '@jest/globals';
import { compiled, staleBuild } from '../scripts/setup/build.mjs';
import {
  gitNeed,
  needsMessage,
  nodeNeed,
  pythonNeed,
} from '../scripts/setup/needs.mjs';
import { staleModules } from '../scripts/setup/node-modules.mjs';
import { candidates, choose } from '../scripts/setup/python.mjs';
import { planTools } from '../scripts/setup/system-tools.mjs';
import { duration } from '../scripts/setup/terminal.mjs';
import { staleVenv } from '../scripts/setup/venv.mjs';
import { missingServer, planServer } from '../scripts/setup/versitygw.mjs';

describe('node_modules', () => {
  const lock = {
    packages: {
      '': {},
      'packages/a': { version: '1.0.0' },
      'node_modules/yaml': { version: '2.0.0', integrity: 'sha512-x' },
      'node_modules/other-platform': { version: '1.0.0', optional: true },
    },
  };
  const installed = {
    packages: {
      'node_modules/yaml': { version: '2.0.0', integrity: 'sha512-x' },
    },
  };
  const everything = (): boolean => true;

  test('are left alone when they are what the lock says', () => {
    expect(staleModules(lock, installed, everything)).toBeUndefined();
  });

  test('are installed when npm has not finished', () => {
    expect(staleModules(lock, undefined, everything)).toBe(
      'node_modules is missing or half-made',
    );
  });

  test('are installed when the lock names another version', () => {
    const older = {
      packages: {
        'node_modules/yaml': { version: '1.0.0', integrity: 'sha512-x' },
      },
    };
    expect(staleModules(lock, older, everything)).toBe(
      'node_modules/yaml differs from package-lock.json',
    );
  });

  test('are installed when a folder was deleted', () => {
    const exists = (path: string): boolean => path !== 'node_modules/yaml';
    expect(staleModules(lock, installed, exists)).toBe(
      'node_modules/yaml is missing',
    );
  });
});

describe('.venv', () => {
  const wanted = { requirements: 'abc', folder: '/clone/.venv' };

  test.each([
    ['is left alone when it is as wanted', wanted, true, undefined],
    [
      'is made when its Python is gone',
      wanted,
      false,
      '.venv is missing or its Python is gone',
    ],
    [
      'is made anew after an interrupted pip',
      undefined,
      true,
      '.venv is not complete',
    ],
    [
      'is made anew when the clone moved',
      { ...wanted, folder: '/old/.venv' },
      true,
      '.venv was made in another folder',
    ],
    [
      'is made anew when the lock changed',
      { ...wanted, requirements: 'old' },
      true,
      'tools/python/requirements.txt changed',
    ],
  ])('%s', (_, stamp, hasPython, reason) => {
    expect(staleVenv(wanted, stamp, hasPython)).toBe(reason);
  });
});

describe('the build', () => {
  const sources = ['packages/store/src/disk/store.ts'];

  test('has one output per source', () => {
    expect(sources.map(compiled)).toEqual([
      'packages/store/dist/disk/store.js',
    ]);
  });

  test.each([
    ['is left alone', 'a', true, undefined],
    ['runs after an edit', 'b', true, 'sources changed'],
    ['runs in a fresh clone', undefined, true, 'sources changed'],
    [
      'runs when an output was deleted',
      'a',
      false,
      'packages/store/dist/disk/store.js is missing',
    ],
  ])('%s', (_, stamp, isThere, reason) => {
    const state = { digest: 'a', stamp, exists: () => isThere };
    expect(staleBuild(sources, state)).toBe(reason);
  });
});

describe('Python', () => {
  const python = (command: string, minor: number, lacks: string[] = []) => ({
    command,
    version: [3, minor] as const,
    full: `3.${minor}.1`,
    lacks,
  });

  test('candidates are the newest first, then the unversioned', () => {
    const folders: Record<string, string[]> = {
      '/a': ['python3', 'python3.9', 'python3.11', 'python3-config'],
      '/b': ['python3.12', 'python', 'python3.11'],
    };
    expect(
      candidates(Object.keys(folders), (folder) => folders[folder] ?? []),
    ).toEqual([
      '/b/python3.12',
      '/a/python3.11',
      '/b/python3.11',
      '/a/python3',
      '/b/python',
    ]);
  });

  test('the newest that can make an environment is chosen', () => {
    const probes = [
      python('python3.13', 13, ['ensurepip']),
      python('python3.9', 9),
      python('python3.11', 11),
      python('python3.12', 12),
    ];
    expect(choose(probes)?.command).toBe('python3.12');
  });
});

describe('the S3 server of the tests', () => {
  const inputs = {
    goMod: 'module x\n\ngo 1.25.0\n',
    goSum: 'a h1:b\n',
    goVersion: 'go version go1.26.8 linux/amd64\n',
    chosen: undefined,
    exists: () => false,
  };
  const folderOf = (changed: Partial<typeof inputs>): string => {
    const plan = planServer({ ...inputs, ...changed });
    if (plan.status !== 'build') throw new Error(plan.status);
    return plan.folder;
  };

  test('is built once for a lock and a version of Go', () => {
    const folder = folderOf({});
    expect(folderOf({})).toBe(folder);
    expect(
      planServer({ ...inputs, exists: (name) => name === folder }),
    ).toEqual({
      status: 'ready',
      path: expect.stringContaining(`.cache/versitygw/${folder}/versitygw`),
    });
  });

  test.each([
    ['the lock', { goSum: 'a h1:c\n' }],
    ['the module', { goMod: 'module x\n\ngo 1.24.0\n' }],
    ['Go', { goVersion: 'go version go1.26.9 linux/amd64\n' }],
  ])('is built anew when %s changed', (_, changed) => {
    expect(folderOf(changed)).not.toBe(folderOf({}));
  });

  test.each([
    [undefined, 'no Go on PATH (https://go.dev/dl)'],
    [
      'go version go1.9.7 linux/amd64\n',
      'Go >= 1.25 is needed, this is go1.9.7 (https://go.dev/dl)',
    ],
    ['gccgo\n', 'Go >= 1.25 is needed, this is gccgo (https://go.dev/dl)'],
  ])('is absent with Go %j', (goVersion, why) => {
    expect(planServer({ ...inputs, goVersion })).toEqual({
      status: 'absent',
      why,
    });
  });

  test('may be chosen by hand, also without Go', () => {
    expect(
      planServer({ ...inputs, goVersion: undefined, chosen: '/opt/versitygw' }),
    ).toEqual({ status: 'ready', path: '/opt/versitygw' });
  });

  test.each([{}, { CI: '' }, { CI: 'false' }])(
    'may be missing with %j',
    (env) => {
      expect(missingServer('no Go', env)).toBe(
        'the tests that need one are skipped: no Go',
      );
    },
  );

  test('may not be missing in continuous integration', () => {
    expect(() => missingServer('no Go', { CI: 'true' })).toThrow(
      'Some tests need an S3 server, and with CI set none is skipped: no Go',
    );
  });
});

describe('R and PostgreSQL', () => {
  const debian = { family: 'debian', isRoot: false, isCi: false };
  const both = { r: '/usr/bin/R', postgres: '/usr/bin' };
  const apt = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get'];

  test('are left alone when they are there', () => {
    expect(planTools(both, debian)).toEqual({ status: 'ready' });
  });

  test('are installed where nobody has to be asked', () => {
    const plan = planTools({ r: '/usr/bin/R' }, { ...debian, isRoot: true });
    expect(plan).toEqual({
      status: 'install',
      why: 'apt-get installs PostgreSQL for the tests',
      commands: [
        [...apt, 'update', '-q'],
        [...apt, 'install', '-yq', '--no-install-recommends', 'postgresql'],
      ],
    });
  });

  test('are installed by sudo in continuous integration, without a question', () => {
    const plan = planTools({}, { ...debian, isCi: true });
    const sudo = ['sudo', '--non-interactive', ...apt];
    expect(plan).toMatchObject({
      commands: [
        [...sudo, 'update', '-q'],
        [
          ...[...sudo, 'install', '-yq', '--no-install-recommends'],
          ...['r-base-core', 'r-cran-irkernel', 'postgresql'],
        ],
      ],
    });
  });

  test('are asked for elsewhere', () => {
    expect(planTools({ postgres: '/usr/bin' }, debian)).toEqual({
      status: 'absent',
      why: [
        'no R with IRkernel (sudo apt-get install --no-install-recommends r-base-core r-cran-irkernel)',
      ],
    });
    expect(planTools({}, { ...debian, family: 'darwin', isCi: true })).toEqual({
      status: 'absent',
      why: [
        'no R with IRkernel (install R, then run install.packages("IRkernel") in it)',
        'no PostgreSQL (https://www.postgresql.org/download)',
      ],
    });
  });
});

describe('what is missing', () => {
  test.each([
    ['18.20.0', 'this is 18.20.0'],
    ['20.18.3', 'this is 20.18.3'],
    ['20.19.0', undefined],
    ['24.0.0', undefined],
  ])('Node %s', (version, found) => {
    expect(nodeNeed(version)?.found).toBe(found);
  });

  test('everything is said in one message', () => {
    const needs = [
      nodeNeed('18.20.0'),
      gitNeed({ PATH: '/nowhere' }),
      pythonNeed([], undefined),
    ].filter((need) => need !== undefined);
    expect(needsMessage(needs, 'debian')).toBe(
      [
        'This machine lacks something that has to be installed first:',
        '',
        '  Node >= 20.19   this is 18.20.0',
        '  git             not found on PATH',
        '  Python >= 3.10  no Python runs from PATH',
        '',
        'Install with:',
        '',
        '  sudo apt-get install git python3 python3-venv',
        '  https://nodejs.org/en/download (the current LTS release)',
        '',
        'Then run the same command again. PYTHON=/path/to/python chooses a Python by hand.',
      ].join('\n'),
    );
  });

  test("Debian's Python without venv is told apart from no Python", () => {
    const probe = {
      command: '/usr/bin/python3.11',
      version: [3, 11] as const,
      full: '3.11.2',
      lacks: ['ensurepip'],
    };
    const need = pythonNeed([probe], undefined);
    expect(need === undefined ? '' : needsMessage([need], 'debian')).toBe(
      [
        'This machine lacks something that has to be installed first:',
        '',
        '  venv of Python 3.11  /usr/bin/python3.11 has no module ensurepip',
        '',
        'Install with:',
        '',
        '  sudo apt-get install python3.11-venv',
        '',
        'Then run the same command again. PYTHON=/path/to/python chooses a Python by hand.',
      ].join('\n'),
    );
  });

  test('a Python that is too old is named', () => {
    const probe = {
      command: 'python3',
      version: [3, 9] as const,
      full: '3.9.18',
      lacks: [],
    };
    expect(pythonNeed([probe], undefined)?.found).toBe('python3 is 3.9.18');
  });
});

test.each([
  [40, '0.0 s'],
  [9949, '9.9 s'],
  [12_400, '12 s'],
  [200_000, '3 min 20 s'],
])('%d ms reads as %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});
