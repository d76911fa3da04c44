/** The order in which interpreters are found, on real folders with stand-in executables. */
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import * as path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  findPython,
  type PythonLookup,
  type PythonQuery,
} from '../src/index.js';
import { testFolder, type TestFolder } from './folders.js';

const venv = (
  name: string,
  settings = 'version = 3.11.7',
  python = '3.11',
): Record<string, string> => ({
  [`${name}/pyvenv.cfg`]: `home = /usr/bin\n${settings}\n`,
  [`${name}/bin/python`]: '#!/bin/sh\nexit 1\n',
  [`${name}/lib/python${python}/site-packages/x.py`]: '',
});

/** An executable that answers like Python, and counts its starts in `starts`. */
const answering = (
  folder: TestFolder,
  name: string,
  version = '3.12',
): void => {
  const answer = JSON.stringify({
    path: folder.at(name),
    version,
    sitePackages: [],
  });
  folder.write({
    [name]: `#!/bin/sh\necho start >> '${folder.at('starts')}'\necho '${answer}'\n`,
  });
  chmodSync(folder.at(name), 0o755);
};

const find = (
  folder: TestFolder,
  query: Partial<PythonQuery> = {},
): Promise<PythonLookup> =>
  findPython({
    workspaceRoot: folder.path,
    folder: folder.at('a/b'),
    env: {},
    ...query,
  });

const summary = (
  folder: TestFolder,
  lookup: PythonLookup,
): readonly string[] =>
  lookup.ok
    ? [
        lookup.origin,
        path.relative(folder.path, lookup.interpreter.path),
        lookup.interpreter.version,
        ...lookup.interpreter.sitePackages.map((site) =>
          path.relative(folder.path, site),
        ),
      ]
    : [lookup.message, lookup.hint];

const EVERYTHING = {
  ...venv('configured', 'version_info = 3.13.1.final.0', '3.13'),
  ...venv('a/b/.venv'),
  ...venv('a/venv'),
  ...venv('.venv'),
  ...venv('active'),
};

describe('findPython', () => {
  it.each<[string, readonly string[], Partial<PythonQuery>, readonly string[]]>(
    [
      [
        'the option first',
        [],
        { configured: 'configured' },
        [
          'the option "python"',
          'configured/bin/python',
          '3.13',
          'configured/lib/python3.13/site-packages',
        ],
      ],
      [
        'an interpreter by path',
        [],
        { configured: './configured/bin/python' },
        [
          'the option "python"',
          'configured/bin/python',
          '3.13',
          'configured/lib/python3.13/site-packages',
        ],
      ],
      [
        'the variable before the option',
        [],
        { configured: 'configured', env: { NX_NOTEBOOK_PYTHON: './active' } },
        [
          'NX_NOTEBOOK_PYTHON',
          'active/bin/python',
          '3.11',
          'active/lib/python3.11/site-packages',
        ],
      ],
      [
        'the nearest environment',
        [],
        {},
        [
          'a/b/.venv',
          'a/b/.venv/bin/python',
          '3.11',
          'a/b/.venv/lib/python3.11/site-packages',
        ],
      ],
      [
        'venv of a parent',
        ['a/b/.venv'],
        {},
        [
          'a/venv',
          'a/venv/bin/python',
          '3.11',
          'a/venv/lib/python3.11/site-packages',
        ],
      ],
      [
        '.venv of the workspace',
        ['a/b/.venv', 'a/venv'],
        {},
        [
          '.venv',
          '.venv/bin/python',
          '3.11',
          '.venv/lib/python3.11/site-packages',
        ],
      ],
    ],
  )('takes %s', async (_, removed, query, expected) => {
    using folder = testFolder(EVERYTHING);
    for (const name of removed) rmSync(folder.at(name), { recursive: true });
    const lookup = await find(folder, query);
    expect(summary(folder, lookup)).toEqual(expected);
  });

  it('takes the active environment, then commands on PATH', async () => {
    using folder = testFolder({ ...venv('active'), ...venv('conda') });
    answering(folder, 'bin/python');
    const env = {
      VIRTUAL_ENV: folder.at('active'),
      CONDA_PREFIX: folder.at('conda'),
      PATH: `/nowhere:${folder.at('bin')}`,
    };
    const origins = [
      await find(folder, { env, folder: folder.path }),
      await find(folder, {
        env: { ...env, VIRTUAL_ENV: '/gone' },
        folder: folder.path,
      }),
      await find(folder, { env: { PATH: env.PATH }, folder: folder.path }),
    ].map((lookup) => lookup.ok && lookup.origin);
    expect(origins).toEqual(['VIRTUAL_ENV', 'CONDA_PREFIX', 'PATH']);
  });

  it('starts an interpreter outside of a venv once, until it changes', async () => {
    using folder = testFolder({ 'a/b/x': '' });
    answering(folder, 'bin/python3');
    const query = {
      env: { PATH: `${folder.at('bin')}:/usr/bin:/bin` },
      cacheFile: folder.at('cache/python.json'),
    };
    const seen = [await find(folder, query), await find(folder, query)];
    answering(folder, 'bin/python3', '3.13.1');
    seen.push(await find(folder, query));
    expect(
      seen.map((lookup) => lookup.ok && lookup.interpreter.version),
    ).toEqual(['3.12', '3.12', '3.13.1']);
    expect(readFileSync(folder.at('starts'), 'utf8')).toBe('start\nstart\n');
  });

  it('asks the interpreter of a venv that sees system packages', async () => {
    using folder = testFolder(
      venv(
        'a/b/.venv',
        'version = 3.11.7\ninclude-system-site-packages = true',
      ),
    );
    answering(folder, 'a/b/.venv/bin/python');
    const lookup = await find(folder, { env: { PATH: '/usr/bin:/bin' } });
    expect(summary(folder, lookup)).toEqual([
      'a/b/.venv',
      'a/b/.venv/bin/python',
      '3.12',
    ]);
  });

  it.each<
    [string, Record<string, string>, Partial<PythonQuery>, RegExp, RegExp]
  >([
    [
      'nothing is there',
      { 'a/b/x': '' },
      {},
      /^No Python was found\.$/,
      /python3 -m venv \.venv/,
    ],
    [
      'the option is wrong',
      { 'a/b/x': '' },
      { configured: './nope' },
      /^There is no Python at .*\/nope \(the option "python"\)\.$/,
      /^Correct the option "python"/,
    ],
    [
      'the variable is wrong',
      { 'a/b/x': '' },
      { env: { NX_NOTEBOOK_PYTHON: 'nope' } },
      /nope \(NX_NOTEBOOK_PYTHON\)/,
      /^Correct NX_NOTEBOOK_PYTHON/,
    ],
    [
      'the environment is broken',
      { 'a/b/.venv/pyvenv.cfg': 'version = 3.11' },
      {},
      /a\/b\/\.venv \(a\/b\/\.venv\) has no working interpreter/,
      /^Delete the folder and create it again/,
    ],
    [
      'the interpreter does not answer',
      { 'a/b/.venv/bin/python': '' },
      {},
      /^Python of a\/b\/\.venv can not be used: .*EACCES/,
      /python3 -m venv/,
    ],
  ])('says what to do when %s', async (...[, files, query, message, hint]) => {
    using folder = testFolder(files);
    const lookup = await find(folder, query);
    expect(lookup).toEqual({
      ok: false,
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });
});
