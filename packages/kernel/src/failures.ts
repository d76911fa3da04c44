/**
 * The texts of failures: what happened in one sentence, and the next step. Pure.
 */
import { constants } from 'node:os';
import { stripVTControlCharacters } from 'node:util';
import type { ExecutionFailure, FailedCell } from './contract.js';

/** No interpreter at the configured path. */
export function pythonNotFound(python: string): ExecutionFailure {
  return {
    reason: 'python-not-found',
    message: `The Python interpreter ${python} cannot be started.`,
    hint: 'Create the environment (python3 -m venv .venv) or set the option `python` to an interpreter that exists.',
  };
}

/** jupyter_server or something that it needs is not installed. */
export function serverMissing(
  python: string,
  module: string,
): ExecutionFailure {
  return {
    reason: 'jupyter-server-missing',
    message: `The Python package ${module} is not installed for ${python}.`,
    hint: `Run: ${python} -m pip install jupyter_server ipykernel`,
  };
}

/** The server did not start, or ended while a notebook ran. */
export function serverFailed(what: string, log: string): ExecutionFailure {
  return {
    reason: 'server-failed',
    message: `The Jupyter server ${what}.`,
    hint:
      log.trim() === ''
        ? 'Run the task again; a full disk or a lack of memory can end the server.'
        : 'The last lines of its log tell why.',
    log,
  };
}

/** The notebook asks for a kernel that no kernelspec describes. */
export function kernelNotInstalled(
  kernelName: string,
  installed: readonly string[],
  python: string,
): ExecutionFailure {
  const known = installed.length === 0 ? 'none' : installed.join(', ');
  return {
    reason: 'kernel-not-installed',
    message: `The kernel "${kernelName}" is not installed; installed: ${known}.`,
    hint: kernelName.startsWith('python')
      ? `Run: ${python} -m pip install ipykernel (then the kernel is called python3), or name an installed kernel.`
      : 'Install the kernel, or name an installed one in the metadata of the notebook.',
    kernelName,
    installed,
  };
}

/** The kernel process could not be started, ended while starting or never answered. */
export function kernelStartFailed(
  what: string,
  log: string,
  python: string,
): ExecutionFailure {
  const missing = /No module named '?(ipykernel|IPython)\b/.test(log);
  return {
    reason: 'kernel-start-failed',
    message: `The kernel ${what}.`,
    hint: missing
      ? `Run: ${python} -m pip install ipykernel`
      : 'The log below is what the kernel and its server wrote last.',
    log,
  };
}

/** The folder that the kernel should run in does not exist. */
export function workingDirectoryMissing(cwd: string): ExecutionFailure {
  return {
    reason: 'kernel-start-failed',
    message: `The working directory ${cwd} does not exist.`,
    hint: 'Create the folder or correct the path of the pipeline.',
    log: '',
  };
}

/** How a kernel process ended, as far as it is known. */
export interface KernelEnd {
  readonly exitCode?: number;
  readonly signal?: string;
  readonly outOfMemory?: boolean;
}

/** The kernel ended while it was needed. */
export function kernelDied(
  end: KernelEnd,
  cell: FailedCell | undefined,
): ExecutionFailure {
  return {
    reason: 'kernel-died',
    message: `The kernel died${deathDetail(end)}${inCell(cell)}.`,
    hint: deathHint(end),
    ...end,
    ...cellOf(cell),
  };
}

function deathDetail(end: KernelEnd): string {
  if (end.outOfMemory === true) {
    return ' because the system ran out of memory';
  }
  if (end.signal !== undefined) {
    return ` of ${end.signal}`;
  }
  return end.exitCode === undefined ? '' : ` with exit code ${end.exitCode}`;
}

function deathHint(end: KernelEnd): string {
  if (end.outOfMemory === true) {
    return 'Give the task less data or the machine more memory, or run fewer kernels at a time.';
  }
  switch (end.signal) {
    case undefined:
      return 'Look for calls that end the process, such as os._exit.';
    case 'SIGKILL':
      return 'Something killed the process; most often that is the system when memory runs short.';
    case 'SIGSEGV':
    case 'SIGBUS':
    case 'SIGILL':
    case 'SIGABRT':
      return 'A native library crashed; running the cell with `import faulthandler; faulthandler.enable()` shows where.';
    default:
      return 'Look for what sends this signal to the process.';
  }
}

