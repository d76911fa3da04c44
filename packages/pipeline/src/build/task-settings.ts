/**
 * What a task says of its execution: working directory, limits, exporter's options, checks of its code.
 */
import { dirname } from 'node:path';
import type { NotebookSource, Param, Task } from '../pipeline.js';
import type { Located, TaskSpec } from '../spec/pipeline-spec.js';
import { resolveTaskPath } from '../task-path.js';
import { keyName } from '../yaml/merge-entries.js';
import { valueOf } from '../yaml/yaml-node.js';
import type { BuildContext } from './build-context.js';
import { readAnalysisMode, type AnalysisMode } from './code-problems.js';
import { readExecutorParams } from './executor-params.js';

/** The settings of a task of any kind. */
export interface TaskSettings {
  readonly cwd: string;
  readonly limits: Pick<Task, 'taskTimeoutMs' | 'cellTimeoutMs'>;
  readonly notebook: Pick<
    NotebookSource,
    'exportOptions' | 'startTimeoutMs' | 'logsOutput'
  >;
  readonly analysis: AnalysisMode;
}

/** The settings; reports those that are wrong. */
export function readTaskSettings(
  spec: TaskSpec,
  codeFile: string | undefined,
  context: BuildContext,
): TaskSettings {
  const { taskTimeoutMs, options, file } = spec;
  const { problems } = context;
  const isNotebook = spec.className === 'NotebookRunner';
  const params = isNotebook
    ? readExecutorParams(options, { file, problems })
    : {};
  const cellTimeoutMs = spec.cellTimeoutMs ?? params.cellTimeoutMs;
  const { startTimeoutMs, logsOutput } = params;
  return {
    cwd: workingFolder(spec, { cwd: params.cwd, codeFile }, context),
    limits: {
      ...(taskTimeoutMs === undefined ? {} : { taskTimeoutMs }),
      ...(cellTimeoutMs === undefined ? {} : { cellTimeoutMs }),
    },
    notebook: {
      exportOptions: exportOptions(spec),
      ...(startTimeoutMs === undefined ? {} : { startTimeoutMs }),
      ...(logsOutput === true ? { logsOutput } : {}),
    },
    analysis: readAnalysisMode(spec, context),
  };
}

/** The folder of the source for scripts and `local_execution`, `executor_params.cwd`, or the folder of the pipeline. */
function workingFolder(
  { className, options, file }: TaskSpec,
  {
    cwd,
    codeFile,
  }: {
    readonly cwd: Located<string> | undefined;
    readonly codeFile: string | undefined;
  },
  { folder, files, problems }: BuildContext,
): string {
  const local = options.get('local_execution');
  const isLocal =
    className === 'ScriptRunner' ||
    (local?.value.kind === 'scalar' &&
      local.value.value.kind === 'bool' &&
      local.value.value.value);
  if (isLocal && cwd !== undefined && local !== undefined) {
    problems.error({
      code: 'conflicting-keys',
      message:
        'If local_execution is set to True, "cwd" should not appear in executor_params.',
      hint: 'Remove one of them.',
      location: file.locate(local.keyRange),
    });
  }
  if (isLocal) return codeFile === undefined ? folder : dirname(codeFile);
  if (cwd === undefined) return folder;
  const resolved = resolveTaskPath(
    { text: cwd.value, base: folder, folder },
    files,
  );
  if (!('code' in resolved)) return resolved.absolutePath;
  problems.error({ ...resolved, location: cwd.location });
  return folder;
}

/** `nbconvert_export_kwargs`, in order. */
function exportOptions({ options }: TaskSpec): readonly Param[] {
  const value = options.get('nbconvert_export_kwargs')?.value;
  if (value?.kind !== 'mapping') return [];
  return value.entries.map((entry) => ({
    name: keyName(entry.key),
    value: valueOf(entry.value),
  }));
}
