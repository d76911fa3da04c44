/**
 * Opens what a task executes, by its kind: a notebook or script, a function, a template.
 */
import type { FunctionSource } from '../pipeline.js';
import { openFunction, type OpenedFunction } from '../calls/open-function.js';
import { readDeclaredProduct } from '../source/declared-product.js';
import { readDeclaredUpstream } from '../source/declared-upstream.js';
import type {
  Located,
  ProductDeclaration,
  TaskSpec,
} from '../spec/pipeline-spec.js';
import {
  openTemplate,
  type OpenedTemplate,
} from '../templates/open-template.js';
import type { BuildContext } from './build-context.js';
import type { OpenedSource, Sources } from './open-sources.js';

/** The source of a task; `unreadable` was reported. */
export type OpenedTask =
  | ({ readonly kind: 'document' } & OpenedSource)
  | { readonly kind: 'function'; readonly opened: OpenedFunction }
  | { readonly kind: 'template'; readonly opened: OpenedTemplate }
  | { readonly kind: 'unreadable' };

const unreadable: OpenedTask = { kind: 'unreadable' };

/** Opens the source of one task. */
export async function openTask(
  spec: TaskSpec,
  context: BuildContext,
  sources: Sources,
): Promise<OpenedTask> {
  const place = { ...context, file: spec.file };
  switch (spec.className) {
    case 'NotebookRunner':
    case 'ScriptRunner': {
      const opened = await sources.open(spec);
      return opened === undefined
        ? unreadable
        : { kind: 'document', ...opened };
    }
    case 'PythonCallable': {
      const opened = await openFunction(spec, place);
      return opened === undefined ? unreadable : { kind: 'function', opened };
    }
    case 'ShellScript':
    case 'SQLScript':
    case 'SQLDump': {
      const opened = await openTemplate(spec, place);
      return opened === undefined ? unreadable : { kind: 'template', opened };
    }
  }
}

/** Names of the upstreams as declared, by the source or the yaml. */
export function declaredUpstream(
  spec: TaskSpec,
  task: OpenedTask,
  { meta, problems }: BuildContext,
): readonly Located<string>[] {
  if (!meta.extractUpstream) return spec.upstream ?? [];
  switch (task.kind) {
    case 'document':
      return task.document.hasOwnParametersCell
        ? readDeclaredUpstream(task.document, problems)
        : [];
    case 'function':
    case 'template':
      return task.opened.upstream;
    case 'unreadable':
      return [];
  }
}

/** The products that a notebook declares, when they are read from sources. */
export function extractedProduct(
  task: OpenedTask,
  { problems }: BuildContext,
): ProductDeclaration | undefined {
  return task.kind === 'document'
    ? readDeclaredProduct(task.document, problems)
    : undefined;
}

/** Absolute path of the file that holds the code. */
export function codeFile(task: OpenedTask): string | undefined {
  switch (task.kind) {
    case 'document':
      return task.absolutePath;
    case 'function':
    case 'template': {
      const source: Pick<FunctionSource, 'absolutePath'> = task.opened.source;
      return source.absolutePath;
    }
    case 'unreadable':
      return undefined;
  }
}
