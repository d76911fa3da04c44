/**
 * What our loader makes of a case, in the form in which Ploomber's answer comes: paths as in Ploomber absolute, the names
 * of `upstream` sorted.
 */
import { renderDiagnostics } from '@nx-notebook/notebook';
import {
  injectedCell,
  injectedValues,
  loadPipeline,
} from '@nx-notebook/pipeline';
import { pythonRepr, toPythonSource } from '@nx-notebook/python';

/**
 * @typedef {import('@nx-notebook/pipeline').Pipeline} Pipeline
 * @typedef {import('@nx-notebook/pipeline').Task} Task
 * @typedef {import('@nx-notebook/python').PyValue} PyValue
 */

const classNames = {
  notebook: 'NotebookRunner',
  script: 'ScriptRunner',
  function: 'PythonCallable',
  shell: 'ShellScript',
  'sql-script': 'SQLScript',
  'sql-dump': 'SQLDump',
  hook: '',
};

/**
 * @param {string} file
 * @param {import('@nx-notebook/pipeline').LoadOptions} options
 * @returns {Promise<import('./compare.mjs').Answer & { isLate?: boolean }>}
 */
export async function ourAnswer(file, options) {
  const result = await loadPipeline(file, { ...options, absolutePaths: true });
  if (!result.ok)
    return {
      ok: false,
      error: renderDiagnostics(
        result.diagnostics.filter(({ severity }) => severity === 'error'),
        { cwd: options.workspaceRoot },
      ),
    };
  const { pipeline } = result;
  return {
    ok: true,
    isLate: pipeline.late.length > 0,
    tasks: pipeline.tasks
      .filter(({ source }) => source.kind !== 'hook')
      .map((task) => taskData(pipeline, task)),
  };
}

/**
 * @param {Pipeline} pipeline
 * @param {Task} task
 * @returns {import('./compare.mjs').TaskData}
 */
function taskData(pipeline, task) {
  const { product } = injectedValues(pipeline, task);
  const problems = task.codeProblems.filter(
    ({ severity }) => severity === 'error',
  );
  return {
    name: task.name,
    kind: classNames[task.source.kind],
    product: product === undefined ? null : plain(product),
    upstream: task.upstream.map((one) => one.task).sort(),
    cell: cellOf(pipeline, task),
    problem:
      problems.length === 0
        ? null
        : problems.map(({ message }) => message).join('\n'),
  };
}

/**
 * The injected cell; for functions and templates what they are given.
 *
 * @param {Pipeline} pipeline
 * @param {Task} task
 */
function cellOf(pipeline, task) {
  const values = injectedValues(pipeline, task);
  const upstream = sortedKeys(values.upstream);
  if (task.source.kind !== 'notebook' && task.source.kind !== 'script')
    return [
      ...values.params,
      { name: 'upstream', value: upstream },
      { name: 'product', value: values.product },
    ]
      .map(({ name, value }) =>
        value === undefined ? '' : `${name} = ${pythonRepr(value)}\n`,
      )
      .join('');
  const { source } = injectedCell(pipeline, task);
  if (task.source.language === 'r' || upstream === undefined) return source;
  const sorted = toPythonSource(upstream);
  return source.replace(
    /^upstream = .*$/m,
    () => `upstream = ${sorted.ok ? sorted.text : ''}`,
  );
}

/**
 * @param {PyValue | undefined} value
 * @returns {PyValue | undefined}
 */
function sortedKeys(value) {
  if (value?.kind !== 'dict') return value;
  const entries = [...value.entries].sort(([a], [b]) =>
    nameOf(a) < nameOf(b) ? -1 : 1,
  );
  return { kind: 'dict', entries };
}

/** @param {PyValue} value */
function nameOf(value) {
  return value.kind === 'str' ? value.value : '';
}

/**
 * Products are text, or text by name.
 *
 * @param {PyValue} value
 * @returns {unknown}
 */
function plain(value) {
  if (value.kind !== 'dict') return nameOf(value);
  return Object.fromEntries(
    value.entries.map(([key, each]) => [nameOf(key), plain(each)]),
  );
}
