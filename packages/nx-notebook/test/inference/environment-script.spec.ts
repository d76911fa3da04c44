/** The script is run as Nx runs it: by the shell, at the root of a workspace. */
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  environmentCommand,
  windowsScript,
  type EnvironmentQuery,
} from '../../src/inference/environment-script.js';

let workspace: string;

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'nx-notebook-env-'));
});

afterEach(() => rmSync(workspace, { recursive: true, force: true }));

const onPosix = process.platform === 'win32' ? test.skip : test;

function install(venv: string, name: string): void {
  const packages = join(workspace, venv, 'lib/python3.11/site-packages');
  mkdirSync(join(packages, name), { recursive: true });
}

function output(
  query: Partial<EnvironmentQuery> = {},
  env: Readonly<Record<string, string>> = {},
): string {
  const command = environmentCommand(
    { roots: ["a/it's"], sitePackages: [], ...query },
    { workspaceRoot: workspace, dataFolder: join(workspace, '.nx') },
    'linux',
  );
  return execFileSync('sh', ['-c', command], {
    cwd: workspace,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    encoding: 'utf8',
  });
}

onPosix('an empty workspace has the environment of the machine', () => {
  expect(output()).toBe(output());
  expect(output()).not.toMatch(/\.dist-info|^python/m);
});

onPosix.each([['.venv'], ['venv'], ['a/.venv'], ["a/it's/.venv"]])(
  'a package that is installed in %s is noticed, and so is its version',
  (venv) => {
    install(venv, 'pandas-2.2.3.dist-info');
    const before = output();
    expect(before).toContain('pandas-2.2.3.dist-info');
    install(venv, 'numpy-2.0.0.dist-info');
    expect(output()).not.toBe(before);
  },
);

onPosix(
  'a virtual environment that appears nearer to the pipeline counts',
  () => {
    install('.venv', 'pandas-2.2.3.dist-info');
    const before = output();
    install('a/.venv', 'pandas-2.2.3.dist-info');
    expect(output()).not.toBe(before);
  },
);

onPosix.each([
  ['VIRTUAL_ENV', 'elsewhere'],
  ['CONDA_PREFIX', 'elsewhere'],
  ['NX_NOTEBOOK_PYTHON', 'elsewhere/bin/python'],
])('%s of the run counts, not that of inference', (variable, path) => {
  install('elsewhere', 'pandas-2.2.3.dist-info');
  expect(output()).not.toContain('pandas');
  expect(output({}, { [variable]: join(workspace, path) })).toContain('pandas');
});

onPosix(
  'the interpreter that was found outside any virtual environment counts',
  () => {
    install('system', 'pandas-2.2.3.dist-info');
    const sitePackages = [
      join(workspace, 'system/lib/python3.11/site-packages'),
    ];
    expect(output({ sitePackages })).toContain('pandas');
  },
);

onPosix('the output is the same in another clone', () => {
  install('.venv', 'pandas-2.2.3.dist-info');
  expect(output()).not.toContain(workspace);
});

onPosix('another version of Python counts, with the same packages', () => {
  install('.venv', 'pandas-2.2.3.dist-info');
  const before = output();
  renameSync(
    join(workspace, '.venv/lib/python3.11'),
    join(workspace, '.venv/lib/python3.12'),
  );
  expect(output()).not.toBe(before);
});

onPosix.each([
  '.venv/share/jupyter/kernels/python3/kernel.json',
  'home/.local/share/jupyter/kernels/mine/kernel.json',
  'home/.ipython/profile_default/startup/00-first.py',
  'home/.ipython/profile_default/ipython_config.py',
])('the content of %s counts', (path) => {
  install('.venv', 'pandas-2.2.3.dist-info');
  const env = { HOME: join(workspace, 'home') };
  const outputs = ['', 'one', 'two'].map((text) => {
    if (text !== '') {
      mkdirSync(dirname(join(workspace, path)), { recursive: true });
      writeFileSync(join(workspace, path), text);
    }
    return output({}, env);
  });
  expect(new Set(outputs).size).toBe(3);
});

onPosix('PYTHONPATH of the run counts', () => {
  expect(output({}, { PYTHONPATH: 'lib' })).not.toBe(output());
});

