/**
 * The params of a task: names that are variables, values that a cell can hold, resources found.
 */
import { toPythonSource, toRSource, type PyValue } from '@nx-notebook/python';
import type { Param, Resource } from '../pipeline.js';
import type { Problems } from '../problems.js';
import type { ParamSpec } from '../spec/pipeline-spec.js';
import type { TextFile } from '../text-file.js';
import { keyName } from '../yaml/merge-entries.js';
import { describe, textIn, valueOf, type YamlNode } from '../yaml/yaml-node.js';
import type { WorkspaceFiles } from '../workspace-files.js';
import { findResource } from './resources.js';
import { isVariable } from './variable-name.js';

/** What params are checked against. */
export interface ParamContext {
  /** pipeline.yaml. */
  readonly file: TextFile;
  readonly folder: string;
  readonly language: 'python' | 'r';
  readonly files: WorkspaceFiles;
  readonly problems: Problems;
}

/** Params in order, `resources_` among them as paths, and the resources. */
export interface ResolvedParams {
  readonly params: readonly Param[];
  readonly resources: readonly Resource[];
}

const resourcesName = 'resources_';

/** What will be injected. Reports what can't be. */
export function resolveParams(
  specs: readonly ParamSpec[],
  context: ParamContext,
): ResolvedParams {
  const params: Param[] = [];
  let resources: readonly Resource[] = [];
  for (const spec of specs) {
    if (spec.name === resourcesName) {
      resources = resolveResources(spec, context);
      params.push({ name: spec.name, value: pathsOf(resources) });
      continue;
    }
    checkName(spec, context);
    checkCall(spec, context);
    checkValue(spec.value, context);
    params.push({ name: spec.name, value: valueOf(spec.value) });
  }
  return { params, resources };
}

function checkName(
  { name, location }: ParamSpec,
  { language, problems }: ParamContext,
): void {
  if (isVariable(name, language)) return;
  problems.error({
    code: 'invalid-param-name',
    message: `"${name}" can not be the name of a param: it is no name of a variable in ${language === 'r' ? 'R' : 'Python'}.`,
    hint: 'Use letters, digits and underscores, and no keyword.',
    location,
  });
}

/** `module::fn` and `{dotted_path: ...}` call a function at load. */
function checkCall(
  { value }: ParamSpec,
  { file, problems }: ParamContext,
): void {
  const dotted =
    value.kind === 'mapping'
      ? value.entries.find(({ key }) => keyName(key) === 'dotted_path')?.value
      : value;
  const text = dotted === undefined ? undefined : textIn(dotted);
  if (text === undefined || !/^\w[\w.-]*::\w/.test(text)) return;
  problems.error({
    code: 'not-supported-yet',
    message: `The param calls the function "${text}", which is not supported yet.`,
    hint: 'Write the value itself, or compute it in the notebook.',
    location: file.locate((dotted ?? value).range),
  });
}

/** Reports the innermost value that no cell can hold. */
function checkValue(node: YamlNode, context: ParamContext): void {
  if (node.kind === 'sequence') {
    for (const item of node.items) checkValue(item, context);
    return;
  }
  if (node.kind === 'mapping') {
    for (const { value } of node.entries) checkValue(value, context);
    return;
  }
  const { file, language, problems } = context;
  const source =
    language === 'r' ? toRSource(node.value) : toPythonSource(node.value);
  if (source.ok) return;
  problems.error({
    code: 'invalid-param-value',
    message: `A value of type ${source.type} can not be a param of a notebook.`,
    hint:
      source.type === 'date' || source.type === 'datetime'
        ? 'Put the date in quotes; the notebook gets it as text.'
        : 'Write it as text, number, true, false, null, list or mapping.',
    location: file.locate(node.range),
  });
}

function resolveResources(
  { value, location }: ParamSpec,
  context: ParamContext,
): readonly Resource[] {
  const { file, problems } = context;
  if (value.kind !== 'mapping') {
    problems.error({
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
        ...context,
        location: file.locate(path.range),
      }),
    )
    .filter((resource) => resource !== undefined);
}

function pathsOf(resources: readonly Resource[]): PyValue {
  return {
    kind: 'dict',
    entries: resources.map(({ name, path }) => [
      { kind: 'str', value: name },
      { kind: 'str', value: path },
    ]),
  };
}
