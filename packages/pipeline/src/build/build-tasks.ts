/**
 * From the spec of a pipeline to its tasks: sources opened, products and params resolved, edges linked. Everything that
 * can be checked is checked, also after the first mistake.
 */
import { dirname, resolve } from 'node:path';
import { isTagged, type Notebook } from '@nx-notebook/notebook';
import type { ProductSpec, Task } from '../pipeline.js';
import type { Problems } from '../problems.js';
import { readDeclaredProduct } from '../source/declared-product.js';
import { readDeclaredUpstream } from '../source/declared-upstream.js';
import type { SourceDocument } from '../source/source-document.js';
import type {
  Located,
  PipelineSpec,
  ProductDeclaration,
  TaskSpec,
} from '../spec/pipeline-spec.js';
import { readProduct } from '../spec/product-spec.js';
import type { TextFile } from '../text-file.js';
import type { WorkspaceFiles } from '../workspace-files.js';
import { reportCycles } from './cycles.js';
import type { OpenedSource, Sources } from './open-sources.js';
import { resolveParams, type ResolvedParams } from './params.js';
import { checkProducts, type ReadFile } from './product-conflicts.js';
import { resolveProducts, type ResolvedProducts } from './products.js';
import { linkUpstreams, resolveNeeds, type Need } from './upstreams.js';

/** What building needs beside the spec. */
export interface BuildContext {
  /** pipeline.yaml. */
  readonly file: TextFile;
  readonly folder: string;
  readonly files: WorkspaceFiles;
  readonly problems: Problems;
  readonly sources: Sources;
}

/** A task on its own; what is missing was refused. */
interface Draft {
  readonly spec: TaskSpec;
  readonly source: OpenedSource | undefined;
  readonly products: ResolvedProducts | undefined;
  readonly params: ResolvedParams;
  readonly upstream: readonly Located<string>[];
}

/** A draft with nothing missing. */
interface CompleteDraft extends Draft {
  readonly source: OpenedSource;
  readonly products: ResolvedProducts;
}

/** The tasks that could be built; problems tell of the others. */
export async function buildTasks(
  spec: PipelineSpec,
  context: BuildContext,
): Promise<readonly Task[]> {
  const drafts: Draft[] = [];
  for (const task of spec.tasks) {
    drafts.push(await draftTask(task, spec, context));
  }
  const { problems } = context;
  const needs = drafts.map(({ spec: { name }, upstream }) =>
    resolveNeeds({ name: name.value, upstream }, spec.names, problems),
  );
  reportCycles(needs, problems);
  checkProducts(
    drafts.flatMap(({ spec: { name }, products }) =>
      (products?.all ?? []).map((product) => ({ task: name.value, product })),
    ),
    readFilesOf(drafts, context.file),
    problems,
  );
  const complete = drafts.filter(isComplete);
  const products = new Map(
    complete.map((draft) => [draft.spec.name.value, draft.products.spec]),
  );
  const needsByName = new Map(needs.map((one) => [one.name, one.needs]));
  return complete.map((draft) =>
    finish(draft, needsByName.get(draft.spec.name.value) ?? [], {
      all: products,
      folder: context.folder,
    }),
  );
}

async function draftTask(
  spec: TaskSpec,
  { meta }: PipelineSpec,
  context: BuildContext,
): Promise<Draft> {
  const { folder, problems, sources } = context;
  const opened = await sources.open(spec.source);
  if (opened === 'no-notebook') {
    return { ...nothing, spec, upstream: spec.upstream ?? [] };
  }
  const source = opened === 'unreadable' ? undefined : opened;
  const document = source?.document;
  const upstream =
    meta.extractUpstream && document?.hasOwnParametersCell === true
      ? readDeclaredUpstream(document, problems)
      : (spec.upstream ?? []);
  const declaration = declarationOf(spec, document, { meta, ...context });
  const base = meta.productRelativeToSource
    ? dirname(resolve(folder, spec.source.value))
    : folder;
  return {
    spec,
    source,
    upstream,
    products: declaration && resolveProducts(declaration, { ...context, base }),
    params: resolveParams(spec.params, {
      ...context,
      language: document?.language ?? 'python',
    }),
  };
}

/** What is known of a task that is no notebook. */
const nothing = {
  source: undefined,
  products: undefined,
  params: { params: [], resources: [] },
};

function declarationOf(
  { product }: TaskSpec,
  document: SourceDocument | undefined,
  { meta, file, problems }: BuildContext & Pick<PipelineSpec, 'meta'>,
): ProductDeclaration | undefined {
  if (meta.extractProduct) {
    return document && readDeclaredProduct(document, problems);
  }
  return (
    product &&
    readProduct(product, { locate: (range) => file.locate(range), problems })
  );
}

function isComplete(draft: Draft): draft is CompleteDraft {
  return draft.source !== undefined && draft.products !== undefined;
}

function readFilesOf(
  drafts: readonly Draft[],
  file: TextFile,
): readonly ReadFile[] {
  const files = new Map<string, string>([[file.path, 'pipeline.yaml']]);
  for (const { spec, source, params } of drafts) {
    const task = spec.name.value;
    if (source !== undefined)
      files.set(source.absolutePath, `the source of "${task}"`);
    for (const { absolutePath, name } of params.resources)
      files.set(absolutePath, `the resource "${name}" of "${task}"`);
  }
  return [...files].map(([absolutePath, what]) => ({ absolutePath, what }));
}

interface FinishContext {
  /** Products of all tasks by name. */
  readonly all: ReadonlyMap<string, ProductSpec>;
  readonly folder: string;
}

function finish(
  { spec, source, products, params }: CompleteDraft,
  needs: readonly Need[],
  { all, folder }: FinishContext,
): Task {
  const { document, path, absolutePath } = source;
  const { taskTimeoutMs, cellTimeoutMs } = spec;
  return {
    name: spec.name.value,
    source: {
      kind: 'notebook',
      exportOptions: [],
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
    },
    cwd: folder,
    product: products.spec,
    ...params,
    hooks: {},
    late: [],
    codeProblems: [],
    isStrict: false,
    upstream: linkUpstreams(
      needs,
      namesNotebooks(document.notebook) ? undefined : document.facts,
      all,
    ),
    ...(taskTimeoutMs === undefined ? {} : { taskTimeoutMs }),
    ...(cellTimeoutMs === undefined ? {} : { cellTimeoutMs }),
    location: spec.location,
  };
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
