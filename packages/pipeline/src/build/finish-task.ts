/**
 * Puts the parts of a task together: its source by kind, its edges, what checking its code found.
 */
import { isTagged, type Notebook } from '@nx-notebook/notebook';
import type { PythonFacts } from '@nx-notebook/python';
import type {
  NotebookSource,
  ProductSpec,
  Task,
  TaskSource,
} from '../pipeline.js';
import type { PipelineSpec } from '../spec/pipeline-spec.js';
import type { BuildContext } from './build-context.js';
import type { CompleteDraft } from './build-tasks.js';
import { checkCode } from './code-problems.js';
import type { OpenedSource } from './open-sources.js';
import type { ResolvedProducts } from './products.js';
import { linkUpstreams, type Need } from './upstreams.js';

/** The pipeline around a task. */
export interface FinishContext {
  readonly spec: PipelineSpec;
  readonly context: BuildContext;
  /** Products of all tasks by name. */
  readonly products: ReadonlyMap<string, ProductSpec>;
  /** Late values that the products of a task, or how many tasks there are, depend on. */
  readonly lateProducts: ReadonlyMap<string, readonly string[]>;
}

/** The task. */
export function finishTask(
  draft: CompleteDraft,
  needs: readonly Need[],
  { spec: pipeline, context, products: all, lateProducts }: FinishContext,
): Task {
  const { spec, task, settings, calls, products, params, resources, group } =
    draft;
  warnOfUnusedOptions(draft, context);
  const late = new Set([
    ...spec.late,
    ...pipeline.sharedLate,
    ...draft.late,
    ...needs.flatMap(({ task: name }) => lateProducts.get(name) ?? []),
  ]);
  return {
    name: draft.name.value,
    source:
      task.kind === 'document'
        ? documentSource(draft, task)
        : task.opened.source,
    cwd: settings.cwd,
    product: products.spec,
    params,
    upstream: linkUpstreams(needs, usesOf(draft, context), all),
    resources,
    ...calls,
    late: [...late].sort(),
    ...codeOf(draft, needs),
    ...settings.limits,
    ...(group === undefined ? {} : { group }),
    location: spec.location,
  };
}

function documentSource(
  { spec, settings: { notebook }, products }: CompleteDraft,
  { document, path, absolutePath }: OpenedSource,
): TaskSource {
  const base: Omit<NotebookSource, 'kind' | 'exportOptions'> = {
    path,
    absolutePath,
    format: document.format,
    language: document.language,
    notebook: document.notebook,
    parametersCell: document.parametersCell,
    kernelName:
      spec.kernelName ??
      document.kernelName ??
      (document.language === 'r' ? 'ir' : 'python3'),
    ...(document.facts === undefined ? {} : { facts: document.facts }),
  };
  return spec.className === 'ScriptRunner'
    ? { kind: 'script', ...base }
    : {
        kind: 'notebook',
        ...base,
        ...notebook,
        exportOptions: products.all.some(isExported)
          ? notebook.exportOptions
          : [],
      };
}

function codeOf(
  { task, spec, settings, params }: CompleteDraft,
  needs: readonly Need[],
): Pick<Task, 'codeProblems' | 'isStrict'> {
  if (task.kind !== 'document') return { codeProblems: [], isStrict: false };
  return checkCode({
    spec,
    document: task.document,
    mode: settings.analysis,
    params: params.map(({ name }) => name),
    hasUpstream: needs.length > 0,
  });
}

/** The facts that tell which products of an upstream the code can read; undefined when it may read all of them. */
function usesOf(
  { task, calls }: CompleteDraft,
  { files }: BuildContext,
): PythonFacts | undefined {
  switch (task.kind) {
    case 'document':
      return namesNotebooks(task.document.notebook)
        ? undefined
        : task.document.facts;
    case 'function': {
      // An unserializer reads all products of an upstream before the function sees any.
      if (calls.unserializer !== undefined) return undefined;
      const { source } = task.opened;
      const read = files.read(source.absolutePath);
      return read.ok && !read.file.text.includes('.ipynb')
        ? source.facts
        : undefined;
    }
    case 'template':
      return task.opened.source.facts;
  }
}

/** Code that names notebooks by their ending may open any, however it uses `upstream`. */
function namesNotebooks({ cells }: Notebook): boolean {
  return cells.some(
    (cell) =>
      cell.type === 'code' &&
      !isTagged(cell, 'parameters') &&
      cell.source.includes('.ipynb'),
  );
}

function warnOfUnusedOptions(
  { spec, settings, products }: CompleteDraft,
  { problems }: BuildContext,
): void {
  const entry = spec.options.get('nbconvert_export_kwargs');
  if (
    entry === undefined ||
    settings.notebook.exportOptions.length === 0 ||
    products.all.some(isExported)
  )
    return;
  problems.warning({
    code: 'no-effect',
    message:
      '"nbconvert_export_kwargs" will be ignored: the executed notebook is an .ipynb, which is not exported.',
    hint: 'Remove it, or write the notebook in another format, such as .html.',
    location: spec.file.locate(entry.keyRange),
  });
}

function isExported({ exporter }: ResolvedProducts['all'][number]): boolean {
  return exporter !== undefined;
}
