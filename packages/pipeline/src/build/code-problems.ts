/**
 * What is wrong with the code of a notebook or script as far as it can be known without running it: the checks of
 * `static_analysis`. What was found in the text comes from the facts; here it meets what the task is given.
 */
import type { Diagnostic, Location } from '@nx-notebook/notebook';
import type { CodeProblem } from '@nx-notebook/python';
import type { Task } from '../pipeline.js';
import type { SourceDocument } from '../source/source-document.js';
import type { TaskSpec } from '../spec/pipeline-spec.js';
import { didYouMean, listNames } from '../suggest.js';
import { describe, textIn } from '../yaml/yaml-node.js';
import type { BuildContext } from './build-context.js';

const modes = ['disable', 'regular', 'strict'] as const;

/** How thoroughly code is checked. */
export type AnalysisMode = (typeof modes)[number];

/** The value of `static_analysis`; reports any other. */
export function readAnalysisMode(
  { options, file }: TaskSpec,
  { problems }: BuildContext,
): AnalysisMode {
  const value = options.get('static_analysis')?.value;
  if (value === undefined) return 'regular';
  const text = textIn(value);
  const mode = modes.find((one) => one === text);
  if (mode !== undefined) return mode;
  if (value.kind === 'scalar' && value.value.kind === 'none') return 'regular';
  problems.error({
    code: 'invalid-static-analysis',
    message: `${text === undefined ? describe(value) : `'${text}'`} is not a valid 'static_analysis' value, choose one from: ${listNames(modes)}.`,
    hint: didYouMean(text ?? '', modes, 'Write "regular" or remove the key.'),
    location: file.locate(value.range),
  });
  return 'regular';
}

/** The code and what the task is given. */
export interface CodeQuery {
  readonly spec: TaskSpec;
  readonly document: SourceDocument;
  readonly mode: AnalysisMode;
  /** Names of params. */
  readonly params: readonly string[];
  readonly hasUpstream: boolean;
}

/** What checking found. */
export function checkCode(
  query: CodeQuery,
): Pick<Task, 'codeProblems' | 'isStrict'> {
  const { document, mode } = query;
  if (document.language !== 'python')
    return { codeProblems: [], isStrict: false };
  const isStrict = mode === 'strict';
  return {
    codeProblems: [
      ...(mode === 'disable' ? [] : codeErrors(query)),
      ...(isStrict ? mismatches(query) : unusedParams(query)),
    ],
    isStrict,
  };
}

function codeErrors({
  document,
  params,
  hasUpstream,
}: CodeQuery): readonly Diagnostic[] {
  const given = new Set([
    ...params,
    'product',
    ...(hasUpstream ? ['upstream'] : []),
  ]);
  return (document.facts?.problems ?? [])
    .filter(({ kind, name }) => kind !== 'undefined-name' || !given.has(name))
    .map((problem) => ({
      severity: 'error',
      code: problem.kind,
      ...explain(problem),
      location: document.locateCode(problem.position),
    }));
}

const off =
  'To turn this check off, set "static_analysis: disable" in the task.';

function explain({
  kind,
  name,
}: CodeProblem): Pick<Diagnostic, 'message' | 'hint'> {
  switch (kind) {
    case 'undefined-name':
      return {
        message: `undefined name '${name}'${name === 'upstream' ? '. Did you forget to declare upstream dependencies?' : '.'}`,
        hint: `Assign or import it before it is used, or pass it in "params". ${off}`,
      };
    case 'syntax-error':
      return { message: 'invalid syntax: this is no Python.', hint: off };
    case 'outside':
      return {
        message: `'${name}' outside ${name === 'break' || name === 'continue' ? 'loop' : 'function'}.`,
        hint: off,
      };
    case 'duplicate-argument':
      return {
        message: `duplicate argument '${name}' in function definition.`,
        hint: `Rename one of them. ${off}`,
      };
  }
}

/** `strict`: the params of the task are exactly those that the parameters cell assigns. */
function mismatches({
  document,
  spec,
  params,
}: CodeQuery): readonly Diagnostic[] {
  const declared = declaredParams(document);
  const missing = [...declared].filter(([name]) => !params.includes(name));
  const unexpected = params.filter((name) => !declared.has(name));
  const prefix =
    "Parameters declared in the 'parameters' cell do not match task params.";
  return [
    ...missing.map(([name, location]): Diagnostic => ({
      severity: 'error',
      code: 'missing-param',
      message: `${prefix} Missing params: '${name}'.`,
      hint: `Pass it in "params" of task "${spec.name.value}": "static_analysis" is "strict".`,
      location,
    })),
    ...unexpected.map((name): Diagnostic => ({
      severity: 'error',
      code: 'unexpected-param',
      message: `${prefix} Unexpected params: '${name}'.`,
      hint: didYouMean(
        name,
        missing.map(([other]) => other),
        `Add it to the 'parameters' cell: ${name} = None.`,
      ),
      location: locationOf(name, spec),
    })),
  ];
}

/** A param that the source neither assigns nor mentions does nothing. */
function unusedParams({
  document,
  spec,
  params,
}: CodeQuery): readonly Diagnostic[] {
  const declared = declaredParams(document);
  const words = new Set(
    document.notebook.cells
      .filter(({ type }) => type === 'code')
      .flatMap(({ source }) => source.match(/[\p{XID_Continue}]+/gu) ?? []),
  );
  const others = [...declared.keys()].filter((name) => !params.includes(name));
  return params
    .filter((name) => !words.has(name.normalize('NFKC')) && !words.has(name))
    .map((name) => ({
      severity: 'warning',
      code: 'unused-param',
      message: `The param "${name}" is not used: the source neither declares nor mentions it.`,
      hint: didYouMean(name, others, 'Remove it, or use it in the source.'),
      location: locationOf(name, spec),
    }));
}

function declaredParams(
  document: SourceDocument,
): ReadonlyMap<string, Location> {
  return new Map(
    document.assignments
      .filter(({ name }) => name !== 'upstream' && name !== 'product')
      .map(({ name, position }) => [name, document.locate(position)]),
  );
}

function locationOf(
  name: string,
  { params, grid, file, location }: TaskSpec,
): Location {
  const param = params.find((one) => one.name === name);
  return (
    param?.location ?? (grid === undefined ? location : file.locate(grid.range))
  );
}
