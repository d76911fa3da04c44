/**
 * Executes an entry of the driver in a fresh Python kernel. Its failures name the user's function and the line in the
 * user's file; nobody hears of the driver's one cell.
 */
import { readFile } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import type { TaskFailure } from '@nx-notebook/engine';
import type { ExecutionFailure } from '@nx-notebook/kernel';
import type { JsonObject, JsonValue } from '@nx-notebook/notebook';
import { driverAnswer, driverNotebook, type DriverAnswer } from './driver.js';
import { excerpt, hintOf, section, shortened } from './failure-detail.js';
import type { RunContext } from './run-context.js';
import { settleStopped } from './stopped-run.js';

/** What to execute. */
export interface LoweredTask {
  /** Module of the Python package. */
  readonly entry: string;
  readonly payload: JsonObject;
  /** What fails when it fails, as the beginning of a sentence: `Function clean.make`. */
  readonly subject: string;
  readonly cwd: string;
}

/** Where it is executed; taken from a {@link RunContext} where a task is executed. */
export interface LoweredContext extends Pick<
  RunContext,
  'observer' | 'signal' | 'host' | 'workspaceRoot'
> {
  /** For messages of the kernel. */
  readonly name: string;
  readonly taskTimeoutMs?: number;
}

/** What became of it. */
export type LoweredOutcome =
  | { readonly status: 'done'; readonly value: JsonValue }
  | {
      readonly status: 'failed';
      readonly failure: TaskFailure;
      /** Words that the Python side left for this one. */
      readonly marks: JsonObject;
    };

/** Executes it as the whole of a task, or as a part of it. */
export function runLowered(
  { request, limits, ...common }: RunContext,
  lowered: Omit<LoweredTask, 'cwd'> & Partial<Pick<LoweredTask, 'cwd'>>,
): Promise<LoweredOutcome> {
  const { task, project } = request;
  const { taskTimeoutMs } = limits;
  const name = `${project}:${task.name}`;
  return executeDriver(
    {
      ...common,
      name,
      ...(taskTimeoutMs === undefined ? {} : { taskTimeoutMs }),
    },
    { cwd: task.cwd, ...lowered },
  );
}

/** Executes it. */
export async function executeDriver(
  context: LoweredContext,
  { entry, payload, subject, cwd }: LoweredTask,
): Promise<LoweredOutcome> {
  const { name, observer, signal, host, workspaceRoot, taskTimeoutMs } =
    context;
  const ended = await host.execute(
    {
      name,
      notebook: driverNotebook(entry, payload),
      cwd,
      kernelName: 'python3',
      env: {},
      ...(taskTimeoutMs === undefined ? {} : { taskTimeoutMs }),
    },
    observer,
    signal,
  );
  const outcome = await settleStopped(ended, signal);
  if (outcome.status === 'completed') {
    const answer = driverAnswer(outcome.notebook);
    const value = answer?.status === 'done' ? answer.value : null;
    return { status: 'done', value };
  }
  const answer = driverAnswer(outcome.partial);
  return {
    status: 'failed',
    failure: await describe(outcome.failure, answer, {
      subject,
      workspaceRoot,
    }),
    marks: answer?.status === 'failed' ? answer.marks : {},
  };
}

interface FailureContext {
  readonly subject: string;
  readonly workspaceRoot: string;
}

async function describe(
  failure: ExecutionFailure,
  answer: DriverAnswer | undefined,
  { subject, workspaceRoot }: FailureContext,
): Promise<TaskFailure> {
  const told = answer?.status === 'failed' ? answer : undefined;
  const isRaised = failure.reason === 'cell-failed' && told !== undefined;
  const message = isRaised ? told.message : withoutCell(failure, subject);
  const hint = isRaised ? (told.hint ?? undefined) : hintOf(failure);
  const cell = 'cell' in failure ? failure.cell : undefined;
  const sections = [
    told?.place ? await placeLines(told.place, workspaceRoot) : [],
    section('Last output', cell?.stdout ?? ''),
    // Of a program the Python side shows it with the lines of the user's file.
    told?.traceback.startsWith('Last error output:') === true
      ? []
      : section('Last error output', cell?.stderr ?? ''),
    untitled(shortened(told?.traceback ?? '', 'left out here')),
    'log' in failure ? section('Log', failure.log) : [],
  ];
  return {
    reason: 'execution-failed',
    cause: isRaised ? 'function-failed' : failure.reason,
    message,
    ...(hint === undefined ? {} : { hint }),
    detail: withoutLeadingBlank(sections.flat()),
  };
}

/** The kernel knows one cell, the driver's; a user knows none. */
function withoutCell({ message }: ExecutionFailure, subject: string): string {
  return message
    .replace(/^Cell 1 of 1\b/, subject)
    .replace(/ in cell 1 of 1\b/, '');
}

/** A traceback says itself what it is. */
function untitled(text: string): readonly string[] {
  const body = text.replace(/\n+$/, '');
  return body === '' ? [] : ['', ...body.split('\n')];
}

function withoutLeadingBlank(lines: readonly string[]): readonly string[] {
  return lines[0] === '' ? lines.slice(1) : lines;
}

/** `ml/clean.py:12:` and the lines around it. */
async function placeLines(
  { file, line }: { readonly file: string; readonly line: number },
  workspaceRoot: string,
): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  const name = relative(workspaceRoot, file);
  const shown = name.startsWith(`..${sep}`) ? file : name;
  const lines = text === undefined ? [] : excerptAround(text, line);
  return [`${shown}:${line}:`, ...lines];
}

/** Lines before and after the failing one. */
const around = 5;

function excerptAround(text: string, line: number): readonly string[] {
  const lines = text.split('\n');
  const first = Math.max(0, line - 1 - around);
  return excerpt(lines.slice(first, line + around), {
    failing: line - first,
    first: first + 1,
  });
}
