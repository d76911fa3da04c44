/**
 * Shell and SQL scripts with placeholders. They are read and scanned here; rendering is the business of a run.
 */
import { dirname, resolve } from 'node:path';
import { explainUnreadable } from '../build/unreadable.js';
import type { CallContext } from '../calls/call-context.js';
import type { TemplateSource } from '../pipeline.js';
import type { Problems } from '../problems.js';
import type { Located, MetaSpec, TaskSpec } from '../spec/pipeline-spec.js';
import { didYouMean } from '../suggest.js';
import { resolveTaskPath } from '../task-path.js';
import type { TextFile } from '../text-file.js';
import { followIncludes } from './includes.js';
import { readJinja, type JinjaFault } from './jinja-tokens.js';
import { scanTemplate, type TemplateScan } from './scan-template.js';
import { shellFacts } from './shell-facts.js';
import {
  readTemplateProduct,
  type TemplateProduct,
} from './template-product.js';

/** What opening a template needs. */
export interface TemplateContext extends CallContext {
  readonly meta: MetaSpec;
}

/** A template that a task renders. */
export interface OpenedTemplate {
  readonly source: TemplateSource;
  /** Names in `upstream['name']` and `upstream.name`, each once, in order. */
  readonly upstream: readonly Located<string>[];
  /** Only if products are read from sources. */
  readonly product?: TemplateProduct;
  readonly file: TextFile;
  /** The source as the yaml names it. */
  readonly declared: Located<string>;
  readonly scan: TemplateScan;
  /** Names that are used where a missing value is found by a run only: in other templates, in `[[ ]]`. */
  readonly usedElsewhere: ReadonlySet<string>;
}

/** The template of a task, or undefined after reporting why there is none. */
export function openTemplate(
  spec: TaskSpec,
  context: TemplateContext,
): Promise<OpenedTemplate | undefined> {
  return Promise.resolve(open(spec, context));
}

function open(
  spec: TaskSpec,
  context: TemplateContext,
): OpenedTemplate | undefined {
  const { meta, problems } = context;
  const found = readSource(spec, context);
  if (found === undefined) return undefined;
  const { file, path } = found;
  const isShell = spec.className === 'ShellScript';
  const syntax = isShell ? 'shell' : 'curly';
  const { parts, fault } = readJinja(file.text, syntax);
  if (fault !== undefined) {
    reportFault(fault, file, problems);
    return undefined;
  }
  const scan = scanTemplate(parts);
  const { loaderFolder } = meta;
  const searchFolders = loaderFolder === undefined ? [] : [loaderFolder];
  const includes = followIncludes(file, scan, {
    ...context,
    searchFolders,
    syntax,
  });
  const atRun = isShell
    ? []
    : scanTemplate(readJinja(file.text, 'square').parts).variables;
  const product =
    meta.extractProduct && !isShell
      ? readTemplateProduct(scan.product, file, problems)
      : undefined;
  if (meta.extractProduct && product === undefined) {
    if (isShell) reportShellProduct(file, problems);
    return undefined;
  }
  const usedElsewhere = new Set([
    ...includes.variables,
    ...atRun.map(({ name }) => name),
  ]);
  return {
    source: {
      ...sourceKind(spec),
      path,
      absolutePath: file.path,
      kernelName: spec.kernelName ?? 'python3',
      ...(isShell ? { facts: shellFacts(file.text, scan, usedElsewhere) } : {}),
      text: file.text,
      searchFolders,
      includes: includes.files,
    },
    upstream: upstreamOf(scan, file, context),
    ...(product === undefined ? {} : { product }),
    file,
    declared: spec.source,
    scan,
    usedElsewhere,
  };
}

function readSource(
  { source: { value, location }, sourceFolder }: TaskSpec,
  { folder, files, problems }: TemplateContext,
): { readonly file: TextFile; readonly path: string } | undefined {
  const resolved = resolveTaskPath(
    { text: value, base: sourceFolder, folder },
    files,
  );
  if ('code' in resolved) {
    problems.error({ ...resolved, location });
    return undefined;
  }
  const outcome = files.read(resolved.absolutePath);
  if (outcome.ok) return { file: outcome.file, path: resolved.path };
  const { message, hint } = explainUnreadable(outcome.reason, value);
  const names = files
    .list(dirname(resolve(sourceFolder, value)))
    .map((name) => value.replace(/[^/]*$/, name));
  problems.error({
    code: 'source-not-readable',
    message,
    hint: outcome.reason === 'missing' ? didYouMean(value, names, hint) : hint,
    location,
  });
  return undefined;
}

const DEFAULT_CHUNK = 10_000;

function sourceKind({
  className,
  options,
}: TaskSpec): Pick<TemplateSource, 'kind' | 'language' | 'chunkSize'> {
  if (className === 'ShellScript') return { kind: 'shell', language: 'shell' };
  if (className !== 'SQLDump') return { kind: 'sql-script', language: 'sql' };
  const node = options.get('chunksize')?.value;
  const value = node?.kind === 'scalar' ? node.value : undefined;
  const rows = value?.kind === 'int' ? Number(value.value) : DEFAULT_CHUNK;
  return {
    kind: 'sql-dump',
    language: 'sql',
    chunkSize: value?.kind === 'none' ? null : rows,
  };
}

function upstreamOf(
  { upstreams }: TemplateScan,
  file: TextFile,
  { meta, problems }: TemplateContext,
): readonly Located<string>[] {
  if (!meta.extractUpstream) return [];
  const first = new Map<string, Located<string>>();
  for (const { path, isCall, ...range } of upstreams) {
    const location = file.locate(range);
    const [name] = path ?? [];
    if (name === undefined || isCall) {
      problems.error({
        code: 'computed-upstream',
        message:
          name === undefined
            ? 'The name of an upstream must be written as text: which one is meant can not be computed.'
            : `"upstream.${name}(...)" calls a method; the name of an upstream must be written as text.`,
        hint: `Write upstream['name'].`,
        location,
      });
    } else if (!first.has(name)) first.set(name, { value: name, location });
  }
  return [...first.values()];
}

function reportShellProduct(file: TextFile, problems: Problems): void {
  problems.error({
    code: 'no-product',
    message:
      "Couldn't extract 'product': products can not be read from shell scripts.",
    hint: 'Set "extract_product: false" below "meta" and write "product" in each task.',
    location: file.firstLine,
  });
}

function reportFault(
  { opening, reason, ...range }: JinjaFault,
  file: TextFile,
  problems: Problems,
): void {
  const location = file.locate(range);
  const asText = `To write it as text, put it between {% raw %} and {% endraw %}.`;
  const ends = { '{{': '}}', '{%': '%}', '{#': '#}', '[[': ']]' };
  const messages = {
    unclosed:
      opening === '{#'
        ? '"{#" starts a comment of the template that never ends.'
        : `"${opening}" has no "${ends[opening]}".`,
    'unclosed-raw': '"{% raw %}" has no "{% endraw %}".',
    'no-token': `This can not stand between "${opening}" and "${ends[opening]}".`,
  };
  problems.error({
    code: 'template-syntax',
    message: messages[reason],
    hint: reason === 'unclosed-raw' ? 'Add it where the text ends.' : asText,
    location,
  });
}
