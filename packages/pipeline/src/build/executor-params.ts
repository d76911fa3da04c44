/**
 * `executor`, `executor_params` and `papermill_params` of a notebook: what has a meaning without papermill is kept, the
 * rest is said to be without effect, or refused when leaving it out would change the result.
 */
import type { Located } from '../spec/pipeline-spec.js';
import type { TextFile } from '../text-file.js';
import type { Problems } from '../problems.js';
import { didYouMean, listNames } from '../suggest.js';
import { keyName } from '../yaml/merge-entries.js';
import {
  describe,
  textIn,
  type YamlEntry,
  type YamlNode,
} from '../yaml/yaml-node.js';

/** The settings that count. */
export interface ExecutorParams {
  readonly cwd?: Located<string>;
  readonly startTimeoutMs?: number;
  readonly cellTimeoutMs?: number;
  readonly logsOutput?: boolean;
}

/** Where the options stand. */
export interface OptionPlace {
  readonly file: TextFile;
  readonly problems: Problems;
}

const supported = [
  'cwd',
  'log_output',
  'start_timeout',
  'execution_timeout',
  'timeout',
];
const withoutEffect = [
  'autosave_cell_every',
  'progress_bar',
  'request_save_on_cell_execute',
  'report_mode',
  'raise_on_iopub_timeout',
  'iopub_timeout',
];
const refused: Readonly<Record<string, string>> = {
  engine_name: 'Remove it: notebooks are executed in a kernel of their own.',
  kernel_name: 'Write "kernelspec_name" in the task.',
  language: 'Write "kernelspec_name" in the task.',
  prepare_only: 'Remove it.',
  stdout_file: 'Remove it: what cells print is in the executed notebook.',
  stderr_file: 'Remove it: what cells print is in the executed notebook.',
  parameters: 'Write "params" in the task.',
};

/** The settings of a task. Reports those that are wrong or have no effect. */
export function readExecutorParams(
  options: ReadonlyMap<string, YamlEntry>,
  place: OptionPlace,
): ExecutorParams {
  checkExecutor(options.get('executor'), place);
  const entry = chosenEntry(options, place);
  if (entry?.value.kind !== 'mapping') return {};
  let params: ExecutorParams = {};
  for (const one of entry.value.entries) {
    params = { ...params, ...readParam(keyName(one.key), one, place) };
  }
  return params;
}

function checkExecutor(
  entry: YamlEntry | undefined,
  { file, problems }: OptionPlace,
): void {
  if (entry === undefined || isNone(entry.value)) return;
  const name = textIn(entry.value);
  if (name === 'papermill') return;
  const isEngine = name === 'ploomber-engine';
  problems.error({
    code: isEngine ? 'not-supported' : 'unknown-executor',
    message: isEngine
      ? 'The executor "ploomber-engine" is not supported.'
      : `Invalid executor: it is ${name === undefined ? describe(entry.value) : `"${name}"`}.`,
    hint: 'Remove it: notebooks are executed in a kernel of their own, as with "papermill".',
    location: file.locate(entry.value.range),
  });
}

/** `papermill_params` is the old name. */
function chosenEntry(
  options: ReadonlyMap<string, YamlEntry>,
  { file, problems }: OptionPlace,
): YamlEntry | undefined {
  const entry = options.get('executor_params');
  const old = options.get('papermill_params');
  if (old === undefined) return entry;
  problems.warning({
    code: 'deprecated-key',
    message:
      entry === undefined
        ? '"papermill_params" is the old name of "executor_params".'
        : '"papermill_params" is ignored beside "executor_params".',
    hint: entry === undefined ? 'Rename it.' : 'Remove it.',
    location: file.locate(old.keyRange),
  });
  return entry ?? old;
}

function readParam(
  name: string,
  { keyRange, value }: YamlEntry,
  place: OptionPlace,
): ExecutorParams {
  const { file, problems } = place;
  switch (name) {
    case 'cwd': {
      const cwd = textIn(value);
      if (cwd !== undefined)
        return { cwd: { value: cwd, location: file.locate(value.range) } };
      return isNone(value) ? {} : wrongType(name, 'a path', value, place);
    }
    case 'log_output':
      return value.kind === 'scalar' && value.value.kind === 'bool'
        ? { logsOutput: value.value.value }
        : wrongType(name, 'true or false', value, place);
    case 'start_timeout': {
      const startTimeoutMs = readSeconds(name, value, place);
      return startTimeoutMs === undefined ? {} : { startTimeoutMs };
    }
    case 'execution_timeout':
    case 'timeout': {
      const cellTimeoutMs = readSeconds(name, value, place);
      return cellTimeoutMs === undefined ? {} : { cellTimeoutMs };
    }
  }
  if (
    name === 'engine_name' &&
    (isNone(value) || textIn(value) === 'papermill')
  )
    return {};
  const location = file.locate(keyRange);
  const wayOut = Object.hasOwn(refused, name) ? refused[name] : undefined;
  if (withoutEffect.includes(name)) {
    problems.warning({
      code: 'no-effect',
      message: `"executor_params.${name}" has no effect: there is no papermill inside.`,
      hint: 'Remove it.',
      location,
    });
  } else {
    problems.error({
      code: wayOut === undefined ? 'unknown-key' : 'not-supported',
      message: `"executor_params.${name}" is not supported.`,
      hint:
        wayOut ??
        didYouMean(name, supported, `Known are: ${listNames(supported)}.`),
      location,
    });
  }
  return {};
}

/** Milliseconds; nothing and negative numbers set no limit. */
function readSeconds(
  name: string,
  value: YamlNode,
  place: OptionPlace,
): number | undefined {
  if (isNone(value)) return undefined;
  const seconds =
    value.kind === 'scalar' &&
    (value.value.kind === 'int' || value.value.kind === 'float')
      ? Number(value.value.value)
      : NaN;
  if (Number.isNaN(seconds)) {
    wrongType(name, 'a number of seconds', value, place);
    return undefined;
  }
  return seconds <= 0 || !Number.isFinite(seconds)
    ? undefined
    : Math.round(seconds * 1000);
}

function wrongType(
  name: string,
  wanted: string,
  value: YamlNode,
  { file, problems }: OptionPlace,
): ExecutorParams {
  problems.error({
    code: 'wrong-type',
    message: `"executor_params.${name}" must be ${wanted}, but it is ${describe(value)}.`,
    hint: `Write ${wanted}.`,
    location: file.locate(value.range),
  });
  return {};
}

function isNone(value: YamlNode): boolean {
  return value.kind === 'scalar' && value.value.kind === 'none';
}
