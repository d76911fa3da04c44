/**
 * Every Python text that executing a task runs: its own code, the functions that are called around it, and what the
 * runtime imports for it. Keys and inference both follow the imports of these. Pure; resolves nothing.
 */
import { join } from 'node:path';
import * as path from 'node:path';
import type { ImportFact, PythonFacts } from '@nx-notebook/python';
import type { Pipeline, PythonCall, Task } from './pipeline.js';
import { productsOf } from './products-of.js';

/** What a function of the user is called for, in the words of pipeline.yaml. */
export type CallRole =
  | 'source'
  | 'on_render'
  | 'on_finish'
  | 'on_failure'
  | 'serializer'
  | 'unserializer'
  | 'client'
  | 'product_client';

/** A function of the user, and what it is called for. */
export interface TaskCall {
  readonly role: CallRole;
  readonly call: PythonCall;
}

/** Python whose imports are to be followed, and from where. */
export interface PythonSource {
  readonly facts: PythonFacts;
  /** The module that the facts are of, absolute; a cell has none. */
  readonly file?: string;
  /** Absolute working directory. */
  readonly folder: string;
  /** Further folders on `sys.path`, absolute. */
  readonly roots: readonly string[];
}

/** What has to be assumed of a source that nothing is known of. */
const anything: PythonFacts = {
  imports: [],
  importsAnything: true,
  paths: [],
  upstreamUse: { kind: 'anything' },
};

/** The functions of the user that executing a task calls. */
export function callsOf(task: Task): readonly TaskCall[] {
  const { source, hooks, product } = task;
  const calls: readonly (readonly [CallRole, PythonCall | undefined])[] = [
    ['source', 'call' in source ? source.call : undefined],
    ['on_render', hooks.onRender],
    ['on_finish', hooks.onFinish],
    ['on_failure', hooks.onFailure],
    ['serializer', task.serializer],
    ['unserializer', task.unserializer],
    ['client', task.client],
    [
      'product_client',
      product.kind === 'relation' ? product.relation.client : undefined,
    ],
  ];
  return calls.flatMap(([role, call]) =>
    call === undefined ? [] : [{ role, call }],
  );
}

/** Every Python text that executing a task runs. */
export function pythonSourcesOf(
  pipeline: Pick<Pipeline, 'folder' | 'root'>,
  task: Task,
): readonly PythonSource[] {
  const { folder, root } = pipeline;
  const further = root === folder ? [] : [join(root, 'src'), root];
  const place = { folder, roots: further };
  const own = ownFacts(task);
  const needs = runtimeImports(task);
  return [
    ...(own === undefined ? [] : [{ facts: own, ...ownPlace(task, place) }]),
    ...callsOf(task).map(({ call }) => ({ ...callSource(call), ...place })),
    ...(needs.length === 0 ? [] : [{ facts: importing(needs), ...place }]),
  ].map((source) => ({ ...source, facts: withEnvFile(source.facts) }));
}

/** Ploomber's decorators of functions, clients above all, read env.yaml when they are called. */
function withEnvFile(facts: PythonFacts): PythonFacts {
  const readsEnv = facts.imports.some(
    ({ module, names }) =>
      module.startsWith('ploomber.env') ||
      (module === 'ploomber' &&
        (names.length === 0 ||
          names.some((name) => ['with_env', 'load_env', '*'].includes(name)))),
  );
  return readsEnv ? { ...facts, paths: [...facts.paths, 'env.yaml'] } : facts;
}

type Place = Pick<PythonSource, 'folder' | 'roots'>;

/** What is called, is called from the pipeline's folder, wherever the task itself is executed. */
function ownPlace({ cwd }: Task, { folder, roots }: Place): Place {
  const others = [folder, ...roots].filter((each) => each !== cwd);
  return { folder: cwd, roots: others };
}

/** Of a function or a hook its call tells everything. */
function ownFacts({ source }: Task): PythonFacts | undefined {
  if ('call' in source || source.language === 'r') return undefined;
  return source.facts ?? (source.language === 'python' ? anything : undefined);
}

/**
 * Importing a module runs the packages around it. Of the file that defines the function only a part counts, which the
 * call knows; of an installed module, and of one that only passes the function on, everything.
 */
function callSource(call: PythonCall): Pick<PythonSource, 'facts' | 'file'> {
  const { facts, file, module } = call;
  const isDefinedThere =
    file !== undefined && isFileOf(module, file.absolutePath);
  const name = isDefinedThere ? module.replace(/\.?[^.]*$/, '') : module;
  const imports = name === '' ? [] : [absolute(name)];
  return {
    facts: { ...facts, imports: [...imports, ...facts.imports] },
    ...(file === undefined ? {} : { file: file.absolutePath }),
  };
}

function isFileOf(module: string, file: string): boolean {
  const own = path.join(...module.split('.'));
  return [`${own}.py`, path.join(own, '__init__.py')].some((end) =>
    file.endsWith(path.sep + end),
  );
}

/** What our side of an execution imports, where the version shows in the result. */
function runtimeImports(task: Task): readonly string[] {
  const products = productsOf(task);
  const has = (ending: string): boolean =>
    products.some(({ path }) => path.endsWith(ending));
  switch (task.source.kind) {
    case 'notebook':
      return products.some(({ exporter }) => exporter !== undefined)
        ? ['nbconvert']
        : [];
    case 'function':
      return task.serializer === undefined && task.unserializer === undefined
        ? []
        : ['pandas', 'joblib', 'cloudpickle'];
    case 'shell':
      return ['jinja2'];
    case 'sql-script':
      return ['jinja2', 'sqlalchemy'];
    case 'sql-dump':
      return [
        'jinja2',
        'sqlalchemy',
        'pandas',
        ...(has('.parquet') ? ['pyarrow'] : []),
      ];
    case 'script':
    case 'hook':
      return [];
  }
}

function importing(modules: readonly string[]): PythonFacts {
  return {
    imports: modules.map(absolute),
    importsAnything: false,
    paths: [],
    upstreamUse: { kind: 'subscripts', paths: [] },
  };
}

function absolute(module: string): ImportFact {
  return { module, level: 0, names: [] };
}
