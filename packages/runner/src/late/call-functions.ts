/**
 * Calls functions of the user for their values, all in one Python process that ends with the last of them.
 */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { TaskFailure } from '@nx-notebook/engine';
import {
  failure,
  parseJson,
  success,
  type Diagnostic,
  type Location,
  type Result,
} from '@nx-notebook/notebook';
import type { Pipeline, PythonCall } from '@nx-notebook/pipeline';
import type { PyValue } from '@nx-notebook/python';
import type { DriverAnswer } from '../driver.js';
import { decodeValue } from '../payload-value.js';
import { encodeCall, encodePaths } from '../payload.js';
import type { LateOptions } from './evaluate-late.js';

const script = resolve(__dirname, '../../python/call_functions.py');

/** Of what the functions have printed: for a process that dies. */
const logLimit = 4000;

/** Their values in order, or the first failure. */
export async function callFunctions(
  pipeline: Pipeline,
  calls: readonly PythonCall[],
  options: LateOptions,
): Promise<Result<readonly PyValue[], TaskFailure>> {
  const found = await options.python(pipeline.folder);
  if (!found.ok) {
    const { message, hint } = found;
    return failure({ reason: 'python-not-found', message, hint });
  }
  const payload = {
    paths: encodePaths(pipeline),
    calls: calls.map(encodeCall),
  };
  const ended = await runPython(found.interpreter.path, {
    ...options,
    cwd: pipeline.folder,
    input: JSON.stringify(payload),
  });
  if (options.signal.aborted)
    return failure({
      reason: 'interrupted',
      message: 'The run was interrupted.',
    });
  return readAnswers(calls, ended);
}

interface Ended {
  readonly answers: string;
  readonly how: string;
  readonly log: string;
}

function runPython(
  python: string,
  {
    cwd,
    input,
    env,
    signal,
    print,
  }: LateOptions & { readonly cwd: string; readonly input: string },
): Promise<Ended> {
  return new Promise((done) => {
    const child = spawn(python, [script], {
      cwd,
      // As in kernels. What functions print may be shared, and so may their values.
      env: {
        PYTHONHASHSEED: '0',
        ...env,
        NX_NOTEBOOK_STORE_SIGNING_KEY: undefined,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
      signal,
      killSignal: 'SIGKILL',
      windowsHide: true,
    });
    let answers = '';
    let log = '';
    // It ended before it read: its end is told.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.stdout
      .setEncoding('utf8')
      .on('data', (text: string) => (answers += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log = `${log}${text}`.slice(-logLimit);
      print?.(text);
    });
    child.on('error', (error) => done({ answers, how: error.message, log }));
    child.on('close', (code, killed) => {
      const how = killed === null ? `exit code ${code}` : killed;
      done({ answers, how: `the process ended with ${how}`, log });
    });
  });
}

function readAnswers(
  calls: readonly PythonCall[],
  { answers, how, log }: Ended,
): Result<readonly PyValue[], TaskFailure> {
  const read = parseJson(answers);
  const list = read.ok
    ? (read.value as unknown as readonly DriverAnswer[])
    : [];
  const values: PyValue[] = [];
  for (const [index, call] of calls.entries()) {
    const answer = list[index];
    if (answer?.status === 'done') values.push(decodeValue(answer.value));
    else
      return failure(
        answer === undefined
          ? failureOf(call, `${call.dottedPath} gave no value: ${how}.`, log)
          : failureOf(call, answer.message, answer.traceback, answer.hint),
      );
  }
  return success(values);
}

/** Points to the call in pipeline.yaml; the traceback goes with the hint. */
function failureOf(
  call: PythonCall,
  message: string,
  text: string,
  hint: string | null = null,
): TaskFailure {
  const details = [hint ?? '', text.trimEnd()].filter((each) => each !== '');
  const location: Location = call.location;
  const problem: Diagnostic = {
    severity: 'error',
    code: 'call-failed',
    message,
    ...(details.length === 0 ? {} : { hint: details.join('\n') }),
    location,
  };
  return { reason: 'invalid-pipeline', message, diagnostics: [problem] };
}
