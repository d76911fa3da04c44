/**
 * Asks an interpreter for its version and site-packages by starting it once. The answer is kept in a JSON file, by
 * the identity of the executable; a version manager's shim answers anew when its version files change.
 */
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  realpathSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import * as path from 'node:path';
import { promisify } from 'node:util';
import { readText } from './dist-info.js';
import type { PythonInterpreter } from './interpreter.js';

/** What to ask, and where the answer may be kept. */
export interface InterpreterQuestion {
  readonly path: string;
  /** A shim's answer depends on it. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cacheFile: string | undefined;
}

/** The interpreter, or what it printed instead of an answer. */
export type InterpreterAnswer =
  | { readonly ok: true; readonly interpreter: PythonInterpreter }
  | { readonly ok: false; readonly message: string };

/** An interpreter that hangs must not hang Nx; starting one takes 20 to 200 ms. */
const TIMEOUT_MS = 30_000;

/** Kernels run without -I, so that the user's own site-packages counts when it exists. */
const QUESTION = `
import json, os, site, sys
user = site.getusersitepackages()
in_venv = sys.prefix != sys.base_prefix
folders = ([] if in_venv or not os.path.isdir(user) else [user]) + site.getsitepackages()
print(json.dumps({'path': sys.executable, 'version': '%d.%d' % sys.version_info[:2],
  'sitePackages': [folder for folder in folders if os.path.isdir(folder)]}))
`;

const VERSION_FILES = ['.python-version', '.tool-versions', 'mise.toml'];

/** Starts the interpreter unless its answer is known. */
export async function askInterpreter(
  question: InterpreterQuestion,
): Promise<InterpreterAnswer> {
  const { cacheFile, path: file } = question;
  const key = identityOf(question);
  const known = cacheFile === undefined ? {} : readAnswers(cacheFile);
  const kept = known[key];
  if (kept !== undefined && existsSync(kept.path))
    return { ok: true, interpreter: kept };
  const answer = await start(question);
  if (answer.ok && cacheFile !== undefined && key !== '')
    keepAnswer(cacheFile, { ...known, [key]: answer.interpreter });
  return answer.ok
    ? answer
    : { ok: false, message: `${file} does not answer: ${answer.message}` };
}

async function start(
  question: InterpreterQuestion,
): Promise<InterpreterAnswer> {
  try {
    const { stdout } = await promisify(execFile)(
      question.path,
      ['-I', '-c', QUESTION],
      { cwd: question.folder, env: { ...question.env }, timeout: TIMEOUT_MS },
    );
    const answer = JSON.parse(stdout) as PythonInterpreter;
    return { ok: true, interpreter: answer };
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    const said = (stderr ?? '').trim().split('\n').at(-1);
    return {
      ok: false,
      message: said === undefined || said === '' ? message : said,
    };
  }
}

/** Empty when the file can't be looked at: then nothing is kept. */
function identityOf({ path: file, folder, env }: InterpreterQuestion): string {
  try {
    const real = realpathSync(file);
    const { mtimeMs, size } = statSync(real);
    const shim = /[/\\]shims[/\\]/.test(file)
      ? JSON.stringify([
          ...Object.keys(env)
            .filter((name) => /^(?:PYENV|ASDF|MISE)_/.test(name))
            .sort()
            .map((name) => `${name}=${env[name] ?? ''}`),
          readText(path.join(path.dirname(file), '..', 'version')),
          ...VERSION_FILES.map((name) => nearestText(folder, name)),
        ])
      : '';
    return `${file} ${real} ${mtimeMs} ${size} ${shim}`;
  } catch {
    return '';
  }
}

function nearestText(folder: string, name: string): string | undefined {
  const text = readText(path.join(folder, name));
  const parent = path.dirname(folder);
  return text !== undefined || parent === folder
    ? text
    : nearestText(parent, name);
}

function readAnswers(file: string): Record<string, PythonInterpreter> {
  try {
    return JSON.parse(readText(file) ?? '{}') as Record<
      string,
      PythonInterpreter
    >;
  } catch {
    // A damaged cache file is replaced by the next answer.
    return {};
  }
}

function keepAnswer(
  file: string,
  answers: Record<string, PythonInterpreter>,
): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}`;
    writeFileSync(temporary, JSON.stringify(answers, undefined, 1));
    renameSync(temporary, file);
  } catch {
    // A read-only or full disk: the next process asks again.
  }
}
