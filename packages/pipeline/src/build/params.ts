/**
 * The params of a task: names that are variables, values that the task can be given, resources found, functions of the
 * user called when their values are known.
 */
import { toPythonSource, toRSource, type PyValue } from '@nx-notebook/python';
import { injectedPath } from '../injected-cell.js';
import type { Param, Resource } from '../pipeline.js';
import type { Problems } from '../problems.js';
import type { ParamSpec } from '../spec/pipeline-spec.js';
import type { TextFile } from '../text-file.js';
import { keyName } from '../yaml/merge-entries.js';
import { describe, valueOf, type YamlNode } from '../yaml/yaml-node.js';
import type { BuildContext } from './build-context.js';
import { isCall, standIn, type LateCalls } from './late-calls.js';
import { findResource } from './resources.js';
import { isVariable } from './variable-name.js';

/** What can take a value: a cell of a notebook in Python or R, or a call, to which more can be given. */
export type ParamLanguage = 'python' | 'r' | 'call';

/** What params are checked against. */
export interface ParamContext {
  /** The file that they stand in. */
  readonly file: TextFile;
  readonly language: ParamLanguage;
  readonly build: BuildContext;
  readonly calls: LateCalls;
  /** Working directory of the task. */
  readonly cwd: string;
}

/** Params in order, `resources_` among them as paths, and the resources. */
export interface ResolvedParams {
  readonly params: readonly Param[];
  readonly resources: readonly Resource[];
  /** Ids of the late values among them. */
  readonly late: readonly string[];
}

const resourcesName = 'resources_';

/** What will be injected. Reports what can't be. */
export async function resolveParams(
  specs: readonly ParamSpec[],
  context: ParamContext,
): Promise<ResolvedParams> {
  const params: Param[] = [];
  const late: string[] = [];
  let resources: readonly Resource[] = [];
  for (const spec of specs) {
    if (spec.name === resourcesName) {
      resources = resolveResources(spec, context);
      params.push({ name: spec.name, value: pathsOf(resources, context) });
      continue;
    }
    checkParamName(spec, context);
    if (isCall(spec.value)) {
      const { calls, file } = context;
      const what = `the param "${spec.name}"`;
      const called = await calls.read(spec.value, what, file);
      if (called === undefined) continue;
      late.push(called.id);
      const value = called.value ?? standIn(called);
      checkCalledValue(spec, value, context);
      params.push({ name: spec.name, value });
      continue;
    }
    checkValue(spec.value, context);
    params.push({ name: spec.name, value: valueOf(spec.value) });
  }
  return { params, resources, late };
}

/** Reports a name that can't be a variable. */
export function checkParamName(
  { name, location }: Omit<ParamSpec, 'value'>,
  { language, build: { problems } }: ParamContext,
): void {
  if (isVariable(name, language === 'r' ? 'r' : 'python')) return;
  problems.error({
    code: 'invalid-param-name',
    message: `"${name}" can not be the name of a param: it is no name of a variable in ${language === 'r' ? 'R' : 'Python'}.`,
    hint: 'Use letters, digits and underscores, and no keyword.',
    location,
  });
}

/** Reports the innermost value that the task can not be given. */
export function checkValue(node: YamlNode, context: ParamContext): void {
  if (node.kind === 'sequence') {
    for (const item of node.items) checkValue(item, context);
    return;
  }
  if (node.kind === 'mapping') {
    for (const { value } of node.entries) checkValue(value, context);
    return;
  }
  const { file, language, build } = context;
  const type = refusedType(node.value, language);
  if (type === undefined) return;
  reportValue(type, file.locate(node.range), build.problems);
}

/** A value that a function gave; it has no place of its own. */
function checkCalledValue(
  { location }: ParamSpec,
  value: PyValue,
  { language, build: { problems } }: ParamContext,
): void {
  const type = refusedType(value, language);
  if (type !== undefined) reportValue(type, location, problems);
}

/** The type of a value that the task can not be given. */
function refusedType(
  value: PyValue,
  language: ParamLanguage,
): string | undefined {
  if (language === 'call') return undefined;
  const source = language === 'r' ? toRSource(value) : toPythonSource(value);
  return source.ok ? undefined : source.type;
}

function reportValue(
  type: string,
  location: ParamSpec['location'],
  problems: Problems,
): void {
  problems.error({
    code: 'invalid-param-value',
    message: `A value of type ${type} can not be a param of a notebook.`,
    hint:
      type === 'date' || type === 'datetime'
        ? 'Put the date in quotes; the notebook gets it as text.'
        : 'Write it as text, number, true, false, null, list or mapping.',
    location,
  });
}

function resolveResources(
  { value, location }: ParamSpec,
  { file, build }: ParamContext,
): readonly Resource[] {
  if (value.kind !== 'mapping') {
    build.problems.error({
      code: 'invalid-resources',
      message: `Error reading params.resources_: it must be a mapping of names to paths of files, but it is ${describe(value)}.`,
      hint: 'Write for example {config: config.json}.',
      location: value.kind === 'scalar' ? location : file.locate(value.range),
    });
    return [];
  }
  return value.entries
    .map(({ key, value: path }) =>
      findResource(keyName(key), path, {
        ...build,
        location: file.locate(path.range),
      }),
    )
    .filter((resource) => resource !== undefined);
}

function pathsOf(
  resources: readonly Resource[],
  { build, cwd }: ParamContext,
): PyValue {
  return {
    kind: 'dict',
    entries: resources.map((resource) => [
      { kind: 'str', value: resource.name },
      { kind: 'str', value: injectedPath(build, { cwd }, resource) },
    ]),
  };
}
