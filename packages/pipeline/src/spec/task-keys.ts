/**
 * The keys of a task: those that every task may have, and those of each class. The classes themselves are here too.
 */
import { dottedPath } from './keys.js';
import { ignored, refused, supported, type KeyTable } from './key-rule.js';
import type { TaskClass } from './pipeline-spec.js';

/** Any task. */
export const taskKeys: KeyTable = {
  source: supported(
    ['text'],
    'a notebook or script (`.ipynb`, `.py`, `.R`, `.r`, `.Rmd`, and, as an extension, `.md`), `.sql`, `.sh`, or a function (`module.function`)',
  ),
  product: supported(
    ['any'],
    'a path, a mapping of names to paths, or `[schema, name, table]` of a relation',
  ),
  name: supported(
    ['name', 'empty'],
    'name of the task; the default is the name of the source without its extension, or of the function',
  ),
  class: supported(
    ['text', 'empty'],
    'class of the task; the default follows from the source',
  ),
  product_class: supported(['text', 'empty'], 'class of the product'),
  upstream: supported(
    ['name', 'list', 'empty'],
    'tasks that this one needs; only with `extract_upstream: false`',
  ),
  params: supported(
    ['mapping', 'empty'],
    'values that the task is given; `resources_` names files whose content belongs to the key',
  ),
  grid: supported(
    ['mapping', 'list', 'empty'],
    'one task for each combination of values',
  ),
  on_render: supported(dottedPath, 'function to call before the task runs'),
  on_finish: supported(dottedPath, 'function to call after the task has run'),
  on_failure: supported(dottedPath, 'function to call when the task failed'),
  product_client: supported(
    dottedPath,
    'function that makes the client of the product',
  ),
  timeout: supported(
    ['seconds', 'empty'],
    'seconds for the whole task (extension)',
  ),
};

const staticAnalysis = supported(
  ['any'],
  '`regular` (default), `strict` or `disable`: checks of the code before it runs',
);
const extension = supported(
  ['text', 'empty'],
  'extension of the source; must be that of its file',
);
const client = supported(dottedPath, 'function that makes the client');
const noDebugger = refused(
  'starts a debugger when the task fails',
  'Remove it and open the notebook of the failed task.',
);

const chunkSize = supported(
  ['count', 'null'],
  'rows of a file (default 10000): the product is a folder; `null`: one file',
);

/** What each class has beside {@link taskKeys}. */
export const classKeys: Readonly<Record<TaskClass, KeyTable>> = {
  NotebookRunner: {
    nb_product_key: supported(
      ['name', 'list', 'empty'],
      'key of the executed notebook in `product` (default `nb`), or a list for several formats',
    ),
    nbconvert_exporter_name: supported(
      ['text', 'mapping', 'empty'],
      'exporter of nbconvert; the default follows from the extension of the product',
    ),
    nbconvert_export_kwargs: supported(
      ['mapping', 'empty'],
      'options of nbconvert',
    ),
    executor: supported(
      ['any'],
      '`papermill` only; notebooks are executed in a kernel of their own',
    ),
    executor_params: supported(
      ['mapping', 'empty'],
      'options of the execution: `cwd`, `log_output`, `start_timeout`, `execution_timeout`',
    ),
    papermill_params: supported(
      ['mapping', 'empty'],
      'the old name of `executor_params`',
    ),
    kernelspec_name: supported(
      ['text', 'empty'],
      'the kernel; the default is that of the notebook, else `python3` or `ir`',
    ),
    static_analysis: staticAnalysis,
    local_execution: supported(
      ['boolean', 'empty'],
      'true: runs in the folder of the source; false (default): in that of pipeline.yaml',
    ),
    cell_timeout: supported(
      ['seconds', 'empty'],
      'seconds for each cell (extension)',
    ),
    check_if_kernel_installed: ignored(
      ['boolean', 'empty'],
      'looks for the kernel at load: that is done when the task runs',
    ),
    ext_in: extension,
    debug_mode: noDebugger,
  },
  ScriptRunner: {
    static_analysis: staticAnalysis,
    local_execution: ignored(
      ['boolean', 'empty'],
      'scripts always run in their own folder',
    ),
    ext_in: extension,
  },
  PythonCallable: {
    serializer: supported(
      dottedPath,
      'saves what the function returns; empty opts out of that of the pipeline',
    ),
    unserializer: supported(
      dottedPath,
      'loads what upstream functions returned; empty opts out of that of the pipeline',
    ),
    debug_mode: noDebugger,
  },
  ShellScript: { client },
  SQLScript: { client },
  SQLDump: {
    client,
    chunksize: chunkSize,
    io_handler: refused(
      'class that writes the file',
      'Remove it: the extension of the product decides (.csv or .parquet).',
    ),
  },
};

/** Classes of Ploomber that are refused, and the way out. */
export const refusedClasses: Readonly<Record<string, string>> = {
  SQLTransfer:
    'Write a function or a notebook that reads from the one database and writes to the other.',
  SQLUpload:
    'Write a function or a notebook that reads the file and writes to the database.',
  PostgresCopyFrom:
    'Write a function or a notebook that reads the file and copies it into the database.',
  DownloadFromURL: 'Write a function that downloads the file to its product.',
  Link: 'Remove the task, and name the file in "params.resources_" of the tasks that read it.',
  Input:
    'Remove the task, and name the file in "params.resources_" of the tasks that read it.',
  UploadToS3: 'Write a function that uploads the products of its upstream.',
  TaskGroup: 'Write a task with "grid".',
};

/** Classes of products. A relation is a table or view of a database. */
export const productClasses = [
  'File',
  'SQLRelation',
  'SQLiteRelation',
  'PostgresRelation',
  'GenericSQLRelation',
] as const;

/** Classes of products that Ploomber has beside these. */
export const refusedProductClasses = [
  'GenericProduct',
  'EmptyProduct',
  'MetaProduct',
  'Product',
] as const;
