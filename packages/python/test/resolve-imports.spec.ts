/** Which files and distributions a source reaches, on real folders. */
import { mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createImportResolver,
  openParser,
  type FactsCache,
  type PythonFacts,
  type ReachedImports,
} from '../src/index.js';
import { distInfo, testFolder, type TestFolder } from './folders.js';

const reach = async (
  folder: TestFolder,
  cell: string,
  {
    env = {},
    facts,
    cwd = '.',
    roots = [],
  }: {
    env?: Record<string, string>;
    facts?: FactsCache;
    cwd?: string;
    roots?: readonly string[];
  } = {},
): Promise<Omit<ReachedImports, 'absent'>> => {
  const parser = await openParser();
  const resolve = createImportResolver({ env, ...(facts && { facts }) });
  const reached = await resolve({
    facts: parser.analyzeCells([cell]),
    folder: folder.at(cwd),
    roots: roots.map((root) => folder.at(root)),
    workspaceRoot: folder.path,
    interpreter: {
      path: '/nowhere/python',
      version: '3.11',
      sitePackages: [folder.at('site')],
    },
  });
  const { files, unresolved, distributions } = reached;
  return {
    files: files.map((file) => path.relative(folder.path, file)),
    unresolved,
    distributions,
  };
};

const absent = async (
  folder: TestFolder,
  cell: string,
): Promise<readonly string[]> => {
  const parser = await openParser();
  const reached = await createImportResolver({ env: {} })({
    facts: parser.analyzeCells([cell]),
    folder: folder.at('ml'),
    workspaceRoot: folder.path,
    interpreter: {
      path: '/nowhere/python',
      version: '3.11',
      sitePackages: [folder.at('site')],
    },
  });
  return reached.absent.map((file) => path.relative(folder.path, file));
};

const PROJECT = {
  'helpers.py': 'import json, other\nfrom pkg.deep import mod',
  'other.py': 'import pandas',
  'random.py': '',
  'stub.pyi': '',
  'pkg/__init__.py': '',
  'pkg/a.py':
    'from . import b\nfrom .deep.mod import x\nfrom ..nothing import y',
  'pkg/b.py': 'import pkg.cycle',
  'pkg/cycle.py': 'from pkg import b',
  'pkg/deep/__init__.py': 'from .mod import *',
  'pkg/deep/mod.py': '',
  'pkg/fast.cpython-311-x86_64-linux-gnu.so': 'binary',
  'pkg/fast.pyi': '',
  'space/inner/mod.py': '',
  'data/table.csv': '',
  'src/lib/__init__.py': 'from lib.core import x',
  'src/lib/core.py': 'import beside',
  'src/beside.py': '',
  'script.py': 'import helper_of_script',
  'late.ipynb': JSON.stringify({
    cells: [
      { cell_type: 'code', source: ['import other\n', '%matplotlib inline'] },
      { cell_type: 'markdown', source: 'import pkg' },
    ],
  }),
  'shell/run.sh': 'echo',
  'task.py': '# %% tags=["parameters"]\nupstream = None\n# %%\nimport other',
  'outside/far.py':
    'from pathlib import Path\nimport sys\nsys.path.append(str(Path(__file__).parent / "more"))\nimport found_by_path',
  'outside/more/found_by_path.py': '',
  ...distInfo('pandas', '2.2.3', {
    requires: [
      'numpy>=1.22.4; python_version < "3.11"',
      'python-dateutil',
      'pyarrow>=10; extra == "parquet"',
      'google-cloud-a; extra == "test-min"',
      'gone',
    ],
    files: { 'top_level.txt': 'pandas\n' },
  }),
  ...distInfo('numpy', '2.4.6', {
    files: {
      RECORD:
        'numpy/__init__.py,sha256=x,1\nnumpy/core/x.py,,\n../../bin/f2py,,\n',
    },
  }),
  ...distInfo('python_dateutil', '2.9', {
    requires: ['six'],
    files: { RECORD: 'dateutil/__init__.py,,\n' },
  }),
  ...distInfo('six', '1.17.0', {
    files: { RECORD: 'six.py,,\n__pycache__/six.cpython-311.pyc,,\n' },
  }),
  ...distInfo('pyarrow', '20.0', { files: { 'top_level.txt': 'pyarrow' } }),
  ...distInfo('google-cloud-a', '1', {
    files: { RECORD: 'google/cloud/a/__init__.py,,\n' },
  }),
  ...distInfo('google-cloud-b', '2', {
    files: { RECORD: 'google/cloud/b/__init__.py,,\n' },
  }),
  ...distInfo('jsonschema', '4', {
    requires: ['fmt[nongpl]'],
    files: { 'top_level.txt': 'jsonschema' },
  }),
  ...distInfo('fmt', '5', {
    requires: ["six; extra == 'nongpl'", "pyarrow; extra == 'all'"],
  }),
  'site/conda_only/__init__.py': '',
};

