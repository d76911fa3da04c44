/** A survey as a table for people, and as JSON for scripts. Pure. */
import { renderDiagnostics } from '@nx-notebook/notebook';
import type { PipelineSurvey, TaskSurvey } from './survey.js';

/** How a survey is shown. */
export interface RenderOptions {
  readonly workspaceRoot: string;
  readonly color: boolean;
}

/** One pipeline: a headline, a row for each task, what differs, what is wrong. */
export function renderSurvey(
  survey: PipelineSurvey,
  { workspaceRoot: cwd, color }: RenderOptions,
): string {
  const { tasks, differences, errors } = survey;
  const lines = [
    `${titleOf(survey)}: ${verdictOf(survey)}`,
    ...table(tasks.map(rowOf)).map((line) => `  ${line}`),
    ...notes(differences).map((line) => `  ${line}`),
  ];
  const problems =
    errors.length === 0 ? '' : renderDiagnostics(errors, { color, cwd });
  return `${lines.join('\n')}\n${problems === '' ? '' : `${problems}\n`}`;
}

/** The whole survey as plain data. */
export function surveyToJson(
  surveys: readonly PipelineSurvey[],
  leftovers: readonly string[],
): unknown {
  return {
    pipelines: surveys.map(
      ({ file, configuration, tasks, differences, errors, pipeline }) => ({
        file,
        configuration,
        loads: pipeline !== undefined,
        tasks,
        differences,
        errors: errors.map(({ code, message, hint, location }) => ({
          code,
          message,
          hint,
          location: location && {
            file: location.file,
            line: location.line,
            column: location.column,
          },
        })),
      }),
    ),
    leftovers,
  };
}

function titleOf({ file, configuration }: PipelineSurvey): string {
  return configuration === '' ? file : `${file} with env.${configuration}.yaml`;
}

function verdictOf({ tasks, errors, pipeline }: PipelineSurvey): string {
  if (pipeline === undefined) {
    return `does not load, ${count(errors.length, 'error')}`;
  }
  const differ = tasks.filter(({ differences }) => differences.length > 0);
  const parts = [
    `${count(tasks.length - differ.length, 'task')} run as they are`,
    ...(differ.length === 0 ? [] : [`${count(differ.length, 'task')} differ`]),
    ...(errors.length === 0
      ? []
      : [`${count(errors.length, 'error')} in the code`]),
  ];
  return parts.join(', ');
}

function rowOf({ name, kind, differences }: TaskSurvey): readonly string[] {
  const [first = 'runs as it is', ...others] = differences;
  return [name, kind, [first, ...others].join('; ')];
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (column: number): number =>
    Math.max(0, ...rows.map((row) => row[column]?.length ?? 0));
  const widths = [width(0), width(1)];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function notes(differences: readonly string[]): readonly string[] {
  return differences.map((text) => `note: ${text}`);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