describe('another output each time, so that Nx never answers from its cache', () => {
  onPosix('when NX_NOTEBOOK_FORCE is set', () => {
    const env = { NX_NOTEBOOK_FORCE: '1' };
    expect(output({}, env)).not.toBe(output({}, env));
  });

  onPosix('when a module is there that inference looked for in vain', () => {
    const query = { absent: ["ml/it's.py", 'ml/later.py'] };
    expect(output(query)).toBe(output(query));
    mkdirSync(join(workspace, 'ml'));
    writeFileSync(join(workspace, "ml/it's.py"), '');
    expect(output(query)).not.toBe(output(query));
  });

  onPosix('when the folder of spec files is gone', () => {
    const query = { specFolder: 'specs' };
    expect(output(query)).not.toBe(output(query));
    mkdirSync(join(workspace, 'specs'));
    expect(output(query)).toBe(output(query));
  });

  const withValues: Partial<EnvironmentQuery> = {
    overrides: new Map([['path.out', "it's"]]),
    variables: new Map([
      ['STAGE', 'prod'],
      ['UNSET', undefined],
    ]),
  };
  const asLoaded = { NX_NOTEBOOK_ENV__path__out: "it's", STAGE: 'prod' };

  onPosix(
    'but not when all variables are those that pipelines were loaded with',
    () => {
      expect(output(withValues, asLoaded)).toBe(output(withValues, asLoaded));
    },
  );

  onPosix.each<[string, Readonly<Record<string, string>>]>([
    [
      'a value for this run is another one',
      { NX_NOTEBOOK_ENV__path__out: 'x' },
    ],
    ['it is empty', { NX_NOTEBOOK_ENV__path__out: '' }],
    ['there is one more', { NX_NOTEBOOK_ENV__more: '' }],
    ['a variable is another one', { STAGE: 'dev' }],
    ['a variable appeared', { UNSET: '' }],
  ])('when %s', (_name, change) => {
    const env = { ...asLoaded, ...change };
    expect(output(withValues, env)).not.toBe(output(withValues, env));
  });

  onPosix('when a value for this run is gone', () => {
    const env = { STAGE: 'prod' };
    expect(output(withValues, env)).not.toBe(output(withValues, env));
  });
});

onPosix('a workspace with thousands of pipelines', () => {
  const roots = Array.from(
    { length: 5000 },
    (_, index) => `pipelines/p${index}`,
  );
  install('.venv', 'pandas-2.2.3.dist-info');
  const sitePackages = [join(workspace, '.venv/lib/python3.11/site-packages')];
  expect(output({ roots, sitePackages })).toContain('pandas');
});

describe('the command', () => {
  const query = { roots: ['a'], sitePackages: [] };
  const place = (): { workspaceRoot: string; dataFolder: string } => ({
    workspaceRoot: workspace,
    dataFolder: join(workspace, 'data'),
  });

  test('is short, since the graph holds it once for each task', () => {
    expect(environmentCommand(query, place(), 'linux')).toBe(
      'sh data/nx-notebook-environment.sh || date +%s%N',
    );
  });

  test('has a name for each set of values, and shows none', () => {
    const overrides = new Map([['token', 'secret']]);
    const variables = new Map([['STAGE', 'secret']]);
    const commands = [{ overrides }, { variables }].map((values) =>
      environmentCommand({ ...query, ...values }, place(), 'linux'),
    );
    expect(new Set(commands).size).toBe(2);
    for (const command of commands)
      expect(command).toMatch(/^sh data\/nx-notebook-environment-\w{16}\.sh /);
  });

  onPosix('never finds anything in a cache when its script is gone', () => {
    const command = environmentCommand(query, place(), 'linux');
    rmSync(join(workspace, 'data'), { recursive: true });
    const run = (): string =>
      execFileSync('sh', ['-c', command], {
        cwd: workspace,
        encoding: 'utf8',
        stdio: 'pipe',
      });
    expect(run()).not.toBe(run());
  });

  test('never finds anything in a cache where no script can be written', () => {
    writeFileSync(join(workspace, 'data'), '');
    expect(environmentCommand(query, place(), 'linux')).toBe('date +%s%N');
  });
});

test('Windows gets its own script', () => {
  const query = {
    roots: ['a'],
    sitePackages: ['C:\\py\\Lib\\site-packages'],
    variables: new Map([
      ['STAGE', 'prod'],
      ['ODD', '50% & more'],
      ['UNSET', undefined],
    ]),
  };
  expect(windowsScript(query).split('\r\n')).toEqual([
    '@echo off',
    'if not "%NX_NOTEBOOK_FORCE%"=="" echo %RANDOM%%TIME%',
    'set NX_NOTEBOOK_ENV__ >nul 2>nul && echo %RANDOM%%TIME%',
    'echo %NX_NOTEBOOK_ABSOLUTE_PATHS%.',
    'if not "%STAGE%"=="prod" echo %RANDOM%%TIME%',
    'echo %RANDOM%%TIME%',
    'if defined UNSET echo %RANDOM%%TIME%',
    'dir /b /ad ".venv\\Lib\\site-packages\\*.dist-info" 2>nul',
    'dir /b /ad "a\\.venv\\Lib\\site-packages\\*.dist-info" 2>nul',
    'dir /b /ad "a\\venv\\Lib\\site-packages\\*.dist-info" 2>nul',
    'dir /b /ad "venv\\Lib\\site-packages\\*.dist-info" 2>nul',
    'dir /b /ad "%VIRTUAL_ENV%\\Lib\\site-packages\\*.dist-info" 2>nul',
    'dir /b /ad "%CONDA_PREFIX%\\Lib\\site-packages\\*.dist-info" 2>nul',
    'dir /b /ad "C:\\py\\Lib\\site-packages\\*.dist-info" 2>nul',
    'exit /b 0',
    '',
  ]);
});