const PANDAS = {
  numpy: '2.4.6',
  pandas: '2.2.3',
  pyarrow: '20.0',
  'python-dateutil': '2.9',
  six: '1.17.0',
};
const HELPERS = [
  'helpers.py',
  'other.py',
  'pkg/__init__.py',
  'pkg/deep/__init__.py',
  'pkg/deep/mod.py',
];

describe('files', () => {
  let kept: TestFolder;
  beforeAll(() => {
    kept = testFolder(PROJECT);
  });
  afterAll(() => kept[Symbol.dispose]());

  it.each<[string, readonly string[]]>([
    ['import helpers', HELPERS],
    ['import pkg', ['pkg/__init__.py']],
    ['from pkg import b', ['pkg/__init__.py', 'pkg/b.py', 'pkg/cycle.py']],
    ['from pkg import not_a_module', ['pkg/__init__.py']],
    [
      'import pkg.a',
      [
        'pkg/__init__.py',
        'pkg/a.py',
        'pkg/b.py',
        'pkg/cycle.py',
        'pkg/deep/__init__.py',
        'pkg/deep/mod.py',
      ],
    ],
    [
      'import pkg.deep.mod.attribute',
      ['pkg/__init__.py', 'pkg/deep/__init__.py', 'pkg/deep/mod.py'],
    ],
    [
      'from pkg.deep import *',
      ['pkg/__init__.py', 'pkg/deep/__init__.py', 'pkg/deep/mod.py'],
    ],
    [
      'import pkg.fast',
      ['pkg/__init__.py', 'pkg/fast.cpython-311-x86_64-linux-gnu.so'],
    ],
    ['from space.inner import mod', ['space/inner/mod.py']],
    ['from . import other', ['other.py']],
    ['if TYPE_CHECKING:\n  import other', ['other.py']],
    ['def f():\n  import other', ['other.py']],
    ['import random', ['random.py']],
    ['import stub', []],
    ['import data', []],
    ['import lib', []],
    [
      'import sys\nsys.path.insert(0, "src")\nimport lib',
      ['src/beside.py', 'src/lib/__init__.py', 'src/lib/core.py'],
    ],
    ['%cd src\nimport beside', ['src/beside.py']],
    ['%run script.py', ['script.py']],
    ['!python script.py > log', ['script.py']],
    ['%run late.ipynb', ['late.ipynb', 'other.py']],
    ['import os\nos.system("bash shell/run.sh")', ['shell/run.sh']],
    ['exec(open("other.py").read())', ['other.py']],
    [
      'import sys\nsys.path.append("outside")\nimport far',
      ['outside/far.py', 'outside/more/found_by_path.py'],
    ],
    ['%run not_there.py', []],
  ])('of %j', async (cell, expected) => {
    const { files } = await reach(kept, cell);
    expect(files).toEqual(expected);
  });

  it('are found by PYTHONPATH, relative to the working directory', async () => {
    const { files } = await reach(kept, 'import lib', {
      env: { PYTHONPATH: `nowhere${path.delimiter}../src` },
      cwd: 'pkg',
    });
    expect(files).toEqual([
      'src/beside.py',
      'src/lib/__init__.py',
      'src/lib/core.py',
    ]);
  });

  it('are found in further folders of sys.path', async () => {
    const { files } = await reach(kept, 'import lib', {
      cwd: 'pkg',
      roots: ['src'],
    });
    expect(files).toEqual([
      'src/beside.py',
      'src/lib/__init__.py',
      'src/lib/core.py',
    ]);
  });

  it.each([
    ['from . import cycle', ['pkg/__init__.py', 'pkg/cycle.py']],
    [
      'import os, sys\nsys.path.append(os.path.join(os.path.dirname(__file__), "../src"))\nimport beside',
      ['src/beside.py'],
    ],
  ])('of %j are found from its module', async (text, expected) => {
    const parser = await openParser();
    const reached = await createImportResolver({ env: {} })({
      facts: parser.analyzeModule(text),
      file: kept.at('pkg/a.py'),
      folder: kept.at('shell'),
      workspaceRoot: kept.path,
    });
    expect(reached.files).toEqual(expected.map(kept.at));
  });

  it('are all modules, but no task sources, when an import is computed', async () => {
    using folder = testFolder({
      'a.py': 'import b',
      'b.py': '',
      'task.py': '# %% tags=["parameters"]\nn = 1',
      'deep/er/c.py': '',
      '.hidden/d.py': '',
      'env/pyvenv.cfg': '',
      'env/lib/e.py': '',
      'node_modules/f.py': '',
      'site/numpy/__init__.py': '',
      ...distInfo('numpy', '2.4.6', { files: { 'top_level.txt': 'numpy' } }),
    });
    renameSync(folder.at('site'), folder.at('.site'));
    symlinkSync('.site', folder.at('site-packages'));
    const resolve = createImportResolver({ env: {} });
    const parser = await openParser();
    const reached = await resolve({
      facts: parser.analyzeCells(['__import__(name)']),
      folder: folder.path,
      workspaceRoot: folder.path,
      interpreter: {
        path: '/p',
        version: '3.11',
        sitePackages: [folder.at('.site')],
      },
    });
    expect(reached).toMatchObject({
      files: ['a.py', 'b.py', 'deep/er/c.py'].map(folder.at),
      unresolved: [],
      distributions: { numpy: '2.4.6' },
    });
  });
});

