/**
 * From the spec of a pipeline to its tasks: sources opened, grids expanded, products and params resolved, edges linked.
 * Everything that can be checked is checked, also after the first mistake.
 */
import { checkArguments } from '../calls/open-function.js';
import type {
  Hooks,
  LateValue,
  Pipeline,
  ProductSpec,
  Task,
} from '../pipeline.js';
import type { Located, PipelineSpec, TaskSpec } from '../spec/pipeline-spec.js';
import { checkPlaceholders } from '../templates/check-placeholders.js';
import { lateIn } from '../yaml/yaml-node.js';
import type { BuildContext } from './build-context.js';
import { reportCycles } from './cycles.js';
import { expandTask, type ExpandedTask } from './expand-task.js';
import { finishTask } from './finish-task.js';
import { hookTask } from './hook-task.js';
import { LateCalls } from './late-calls.js';
import { Sources } from './open-sources.js';
import {
  codeFile,
  declaredUpstream,
  openTask,
  type OpenedTask,
} from './open-task.js';
import { checkProducts, type ReadFile } from './product-conflicts.js';
import type { ResolvedProducts } from './products.js';
import { TaskCalls } from './task-calls.js';
import { declaredProducts, elementProducts } from './task-products.js';
import { readTaskSettings, type TaskSettings } from './task-settings.js';
import { resolveNeeds, type Need } from './upstreams.js';

/** What could be built; problems tell of the rest. */
export interface BuiltPipeline extends Pick<Pipeline, 'tasks' | 'hooks'> {
  /** Calls whose values are unknown. */
  readonly late: readonly LateValue[];
}

/** A task on its own; what is missing was refused. */
export interface Draft extends ExpandedTask {
  readonly spec: TaskSpec;
  readonly task: OpenedTask;
  readonly settings: TaskSettings;
  readonly calls: Pick<
    Task,
    'hooks' | 'serializer' | 'unserializer' | 'client'
  >;
  readonly products: ResolvedProducts | undefined;
  readonly upstream: readonly Located<string>[];
}

/** A draft with nothing missing. */
export interface CompleteDraft extends Draft {
  readonly task: Exclude<OpenedTask, { readonly kind: 'unreadable' }>;
  readonly products: ResolvedProducts;
}

/** The tasks of a pipeline, its hooks, and the values that only a run knows. */
export async function buildTasks(
  spec: PipelineSpec,
  context: BuildContext,
): Promise<BuiltPipeline> {
  const { problems } = context;
  const workshop = {
    context,
    sources: new Sources(context, extractedBy(spec)),
    calls: new TaskCalls(spec, context),
    lateCalls: new LateCalls(context),
  };
  const drafts: Draft[] = [];
  for (const task of spec.tasks) {
    drafts.push(...(await draftTasks(task, workshop)));
  }
  checkNames(drafts, context);
  const names = namesOf(spec, drafts);
  const needs = drafts.map(({ name, upstream }) =>
    resolveNeeds({ name: name.value, upstream }, names, problems),
  );
  reportCycles(needs, problems);
  checkProducts(
    drafts.flatMap(({ name, products }) =>
      (products?.all ?? []).map((product) => ({ task: name.value, product })),
    ),
    readFilesOf(drafts, context),
    problems,
  );
  const needsOf = (index: number): readonly Need[] => needs[index]?.needs ?? [];
  for (const [index, draft] of drafts.entries()) {
    checkGiven(draft, needsOf(index), context);
  }
  const tasks = finish(drafts, needsOf, { spec, context });
  const hooks = await workshop.calls.pipelineHooks();
  return {
    tasks: [...tasks, ...hookTask(hooks, tasks, { spec, context })],
    hooks: withoutFinish(hooks),
    late: workshop.lateCalls.missing,
  };
}

interface Workshop {
  readonly context: BuildContext;
  readonly sources: Sources;
  readonly calls: TaskCalls;
  readonly lateCalls: LateCalls;
}

async function draftTasks(
  spec: TaskSpec,
  { context, sources, calls, lateCalls }: Workshop,
): Promise<readonly Draft[]> {
  const task = await openTask(spec, context, sources);
  const settings = readTaskSettings(spec, codeFile(task), context);
  const client = await calls.clientOf(spec);
  const own = {
    hooks: await calls.hooksOf(spec),
    ...(await calls.serializersOf(spec)),
    ...(client === undefined ? {} : { client }),
  };
  const upstream = declaredUpstream(spec, task, context);
  const declared = await declaredProducts({
    spec,
    task,
    client,
    calls,
    context,
  });
  const expanded = await expandTask(spec, {
    file: spec.file,
    language:
      task.kind === 'document' ? task.document.language : languageOf(spec),
    build: context,
    calls: lateCalls,
    cwd: settings.cwd,
  });
  return expanded.map((one) => ({
    ...one,
    spec,
    task,
    settings,
    calls: own,
    upstream,
    products: declared && elementProducts(declared, one.element, context),
  }));
}

