/**
 * Every key of a pipeline.yaml, by the place where it may stand: its type, whether it is supported, what it means. The
 * one source of truth: checking reads it, and the table of the package's README is compared with it.
 */

/** What a value may be, after casting. */
export type ValueType =
  | 'text'
  | 'name'
  | 'boolean'
  | 'seconds'
  | 'list'
  | 'mapping'
  | 'empty'
  | 'any';

/** One key of one place. */
export interface KeyRule {
  readonly support: 'supported' | 'not-yet';
  /** The types that are accepted; keys that are not supported yet are refused whatever they hold. */
  readonly types: readonly ValueType[];
  readonly meaning: string;
  /** What to do instead of a key that is not supported yet. */
  readonly instead?: string;
}

/** The keys of one place. */
export type KeyTable = Readonly<Record<string, KeyRule>>;

function supported(types: readonly ValueType[], meaning: string): KeyRule {
  return { support: 'supported', types, meaning };
}

function notYet(meaning: string, instead = 'Remove it.'): KeyRule {
  return { support: 'not-yet', types: ['any'], meaning, instead };
}

const hook = 'calls a function';
const moveHook = 'Remove it and do this work in a task.';
const moveOption = 'Remove it; the default is used.';

/** The top level of the file. */
export const pipelineKeys: KeyTable = {
  meta: supported(['mapping', 'empty'], 'how tasks are read'),
  tasks: supported(['any'], 'the list of tasks'),
  executor: supported(
    ['text', 'mapping', 'empty'],
    '`serial` or `parallel`: accepted as a hint; the plugin decides how many kernels run',
  ),
  config: notYet('settings of Ploomber'),
  clients: notYet('clients of databases and remote stores'),
  serializer: notYet('saves what functions return'),
  unserializer: notYet('loads what functions returned'),
  on_render: notYet(hook, moveHook),
  on_finish: notYet(hook, moveHook),
  on_failure: notYet(hook, moveHook),
  location: notYet(
    'a Python factory that makes the pipeline',
    'Write the tasks into this file.',
  ),
};

/** Below `meta`. */
export const metaKeys: KeyTable = {
  extract_upstream: supported(
    ['boolean'],
    'true (default): `upstream` is read from the parameters cell; false: from the task',
  ),
  extract_product: supported(
    ['boolean'],
    'true: `product` is read from the parameters cell; false (default): from the task',
  ),
  product_relative_to_source: supported(
    ['boolean'],
    'true: products are relative to the folder of the source; false (default): to the folder of pipeline.yaml',
  ),
  product_default_class: notYet('classes of products', moveOption),
  source_loader: notYet('sources from a package or from templates'),
  import_tasks_from: notYet(
    'tasks of another file',
    'Write the tasks into this file.',
  ),
  jupyter_hot_reload: notYet('a setting of the Jupyter extension', moveOption),
  jupyter_functions_as_notebooks: notYet(
    'a setting of the Jupyter extension',
    moveOption,
  ),
};

/** A task. */
export const taskKeys: KeyTable = {
  source: supported(
    ['text'],
    'the notebook or script: `.ipynb`, `.py`, `.R`, `.r`, `.Rmd`, and, as an extension, `.md`',
  ),
  product: supported(
    ['any'],
    'a path, or a mapping of names to paths; the executed notebook is the path itself or that of `nb`',
  ),
  name: supported(
    ['name', 'empty'],
    'name of the task; the default is the name of the source without its extension',
  ),
  class: supported(['text', 'empty'], '`NotebookRunner` only'),
  params: supported(
    ['mapping', 'empty'],
    'values that are injected; `resources_` names files whose content belongs to the key',
  ),
  upstream: supported(
    ['name', 'list', 'empty'],
    'tasks that this one needs; only with `extract_upstream: false`',
  ),
  kernelspec_name: supported(
    ['text', 'empty'],
    'the kernel; the default is that of the notebook, else `python3` or `ir`',
  ),
  timeout: supported(
    ['seconds', 'empty'],
    'seconds for the whole task (extension)',
  ),
  cell_timeout: supported(
    ['seconds', 'empty'],
    'seconds for each cell (extension)',
  ),
  grid: notYet(
    'one task for each combination of values',
    'Write one task for each combination.',
  ),
  product_class: notYet('class of the product', moveOption),
  on_render: notYet(hook, moveHook),
  on_finish: notYet(hook, moveHook),
  on_failure: notYet(hook, moveHook),
  client: notYet('client of a database or remote store'),
  product_client: notYet('client of a remote store'),
  serializer: notYet('saves what a function returns'),
  unserializer: notYet('loads what a function returned'),
  nb_product_key: notYet(
    'key of the executed notebook in `product`',
    'Name the executed notebook `nb`.',
  ),
  nbconvert_exporter_name: notYet(
    'another format of the executed notebook',
    'Write the executed notebook as .ipynb.',
  ),
  nbconvert_export_kwargs: notYet('options of nbconvert', moveOption),
  executor: notYet('what executes the notebook', moveOption),
  executor_params: notYet(
    'options of what executes the notebook',
    'Remove it; for time limits there are "timeout" and "cell_timeout".',
  ),
  papermill_params: notYet(
    'options of papermill',
    'Remove it; for time limits there are "timeout" and "cell_timeout".',
  ),
  static_analysis: notYet('checks of the code before it runs', moveOption),
  local_execution: notYet(
    'runs in the folder of the source',
    'Remove it; notebooks run in the folder of pipeline.yaml.',
  ),
  check_if_kernel_installed: notYet('checks the kernel at load', moveOption),
  debug_mode: notYet('starts a debugger', moveOption),
  ext_in: notYet('extension of the source', moveOption),
};

/** Names of the supported keys of a place. */
export function supportedKeys(table: KeyTable): readonly string[] {
  return Object.entries(table)
    .filter(([, rule]) => rule.support === 'supported')
    .map(([name]) => name);
}