describe('distributions', () => {
  it.each<[string, Record<string, string>]>([
    ['import pandas', PANDAS],
    ['import helpers', PANDAS],
    ['from pandas.api import types', PANDAS],
    ['import dateutil.parser', { 'python-dateutil': '2.9', six: '1.17.0' }],
    ['import google.cloud.a', { 'google-cloud-a': '1', 'google-cloud-b': '2' }],
    ['import jsonschema', { fmt: '5', jsonschema: '4', six: '1.17.0' }],
    ['import json, os.path', {}],
    ['import conda_only', { conda_only: 'unknown' }],
    ['import missing', {}],
  ])('of %j', async (cell, expected) => {
    using folder = testFolder(PROJECT);
    const { distributions } = await reach(folder, cell);
    expect(distributions).toEqual(expected);
  });
});

describe('unresolved names', () => {
  it('are those that nothing answers', async () => {
    using folder = testFolder(PROJECT);
    const { unresolved } = await reach(
      folder,
      'import missing.part, json, pandas, conda_only, pkg\nfrom gone import x\nimport helpers',
    );
    expect(unresolved).toEqual(['gone', 'missing.part']);
  });

  it('without an interpreter are all but local and standard ones', async () => {
    using folder = testFolder({ 'a.py': 'import pandas, os' });
    const parser = await openParser();
    const reached = await createImportResolver({ env: {} })({
      facts: parser.analyzeCells(['import a']),
      folder: folder.path,
      workspaceRoot: folder.path,
    });
    expect(reached).toMatchObject({
      files: [folder.at('a.py')],
      unresolved: ['pandas'],
      distributions: {},
    });
  });
});

