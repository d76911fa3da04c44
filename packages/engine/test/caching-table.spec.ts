/**
 * What is executed again after which change, for every kind of task. Each pipeline has a root that is a notebook, the task
 * in question, and a task behind it that reads its data.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { BuildEvent } from '../src/index.js';
import { TestWorkspace, type TaskText } from './test-workspace.js';

const kinds = [
  'notebook',
  'exported notebook',
  'script',
  'function',
  'hook',
  'shell',
  'sql-script',
  'sql-dump',
] as const;
type Kind = (typeof kinds)[number];

const python: readonly Kind[] = [
  'notebook',
  'exported notebook',
  'script',
  'function',
  'hook',
];
const sql: readonly Kind[] = ['sql-script', 'sql-dump'];
const templates: readonly Kind[] = ['shell', ...sql];
const withFiles = kinds.filter(
  (kind) => kind !== 'hook' && kind !== 'sql-script',
);

/** The text of the module that the function is in, and the part of it that it reaches. */
const moduleText = 'emit task\nhelper()\n\nother()';
const reached = 'emit task\nhelper()';

const root: TaskText = { name: 'root', source: 'emit raw' };
const common: TaskText = {
  name: 'task',
  source: 'emit task',
  params: { n: 1 },
  upstream: { root: ['data'] },
  resources: ['cfg.json'],
  onFinish: {
    path: 'hooks.check',
    text: 'check',
    imports: ['src/checks.py'],
    kwargs: { limit: 1 },
  },
};
const tasksOfKind: Readonly<Record<Kind, TaskText>> = {
  notebook: { ...common, imports: ['src/lib.py'] },
  'exported notebook': {
    ...common,
    imports: ['src/lib.py'],
    exporter: 'slides',
    exportOptions: { width: 1 },
  },
  script: { ...common, kind: 'script', imports: ['src/lib.py'] },
  function: {
    ...common,
    kind: 'function',
    source: reached,
    imports: ['src/lib.py'],
    file: { path: 'functions.py', text: moduleText },
    serializer: { path: 'io.save', text: 'save' },
    unserializer: { path: 'io.load', text: 'load' },
  },
  hook: { ...common, kind: 'hook', imports: ['src/lib.py'] },
  shell: { ...common, kind: 'shell', includes: ['macros.txt'] },
  'sql-script': {
    ...common,
    kind: 'sql-script',
    includes: ['macros.txt'],
    client: { path: 'clients.db', text: 'db', imports: ['src/urls.py'] },
    relation: { name: 't', isStamped: true },
  },
  'sql-dump': {
    ...common,
    kind: 'sql-dump',
    includes: ['macros.txt'],
    client: { path: 'clients.db', text: 'db', imports: ['src/urls.py'] },
    chunkSize: 100,
  },
};

const installed = ['nbconvert', 'jinja2', 'sqlalchemy', 'pandas'];

async function prepared(): Promise<TestWorkspace> {
  const workspace = await TestWorkspace.create();
  for (const name of ['lib', 'checks', 'urls']) {
    await workspace.write(`src/${name}.py`, name);
  }
  await workspace.write('cfg.json', '{}');
  await workspace.write('macros.txt', 'macros');
  await workspace.write('functions.py', moduleText);
  for (const name of installed) workspace.installed[name] = '1.0';
  workspace.distributions['numpy'] = '2.0';
  return workspace;
}

function pipelineWith(kind: Kind, changes: Partial<TaskText> = {}): TaskText[] {
  const task = { ...tasksOfKind[kind], ...changes };
  if (kind === 'hook') return [root, task];
  const reads = kind === 'sql-script' ? 'relation' : 'data';
  return [
    root,
    task,
    { name: 'after', source: 'emit after', upstream: { task: [reads] } },
  ];
}

interface Row {
  readonly change: string;
  /** Default: all. */
  readonly kinds?: readonly Kind[];
  readonly edit?: (workspace: TestWorkspace) => Promise<void> | void;
  readonly task?: (task: TaskText) => Partial<TaskText>;
  readonly root?: Partial<TaskText>;
  /** Why the task is executed; it is not when there is no reason. */
  readonly reasons?: readonly string[];
  /** Why the root is executed. */
  readonly rootReasons?: readonly string[];
  /** Why the task behind it is executed, apart from other data. */
  readonly afterReasons?: readonly string[];
  /** The data of the task are other ones. */
  readonly changesData?: boolean;
  readonly restored?: readonly string[];
}

