/**
 * A function as a task: its code, the arguments it takes, the upstreams it names.
 */
import type { Parameter } from '@nx-notebook/python';
import { isWildcard } from '../build/wildcard.js';
import type { FunctionSource } from '../pipeline.js';
import type { Problems } from '../problems.js';
import type { Located, MetaSpec, TaskSpec } from '../spec/pipeline-spec.js';
import { toTaskPath } from '../task-path.js';
import type { CallContext } from './call-context.js';
import { splitDottedPath } from './dotted-path.js';
import { findDefinition, type LocalDefinition } from './find-definition.js';
import { callOf } from './resolve-call.js';

/** What opening a function needs. */
export interface FunctionContext extends CallContext {
  readonly meta: MetaSpec;
}

/** A function that a task calls. */
export interface OpenedFunction {
  readonly source: FunctionSource;
  /** Names in `upstream['name']`, each once, in order; none if they are read from the yaml. */
  readonly upstream: readonly Located<string>[];
  /** Unknown for what is installed, and for what is no plain function. */
  readonly parameters?: readonly Parameter[];
  /** `file:line` of the definition, for messages. */
  readonly place?: string;
}

/** What a task gives to its function. */
export interface GivenArguments {
  readonly spec: TaskSpec;
  readonly params: readonly string[];
  readonly hasUpstream: boolean;
  readonly hasSerializer: boolean;
  readonly problems: Problems;
}

/** The function of a task, or undefined after reporting why there is none. */
export async function openFunction(
  { source, kernelName = 'python3' }: TaskSpec,
  context: FunctionContext,
): Promise<OpenedFunction | undefined> {
  const { location, value } = source;
  const path = splitDottedPath(value);
  if (path === undefined) {
    context.problems.error({
      code: 'unknown-source',
      message: `Failed to determine task source '${value}': it is no dotted path of a function.`,
      hint: 'Write the module, a dot and the function: "tasks.features.make".',
      location,
    });
    return undefined;
  }
  const lookup = await findDefinition(path, location, context);
  if (lookup.status === 'refused') return undefined;
  const found = lookup.status === 'local' ? lookup.found : undefined;
  const call = callOf({ path, kwargs: [], location }, found);
  const file = found?.file ?? {
    path: toTaskPath(context.folder, context.file.path),
    absolutePath: context.file.path,
  };
  return {
    source: {
      kind: 'function',
      language: 'python',
      path: file.path,
      absolutePath: file.absolutePath,
      kernelName,
      facts: call.facts,
      call,
    },
    upstream:
      found === undefined || !context.meta.extractUpstream
        ? []
        : upstreamOf(found),
    ...describeFunction(found),
  };
}

function upstreamOf({
  definition: { upstream },
  text,
}: LocalDefinition): readonly Located<string>[] {
  const first = new Map<string, Located<string>>();
  for (const { name, ...span } of upstream)
    if (!first.has(name))
      first.set(name, { value: name, location: text.locate(span) });
  return [...first.values()];
}

function describeFunction(
  found: LocalDefinition | undefined,
): Pick<OpenedFunction, 'parameters' | 'place'> {
  if (found === undefined) return {};
  const { definition, file, text } = found;
  const { parameters, position } = definition;
  const { line } = text.locate(position);
  return {
    ...(parameters === undefined ? {} : { parameters }),
    place: `${file.path}:${line}`,
  };
}

/** Reports arguments that the function does not take, and those that it misses. */
export function checkArguments(
  { source, parameters, upstream, place = '' }: OpenedFunction,
  { spec, params, hasUpstream, hasSerializer, problems }: GivenArguments,
): void {
  if (parameters === undefined) return;
  const given = [
    ...params,
    // A name that no task has was reported as such.
    ...(hasUpstream || upstream.some(({ value }) => !isWildcard(value))
      ? ['upstream']
      : []),
    ...(hasSerializer ? [] : ['product']),
  ];
  const takesAny = parameters.some(({ kind }) => kind === '**');
  const byName = parameters.filter(
    ({ kind }) => kind === 'plain' || kind === 'keyword-only',
  );
  const extra = takesAny
    ? []
    : given.filter((name) => !byName.some((one) => one.name === name)).sort();
  const missing = parameters
    .filter(({ kind, hasDefault }) => !hasDefault && !kind.startsWith('*'))
    .map(({ name }) => name)
    .filter((name) => !given.includes(name))
    .sort();
  if (extra.length === 0 && missing.length === 0) return;
  const params_ = missing.filter((name) => name !== 'upstream');
  const parts = [
    ...(extra.length > 0 ? [`Got unexpected arguments: ${list(extra)}`] : []),
    ...(missing.length > 0 ? [`Missing arguments: ${list(missing)}`] : []),
    ...(missing.includes('upstream')
      ? [
          'Verify this task declared upstream depedencies or remove the "upstream" argument from the function',
        ]
      : []),
    ...(params_.length > 0 ? [`Pass ${list(params_)} in "params"`] : []),
  ];
  problems.error({
    code: 'wrong-arguments',
    message: `Error rendering task "${spec.name.value}" initialized with function "${source.call.name}" (${place}). ${parts.join('. ')}.`,
    hint: hintFor(extra, missing, { hasSerializer, name: source.call.name }),
    location: spec.source.location,
  });
}

function hintFor(
  extra: readonly string[],
  missing: readonly string[],
  { hasSerializer, name }: { hasSerializer: boolean; name: string },
): string {
  if (hasSerializer && missing.includes('product'))
    return `With a serializer "${name}" returns its result: remove its argument "product".`;
  if (extra.includes('product'))
    return `Add the argument "product" to "${name}", or write "serializer:" if it returns its result.`;
  if (extra.includes('upstream'))
    return `Add the argument "upstream" to "${name}".`;
  if (missing.length === 1 && missing[0] === 'upstream')
    return `Write upstream['name'] in "${name}", or give the argument a default.`;
  return extra.length > 0
    ? `Remove ${extra.map((one) => `"${one}"`).join(', ')} from "params", or add it to the function.`
    : 'Write what is missing below "params", or give it a default.';
}

/** Names as Python shows a list of texts. */
function list(names: readonly string[]): string {
  return `[${names.map((name) => `'${name}'`).join(', ')}]`;
}
