/** Which Python texts a task runs, on tasks made by hand. */
import { expect, it } from '@jest/globals';
import type { PythonFacts } from '@nx-notebook/python';
import {
  callsOf,
  pythonSourcesOf,
  type PythonCall,
  type Task,
} from '../src/index.js';

const location = { file: '/w/p/pipeline.yaml', line: 1, column: 1, length: 1 };
const facts: PythonFacts = {
  imports: [{ module: 'json', level: 0, names: [] }],
  importsAnything: false,
  paths: [],
  upstreamUse: { kind: 'anything' },
};

function call(dottedPath: string, file?: string): PythonCall {
  const [, module = '', name = ''] = /^(.*)\.(\w+)$/.exec(dottedPath) ?? [];
  return {
    dottedPath,
    module,
    name,
    ...(file === undefined
      ? {}
      : {
          file: { path: file, absolutePath: `/w/p/${file}`, fileDigest: 'f' },
        }),
    digest: 'd',
    facts,
    kwargs: [],
    location: { ...location, lineText: '' },
  };
}

function task(changes: Partial<Task>): Task {
  return {
    name: 't',
    source: {
      kind: 'function',
      language: 'python',
      path: 'tasks.py',
      absolutePath: '/w/p/tasks.py',
      kernelName: 'python3',
      call: call('tasks.make', 'tasks.py'),
    },
    cwd: '/w/p',
    product: { kind: 'none' },
    params: [],
    upstream: [],
    resources: [],
    hooks: {},
    late: [],
    codeProblems: [],
    isStrict: false,
    location: { ...location, lineText: '' },
    ...changes,
  };
}

const template = {
  language: 'sql',
  path: 'a.sql',
  absolutePath: '/w/p/a.sql',
  kernelName: 'python3',
  text: '',
  searchFolders: [],
  includes: [],
} as const;

/** `file: modules` of each source. */
function modules(changes: Partial<Task>): readonly string[] {
  return pythonSourcesOf({ folder: '/w/p', root: '/w/p' }, task(changes)).map(
    ({ file, facts: { imports, importsAnything } }) =>
      `${file ?? 'cell'}: ${importsAnything ? 'anything' : imports.map(({ module }) => module).join(' ')}`,
  );
}

it('lists every call under what it is for', () => {
  const all = task({
    hooks: {
      onRender: call('h.render'),
      onFinish: call('h.finish'),
      onFailure: call('h.failure'),
    },
    serializer: call('io.save'),
    unserializer: call('io.load'),
    client: call('db.client'),
    product: {
      kind: 'relation',
      relation: {
        name: 't',
        type: 'table',
        isStamped: true,
        client: call('db.product_client'),
      },
    },
  });
  expect(
    callsOf(all).map(({ role, call }) => `${role} ${call.dottedPath}`),
  ).toEqual([
    'source tasks.make',
    'on_render h.render',
    'on_finish h.finish',
    'on_failure h.failure',
    'serializer io.save',
    'unserializer io.load',
    'client db.client',
    'product_client db.product_client',
  ]);
});

it.each<[string, PythonCall, string]>([
  ['a module', call('tasks.make', 'tasks.py'), '/w/p/tasks.py: json'],
  [
    'a module of a package, which is imported before',
    call('lib.tasks.make', 'src/lib/tasks.py'),
    '/w/p/src/lib/tasks.py: lib json',
  ],
  [
    'a package itself',
    call('lib.make', 'lib/__init__.py'),
    '/w/p/lib/__init__.py: json',
  ],
  [
    'a module that passes it on',
    call('lib.make', 'lib/features.py'),
    '/w/p/lib/features.py: lib json',
  ],
  ['an installed module', call('lib.tasks.make'), 'cell: lib.tasks json'],
])('follows a function of %s', (_, made, expected) => {
  const hooks = { onFinish: made };
  expect(modules({ hooks })).toEqual(['/w/p/tasks.py: json', expected]);
});

it.each<[string, Partial<Task>, readonly string[]]>([
  [
    'a serializer',
    { serializer: call('io.save', 'io.py') },
    [
      '/w/p/tasks.py: json',
      '/w/p/io.py: json',
      'cell: pandas joblib cloudpickle',
    ],
  ],
  [
    'a shell script',
    { source: { ...template, kind: 'shell', language: 'shell', facts } },
    ['cell: json', 'cell: jinja2'],
  ],
  [
    'a SQL script',
    {
      source: { ...template, kind: 'sql-script' },
      client: call('db.get', 'db.py'),
    },
    ['/w/p/db.py: json', 'cell: jinja2 sqlalchemy'],
  ],
  [
    'a dump to parquet',
    {
      source: { ...template, kind: 'sql-dump' },
      product: {
        kind: 'single',
        product: {
          key: 'product',
          path: 'a.parquet',
          absolutePath: '/w/p/a.parquet',
          isNotebook: false,
        },
      },
    },
    ['cell: jinja2 sqlalchemy pandas pyarrow'],
  ],
])('knows what the runtime needs for %s', (_, changes, expected) => {
  expect(modules(changes)).toEqual(expected);
});

it.each<[string, readonly string[], readonly string[]]>([
  ['ploomber', ['with_env'], ['env.yaml']],
  ['ploomber', ['load_env'], ['env.yaml']],
  ['ploomber', [], ['env.yaml']],
  ['ploomber.env.decorators', ['with_env'], ['env.yaml']],
  ['ploomber.clients', ['SQLAlchemyClient'], []],
])('knows whether %s %j reads env.yaml', (module, names, paths) => {
  const imports = [{ module, level: 0, names }];
  const client = { ...call('db.get', 'db.py'), facts: { ...facts, imports } };
  const made = task({ source: { ...template, kind: 'sql-script' }, client });
  const [source] = pythonSourcesOf({ folder: '/w/p', root: '/w/p' }, made);
  expect(source?.facts.paths).toEqual(paths);
});

it('looks in the working directory, the folder of the pipeline and those of its package', () => {
  const made = task({
    source: { ...template, kind: 'shell', language: 'shell', facts },
    cwd: '/w/p/notebooks',
    hooks: { onFinish: call('h.finish', 'h.py') },
  });
  const sources = pythonSourcesOf({ folder: '/w/p', root: '/w' }, made);
  expect(sources.slice(0, 2)).toMatchObject([
    { folder: '/w/p/notebooks', roots: ['/w/p', '/w/src', '/w'] },
    { file: '/w/p/h.py', folder: '/w/p', roots: ['/w/src', '/w'] },
  ]);
});
