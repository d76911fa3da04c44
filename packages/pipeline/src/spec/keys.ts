/**
 * The keys of a pipeline.yaml outside of its tasks: at the top, below `meta`, below `config`.
 */
import { ignored, refused, supported, type KeyTable } from './key-rule.js';

/** The types of a dotted path: `module.function`, or a mapping with `dotted_path` and arguments. */
export const dottedPath = ['text', 'mapping', 'empty'] as const;

/** The top level of the file. */
export const pipelineKeys: KeyTable = {
  meta: supported(['mapping', 'empty'], 'how tasks are read'),
  config: ignored(
    ['mapping', 'empty'],
    'settings of Ploomber: accepted, without effect',
  ),
  clients: supported(
    ['mapping', 'empty'],
    'class of tasks or products -> function that makes its client',
  ),
  tasks: supported(['any'], 'the list of tasks'),
  serializer: supported(dottedPath, 'saves what functions return'),
  unserializer: supported(dottedPath, 'loads what functions returned'),
  executor: supported(
    ['text', 'mapping', 'empty'],
    '`serial` or `parallel`: accepted as a hint; the plugin decides how many kernels run',
  ),
  on_finish: supported(dottedPath, 'function to call after all tasks'),
  on_render: supported(dottedPath, 'function to call before the first task'),
  on_failure: supported(dottedPath, 'function to call when a task failed'),
  location: refused(
    'a Python factory that makes the pipeline',
    'Write the tasks into this file: nothing of the pipeline is run in order to know its tasks.',
  ),
};

/** Below `meta`. */
export const metaKeys: KeyTable = {
  extract_upstream: supported(
    ['boolean'],
    'true (default): `upstream` is read from the source; false: from the task',
  ),
  extract_product: supported(
    ['boolean'],
    'true: `product` is read from the source; false (default): from the task',
  ),
  product_relative_to_source: supported(
    ['boolean'],
    'true: products are relative to the folder of the source, but for grids; false (default): to the root of the project',
  ),
  product_default_class: supported(
    ['mapping', 'empty'],
    'class of tasks -> class of their products; the default is `SQLRelation` for SQLScript, else `File`',
  ),
  source_loader: supported(
    ['mapping', 'empty'],
    '`path` and `module`: the folder that sources are relative to and that templates are imported from',
  ),
  import_tasks_from: supported(
    ['text', 'empty'],
    'a file with a list of more tasks, relative to the folder of pipeline.yaml',
  ),
  jupyter_hot_reload: ignored(
    ['boolean', 'empty'],
    "a setting of Ploomber's Jupyter extension: without effect",
  ),
  jupyter_functions_as_notebooks: ignored(
    ['boolean', 'empty'],
    "a setting of Ploomber's Jupyter extension: without effect",
  ),
};

/** Below `meta.source_loader`. */
export const sourceLoaderKeys: KeyTable = {
  path: supported(
    ['text', 'empty'],
    'folder, relative to that of pipeline.yaml; with `module` to the module',
  ),
  module: supported(['text', 'empty'], 'a package of Python'),
};

/** Below `config`. */
export const configKeys: KeyTable = {
  outdated_by_code: ignored(
    ['boolean', 'empty'],
    'whether code counts: it always does',
  ),
  cache_rendered_status: ignored(
    ['boolean', 'empty'],
    'a cache of Ploomber: without effect',
  ),
  hot_reload: ignored(
    ['boolean', 'empty'],
    'reloads modules: every run has a fresh process',
  ),
  logging_factory: ignored(
    ['any'],
    'sets up logging: without effect',
    'Tasks that need it can set up logging in their code.',
  ),
  differ: ignored(['any'], 'compares code: without effect'),
};