/** The name of a signal by its number. */
export function signalName(number: number): string {
  const found = Object.entries(constants.signals).find(
    ([, value]) => value === number,
  );
  return found?.[0] ?? `signal ${number}`;
}

/** A limit of time was reached. */
export function timedOut(
  reason: 'cell-timed-out' | 'task-timed-out',
  limitMs: number,
  cell: FailedCell | undefined,
): ExecutionFailure {
  const seconds = `${limitMs / 1000} s`;
  return {
    reason,
    message:
      reason === 'cell-timed-out'
        ? `Cell ${cell?.ordinal ?? ''} of ${cell?.total ?? ''} ran longer than its limit of ${seconds}.`
        : `The task ran longer than its limit of ${seconds}${inCell(cell)}.`,
    hint: 'Raise the limit, or make the cell do less.',
    limitMs,
    ...cellOf(cell),
  };
}

/** The run was cancelled. */
export function interrupted(cell: FailedCell | undefined): ExecutionFailure {
  return {
    reason: 'interrupted',
    message: `The run was interrupted${inCell(cell)}.`,
    ...cellOf(cell),
  };
}

/** Something that the kernel sent may not have arrived. */
export function outputLost(
  why: string,
  cell: FailedCell | undefined,
): ExecutionFailure {
  return {
    reason: 'output-lost',
    message: `Outputs may be missing: ${why}.`,
    hint: 'Run the task again; nothing of this run was kept as a product.',
    ...cellOf(cell),
  };
}

/** A cell asked for keyboard input. */
export function inputRequested(
  prompt: string,
  cell: FailedCell,
): ExecutionFailure {
  const asked =
    prompt.trim() === '' ? '' : ` (${JSON.stringify(prompt.trim())})`;
  return {
    reason: 'input-requested',
    message: `Cell ${cell.ordinal} of ${cell.total} asks for input${asked}, and nobody is there to answer.`,
    hint: 'Pass the value as a parameter of the task.',
    cell,
  };
}

/** The source is more than a server accepts in one message. */
export function sourceTooLarge(
  cell: FailedCell,
  bytes: number,
): ExecutionFailure {
  const megabytes = (bytes / 1e6).toFixed(1);
  return {
    reason: 'source-too-large',
    message: `Cell ${cell.ordinal} of ${cell.total} has ${megabytes} MB of source; the limit is 9 MB.`,
    hint: 'Read the data from a file instead of writing it into the cell or its parameters.',
    cell,
    bytes,
  };
}

/** A cell raised an error. */
export function cellFailed(
  error: {
    readonly ename: string;
    readonly evalue: string;
    readonly traceback: readonly string[];
  },
  cell: FailedCell,
): ExecutionFailure {
  const summary = firstLine(error.evalue);
  const value = summary === '' ? '' : `: ${summary}`;
  return {
    reason: 'cell-failed',
    message: `Cell ${cell.ordinal} of ${cell.total} raised ${error.ename}${value}`,
    cell,
    errorName: error.ename,
    errorValue: error.evalue,
    traceback: error.traceback,
  };
}

/** Characters of an error's text in a message; some libraries put whole tables there. The traceback has all of it. */
const maxSummary = 200;

function firstLine(text: string): string {
  const line = stripVTControlCharacters(text).trim().split(/\r?\n/)[0] ?? '';
  return line.length > maxSummary ? `${line.slice(0, maxSummary)} ...` : line;
}

function inCell(cell: FailedCell | undefined): string {
  return cell === undefined ? '' : ` in cell ${cell.ordinal} of ${cell.total}`;
}

function cellOf(cell: FailedCell | undefined): { cell?: FailedCell } {
  return cell === undefined ? {} : { cell };
}