const rows: readonly Row[] = [
  { change: 'nothing' },
  {
    change: 'a comment in the source',
    task: ({ source }) => ({ source: `${source}\n# why` }),
    reasons: ['source changed'],
  },
  {
    change: 'the source',
    task: () => ({ source: 'emit more' }),
    reasons: ['source changed'],
    changesData: true,
  },
  {
    change: 'a param',
    task: () => ({ params: { n: 2 } }),
    reasons: ['param `n` 1 -> 2'],
    changesData: true,
  },
  {
    change: 'the data of the upstream',
    root: { source: 'emit other' },
    rootReasons: ['source changed'],
    reasons: ['upstream `root`: product `data` changed'],
    changesData: true,
  },
  {
    change: 'a comment in the upstream',
    root: { source: 'emit raw\n# why' },
    rootReasons: ['source changed'],
  },
  {
    change: 'a module that the source imports',
    kinds: python,
    edit: (workspace) => workspace.write('src/lib.py', 'other'),
    reasons: ['imported `src/lib.py` changed'],
  },
  {
    change: 'a helper that the function uses',
    kinds: ['function'],
    edit: (workspace) => workspace.write('functions.py', `${moduleText} 2`),
    task: () => ({
      source: `${reached} changed`,
      file: { path: 'functions.py', text: `${moduleText} 2` },
    }),
    reasons: ['source changed'],
  },
  {
    change: 'a helper that the function does not use',
    kinds: ['function'],
    edit: (workspace) => workspace.write('functions.py', `${moduleText} 2`),
    task: () => ({ file: { path: 'functions.py', text: `${moduleText} 2` } }),
  },
  {
    change: 'the code of a hook',
    task: () => ({ onFinish: { ...common.onFinish, text: 'check more' } }),
    reasons: ['hook `on_finish` (hooks.check) changed'],
  },
  {
    change: 'a module that a hook imports',
    edit: (workspace) => workspace.write('src/checks.py', 'other'),
    reasons: ['imported `src/checks.py` changed'],
  },
  {
    change: 'an argument of a hook',
    task: () => ({
      onFinish: { ...common.onFinish, text: 'check', kwargs: { limit: 2 } },
    }),
    reasons: ['hook `on_finish`: argument `limit` 1 -> 2'],
  },
  {
    change: 'hooks more',
    task: () => ({ onRender: { text: 'a' }, onFailure: { text: 'b' } }),
    reasons: [
      'hook `on_render` added: functions.call',
      'hook `on_failure` added: functions.call',
    ],
  },
  {
    change: 'the serializer and the unserializer',
    kinds: ['function'],
    task: () => ({
      serializer: { path: 'io.save', text: 'save otherwise' },
      unserializer: { path: 'io.load', text: 'load otherwise' },
    }),
    reasons: [
      '`serializer` (io.save) changed',
      '`unserializer` (io.load) changed',
    ],
  },
  {
    change: 'the client',
    kinds: sql,
    task: () => ({
      client: { path: 'clients.db', text: 'db 2', imports: ['src/urls.py'] },
    }),
    reasons: ['`client` (clients.db) changed'],
  },
  {
    change: 'a module that the client imports',
    kinds: sql,
    edit: (workspace) => workspace.write('src/urls.py', 'other'),
    reasons: ['imported `src/urls.py` changed'],
  },
  {
    change: 'a template that is included',
    kinds: templates,
    edit: (workspace) => workspace.write('macros.txt', 'others'),
    reasons: ['template `macros.txt` changed'],
  },
  {
    change: 'the size of chunks',
    kinds: ['sql-dump'],
    task: () => ({ chunkSize: 200 }),
    reasons: ['chunk size 100 -> 200'],
  },
  {
    change: 'an option of the exporter',
    kinds: ['exported notebook'],
    task: () => ({ exportOptions: { width: 2 } }),
    reasons: ['export option `width` 1 -> 2'],
  },
  {
    change: 'the exporter',
    kinds: ['exported notebook'],
    task: () => ({ exporter: 'html' }),
    reasons: ['format of product `nb` slides -> html'],
  },
  {
    change: 'the version of nbconvert',
    edit: ({ installed }) => {
      installed['nbconvert'] = '2.0';
    },
    kinds: ['exported notebook'],
    reasons: ['nbconvert 1.0 -> 2.0'],
  },
  {
    change: 'the version of nbconvert, which it does not need',
    edit: ({ installed }) => {
      installed['nbconvert'] = '2.0';
    },
    kinds: kinds.filter((kind) => kind !== 'exported notebook'),
  },
  {
    change: 'the version of what renders templates',
    edit: ({ installed }) => {
      installed['jinja2'] = '2.0';
    },
    kinds: templates,
    reasons: ['jinja2 1.0 -> 2.0'],
  },
  {
    change: 'the version of what talks to databases',
    edit: ({ installed }) => {
      installed['sqlalchemy'] = '2.0';
    },
    kinds: sql,
    reasons: ['sqlalchemy 1.0 -> 2.0'],
  },
  {
    change: 'the version of a distribution that all import',
    edit: ({ distributions }) => {
      distributions['numpy'] = '2.1';
    },
    rootReasons: ['numpy 2.0 -> 2.1'],
    reasons: ['numpy 2.0 -> 2.1'],
    afterReasons: ['numpy 2.0 -> 2.1'],
  },
  {
    change: 'a resource',
    edit: (workspace) => workspace.write('cfg.json', '[]'),
    reasons: ['resource `cfg.json` changed'],
  },
  {
    change: 'a file that no task reads',
    edit: (workspace) => workspace.write('README.md', 'read me'),
  },
  {
    change: 'a deleted product',
    kinds: withFiles,
    edit: (workspace) => rm(workspace.path('out/task.data')),
    restored: ['task'],
  },
  {
    change: 'an edited product',
    kinds: withFiles,
    edit: (workspace) => workspace.write('out/task.data', 'by hand'),
    restored: ['task'],
  },
  {
    change: 'lost run records',
    kinds: kinds.filter((kind) => kind !== 'sql-script'),
    edit: (workspace) => loseRecords(workspace),
    restored: ['root', 'task', 'after'],
  },
  {
    change: 'lost run records of a relation',
    kinds: ['sql-script'],
    edit: (workspace) => loseRecords(workspace),
    reasons: ['never run'],
    restored: ['root'],
    afterReasons: ['never run'],
  },
  {
    change: 'a dropped relation',
    kinds: ['sql-script'],
    edit: ({ runner }) => runner.database.stamps.clear(),
    reasons: ['table `t` is not there, or nothing tells what made it'],
  },
  {
    change: 'a relation that somebody else made',
    kinds: ['sql-script'],
    edit: ({ runner }) => void runner.database.stamps.set('t', 'theirs'),
    reasons: ['table `t` was made by another run'],
  },
  {
    change: 'a relation without a note of what made it',
    kinds: ['sql-script'],
    task: () => ({ relation: { name: 't', isStamped: false } }),
    reasons: ['nothing tells what made table `t`'],
  },
];