function languageOf({ className }: TaskSpec): 'python' | 'call' {
  return className === 'NotebookRunner' || className === 'ScriptRunner'
    ? 'python'
    : 'call';
}

function extractedBy({
  meta,
}: PipelineSpec): readonly ('upstream' | 'product')[] {
  return [
    ...(meta.extractUpstream ? (['upstream'] as const) : []),
    ...(meta.extractProduct ? (['product'] as const) : []),
  ];
}

/** Names that can be asked for: those of grids expanded, and those of tasks that were refused. */
function namesOf(
  { tasks, names }: PipelineSpec,
  drafts: readonly Draft[],
): readonly string[] {
  const bySpec = new Map(tasks.map(({ name }) => [name.value, [] as string[]]));
  for (const { spec, name } of drafts) {
    bySpec.get(spec.name.value)?.push(name.value);
  }
  return [...new Set(names.flatMap((name) => bySpec.get(name) ?? [name]))];
}

/** Reports names that a grid makes twice; those of other tasks were checked when they were read. */
function checkNames(
  drafts: readonly Draft[],
  { problems }: BuildContext,
): void {
  const seen = new Map<string, Draft>();
  for (const draft of drafts) {
    const { name, element } = draft;
    const other = seen.get(name.value);
    if (other === undefined) {
      seen.set(name.value, draft);
    } else if (element !== undefined || other.element !== undefined) {
      problems.error({
        code: 'duplicate-name',
        message: `DAG already has a task with name '${name.value}'.`,
        hint: draft.spec.name.value.includes('[[')
          ? 'Mention every key of the grid in the name, or none: then the tasks are numbered.'
          : 'Rename one of the tasks.',
        location: name.location,
      });
    }
  }
}

function readFilesOf(
  drafts: readonly Draft[],
  { file }: BuildContext,
): readonly ReadFile[] {
  const files = new Map<string, string>([[file.path, 'pipeline.yaml']]);
  for (const { name, task, resources } of drafts) {
    const source = codeFile(task);
    if (source !== undefined)
      files.set(source, `the source of "${name.value}"`);
    for (const resource of resources)
      files.set(
        resource.absolutePath,
        `the resource "${resource.name}" of "${name.value}"`,
      );
  }
  return [...files].map(([absolutePath, what]) => ({ absolutePath, what }));
}

/** Whether a function or template takes what its task gives. */
function checkGiven(
  { task, spec, params, calls, products }: Draft,
  needs: readonly Need[],
  { problems }: BuildContext,
): void {
  const names = params.map(({ name }) => name);
  if (task.kind === 'template')
    checkPlaceholders(task.opened, {
      params: names,
      product: products?.spec,
      problems,
    });
  if (task.kind === 'function')
    checkArguments(task.opened, {
      spec,
      params: names,
      hasUpstream: needs.length > 0,
      hasSerializer: calls.serializer !== undefined,
      problems,
    });
}

function finish(
  drafts: readonly Draft[],
  needsOf: (index: number) => readonly Need[],
  where: { readonly spec: PipelineSpec; readonly context: BuildContext },
): readonly Task[] {
  const products = new Map<string, ProductSpec>(
    drafts.flatMap((draft) =>
      isComplete(draft) ? [[draft.name.value, draft.products.spec]] : [],
    ),
  );
  const lateProducts = new Map(
    drafts.map(({ name, spec, late, group }) => [
      name.value,
      [
        ...(spec.product === undefined ? [] : lateIn(spec.product)),
        ...(group === undefined ? [] : late),
      ],
    ]),
  );
  const context = { ...where, products, lateProducts };
  return drafts.flatMap((draft, index) =>
    isComplete(draft) ? [finishTask(draft, needsOf(index), context)] : [],
  );
}

function isComplete(draft: Draft): draft is CompleteDraft {
  return draft.task.kind !== 'unreadable' && draft.products !== undefined;
}

function withoutFinish({ onRender, onFailure }: Hooks): Pipeline['hooks'] {
  return {
    ...(onRender === undefined ? {} : { onRender }),
    ...(onFailure === undefined ? {} : { onFailure }),
  };
}