describe('editable installations', () => {
  const APP = {
    'app/src/app/__init__.py': 'import app.core, six',
    'app/src/app/core.py': '',
    ...distInfo('six', '1.17.0', { files: { RECORD: 'six.py,,\n' } }),
  };
  const APP_FILES = ['app/src/app/__init__.py', 'app/src/app/core.py'];

  it('by a path file', async () => {
    using folder = testFolder({
      ...APP,
      ...distInfo('my_app', '0.1', {
        files: {
          RECORD:
            '__editable__.my_app-0.1.pth,,\nmy_app-0.1.dist-info/METADATA,,\n',
        },
      }),
    });
    folder.write({ 'site/__editable__.my_app-0.1.pth': folder.at('app/src') });
    const reached = await reach(folder, 'import app');
    expect(reached).toEqual({
      files: APP_FILES,
      unresolved: [],
      distributions: { 'my-app': '0.1', six: '1.17.0' },
    });
  });

  it('by a finder with a mapping', async () => {
    using folder = testFolder({
      ...APP,
      ...distInfo('my-app', '0.1', {
        files: {
          RECORD:
            '__editable__.my_app-0.1.pth,,\n__editable___my_app_0_1_finder.py,,\n',
        },
      }),
      'site/__editable__.my_app-0.1.pth':
        'import __editable___my_app_0_1_finder; __editable___my_app_0_1_finder.install()',
    });
    folder.write({
      'site/__editable___my_app_0_1_finder.py': `import sys\nMAPPING: dict[str, str] = {'app': '${folder.at('app/src/app')}', 'other_name': '${folder.at('app/src/app')}'}\nNAMESPACES: dict[str, list[str]] = {}\n`,
    });
    const reached = await reach(folder, 'import app');
    expect(reached).toEqual({
      files: APP_FILES,
      unresolved: [],
      distributions: { 'my-app': '0.1', six: '1.17.0' },
    });
    expect((await reach(folder, 'from other_name import core')).files).toEqual(
      APP_FILES,
    );
  });

  it('by direct_url.json alone', async () => {
    using folder = testFolder(APP);
    folder.write(
      distInfo('my-app', '0.1', {
        files: {
          'direct_url.json': JSON.stringify({
            url: `file://${folder.at('app')}`,
            dir_info: { editable: true },
          }),
        },
      }),
    );
    expect((await reach(folder, 'import app')).files).toEqual(APP_FILES);
  });

  it('by an egg link, and by a path file that nobody owns', async () => {
    using folder = testFolder({
      ...APP,
      'app/src/my_app.egg-info/PKG-INFO': 'Name: my-app\nVersion: 0.2\n',
      'lib/alone.py': '',
    });
    folder.write({
      'site/my-app.egg-link': `${folder.at('app/src')}\n..`,
      'site/mine.pth': `# comment\n${folder.at('lib')}\n`,
    });
    const reached = await reach(folder, 'import app, alone');
    expect(reached.files).toEqual([...APP_FILES, 'lib/alone.py']);
    expect(reached.distributions).toEqual({ 'my-app': '0.2', six: '1.17.0' });
  });
});

describe('what is not there', () => {
  it.each<[string, readonly string[]]>([
    ['import later', ['ml/later.py', 'ml/later/__init__.py']],
    ['import here', ['ml/here/__init__.py']],
    [
      'import space.inner',
      ['ml/space.py', 'ml/space/__init__.py', 'ml/space/inner/__init__.py'],
    ],
    [
      'from pkg import late',
      ['ml/pkg.py', 'ml/pkg/late.py', 'ml/pkg/late/__init__.py'],
    ],
    ['from . import late', ['ml/late.py', 'ml/late/__init__.py']],
    ['%run later.py', ['ml/later.py']],
  ])('would be reached by %j', async (cell, expected) => {
    using folder = testFolder({
      'ml/here.py': '',
      'ml/space/inner.py': '',
      'ml/pkg/__init__.py': '',
    });
    expect(await absent(folder, cell)).toEqual(expected);
  });
});