async function loseRecords(workspace: TestWorkspace): Promise<void> {
  await rm(join(workspace.root, '.nx'), { recursive: true, force: true });
}

function reasonsIn(
  events: readonly BuildEvent[],
): Record<string, readonly string[]> {
  return Object.fromEntries(
    events.flatMap((event) =>
      event.type === 'task-started'
        ? [[event.ref.task.name, event.reasons]]
        : [],
    ),
  );
}

/** Task -> reasons, of all that are to be executed. */
function expected(kind: Kind, row: Row): Record<string, readonly string[]> {
  const { reasons = [], rootReasons = [], afterReasons = [] } = row;
  const isRelation = kind === 'sql-script';
  const hasOther = isRelation
    ? reasons.length > 0 && !afterReasons.includes('never run')
    : row.changesData === true;
  const product = isRelation ? 'relation' : 'data';
  const after = [
    ...(hasOther ? [`upstream \`task\`: product \`${product}\` changed`] : []),
    ...afterReasons,
  ];
  const all = { root: rootReasons, task: reasons, after };
  return Object.fromEntries(
    Object.entries(all).filter(
      ([name, why]) => why.length > 0 && (name !== 'after' || kind !== 'hook'),
    ),
  );
}

describe.each(kinds)('a %s', (kind) => {
  const own = rows.filter((row) => row.kinds?.includes(kind) ?? true);

  test.each(own)('$change', async (row) => {
    await using workspace = await prepared();
    await workspace.build(pipelineWith(kind));
    workspace.events.length = 0;
    await row.edit?.(workspace);
    const [before, task, ...after] = pipelineWith(
      kind,
      row.task?.(tasksOfKind[kind]),
    );
    if (before === undefined || task === undefined) throw new Error();
    const changed = [{ ...before, ...row.root }, task, ...after];
    const statuses = await workspace.build(changed);
    const executed = expected(kind, row);
    expect(reasonsIn(workspace.events)).toEqual(executed);
    expect(statuses).toEqual(
      Object.fromEntries(
        changed.map(({ name }) => [
          name,
          name in executed
            ? 'executed'
            : row.restored?.includes(name) === true
              ? 'restored'
              : 'fresh',
        ]),
      ),
    );
    if (task.relation?.isStamped === false) return;
    // And nothing is left to do.
    const again = await workspace.build(changed);
    expect(new Set(Object.values(again))).toEqual(new Set(['fresh']));
  });

  test('going back to the old text', async () => {
    await using workspace = await prepared();
    const before = pipelineWith(kind);
    await workspace.build(before);
    await workspace.build(pipelineWith(kind, { source: 'emit more' }));
    workspace.runner.runs.length = 0;
    await workspace.build(before);
    // What a relation was, nobody keeps.
    const executed = kind === 'sql-script' ? ['task', 'after'] : [];
    expect(workspace.runner.runs).toEqual(executed);
  });
});