describe('files that configure libraries', () => {
  const SITE = {
    ...distInfo('matplotlib', '3', {
      files: { 'top_level.txt': 'matplotlib' },
    }),
    ...distInfo('python-dotenv', '1', { files: { 'top_level.txt': 'dotenv' } }),
  };

  it('count when the library is reached', async () => {
    using folder = testFolder({
      ...SITE,
      'ml/matplotlibrc': '',
      '.env': '',
      'ml/.env': '',
    });
    const cell = async (text: string): Promise<readonly string[]> =>
      (await reach(folder, text, { cwd: 'ml' })).files;
    expect(await cell('import json')).toEqual([]);
    expect(await cell('import matplotlib')).toEqual(['ml/matplotlibrc']);
    expect(await cell('import dotenv')).toEqual(['.env', 'ml/.env']);
  });

  it('are known to be missing', async () => {
    using folder = testFolder({ ...SITE, 'ml/a.py': '' });
    expect(await absent(folder, 'import matplotlib, dotenv')).toEqual(
      expect.arrayContaining(['.env', 'ml/.env', 'ml/matplotlibrc']),
    );
  });
});

it('names what runs the kernel, whatever is imported', async () => {
  using folder = testFolder({
    ...distInfo('ipykernel', '7.1', { requires: ['tornado'] }),
    ...distInfo('ipython', '9.8'),
    ...distInfo('tornado', '6.5'),
  });
  expect((await reach(folder, 'import json')).distributions).toEqual({
    ipykernel: '7.1',
    ipython: '9.8',
  });
});

describe('one resolver', () => {
  it('sees every change of files and folders', async () => {
    using folder = testFolder({ 'a.py': 'import b', site: '' });
    rmSync(folder.at('site'));
    mkdirSync(folder.at('site'));
    const parser = await openParser();
    const facts = parser.analyzeCells(['import a']);
    const resolve = createImportResolver({ env: {} });
    const now = async (): Promise<ReachedImports> =>
      resolve({
        facts,
        folder: folder.path,
        workspaceRoot: folder.path,
        interpreter: {
          path: '/p',
          version: '3.11',
          sitePackages: [folder.at('site')],
        },
      });
    const seen = [await now()];
    folder.write({ 'b.py': '' });
    seen.push(await now());
    folder.write({ 'a.py': 'import c' });
    seen.push(await now());
    folder.write(distInfo('c', '1', { files: { 'top_level.txt': 'c' } }));
    seen.push(await now());
    rmSync(folder.at('a.py'));
    seen.push(await now());
    const names = seen.map(({ files, unresolved, distributions }) => [
      files.map((file) => path.basename(file)),
      unresolved,
      distributions,
    ]);
    expect(names).toEqual([
      [['a.py'], ['b'], {}],
      [['a.py', 'b.py'], [], {}],
      [['a.py'], ['c'], {}],
      [['a.py'], [], { c: '1' }],
      [[], ['a'], {}],
    ]);
  });

  it('parses only what the cache does not know', async () => {
    using folder = testFolder({ 'a.py': 'import b', 'b.py': '' });
    const known = new Map<string, PythonFacts>();
    const added: string[] = [];
    const facts: FactsCache = {
      get: (digest) => known.get(digest),
      set: (digest, value) => {
        if (!known.has(digest)) added.push(digest);
        known.set(digest, value);
      },
    };
    const first = await reach(folder, 'import a', { facts });
    const second = await reach(folder, 'import a', { facts });
    expect(second).toEqual(first);
    expect(added).toHaveLength(2);
  });
});
