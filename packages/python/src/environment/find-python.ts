/**
 * Finds the interpreter of a pipeline. A virtual environment is read from its files; any other interpreter is
 * started once. What was named explicitly or lies in the folder is never passed over silently when it is broken.
 */
import { existsSync, statSync } from 'node:fs';
import * as path from 'node:path';
import { askInterpreter } from './ask-interpreter.js';
import { readText } from './dist-info.js';
import {
  commandsNamed,
  environmentOf,
  interpretersBelow,
  parseVenvSettings,
  sitePackagesOf,
} from './interpreter-layout.js';
import type { PythonInterpreter } from './interpreter.js';

/** Where to look for the interpreter of a pipeline. */
export interface PythonQuery {
  readonly workspaceRoot: string;
  /** Absolute folder of the pipeline. */
  readonly folder: string;
  /** The plugin's `python` option; NX_NOTEBOOK_PYTHON in `env` wins over it. Relative to the workspace root, or a command. */
  readonly configured?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute path of a JSON file that remembers what an interpreter outside a venv answered. */
  readonly cacheFile?: string;
}

/** The interpreter, or what is missing and the next step. Fits engine's `PythonLookup`. */
export type PythonLookup =
  | {
      readonly ok: true;
      readonly interpreter: PythonInterpreter;
      /** Where it was found: `the option "python"`, `.venv`, ... */
      readonly origin: string;
    }
  | { readonly ok: false; readonly message: string; readonly hint: string };

/** A place to look at; one that must be right is not passed over. */
interface Candidate {
  readonly origin: string;
  /** An interpreter, or the folder of an environment. */
  readonly path: string;
  readonly isRequired: boolean;
}

const CREATE_HINT =
  'Create an environment with "python3 -m venv .venv" and install jupyter-server and ipykernel in it, or name an interpreter with the option "python" or NX_NOTEBOOK_PYTHON.';

/**
 * Finds the interpreter: NX_NOTEBOOK_PYTHON or the option, `.venv` or `venv` from the folder up to the workspace
 * root, VIRTUAL_ENV, CONDA_PREFIX, `python3` and `python` on PATH. Starts Python only outside a venv, and only once
 * per interpreter when `cacheFile` is given.
 */
export async function findPython(query: PythonQuery): Promise<PythonLookup> {
  for (const candidate of candidatesOf(query)) {
    const file = executableAt(candidate.path);
    if (file !== undefined) {
      const lookup = await describe(file, candidate, query);
      if (lookup.ok || candidate.isRequired) return lookup;
    } else if (candidate.isRequired) return missing(candidate);
  }
  return {
    ok: false,
    message: 'No Python was found.',
    hint: CREATE_HINT,
  };
}

function candidatesOf(query: PythonQuery): readonly Candidate[] {
  const { env, folder, workspaceRoot } = query;
  const fromEnv = env['NX_NOTEBOOK_PYTHON'];
  const configured = fromEnv ?? query.configured;
  if (configured !== undefined && configured !== '') {
    const origin =
      fromEnv === undefined ? 'the option "python"' : 'NX_NOTEBOOK_PYTHON';
    return [
      { origin, path: configuredPath(configured, query), isRequired: true },
    ];
  }
  const local = foldersUp(folder, workspaceRoot).flatMap((here) =>
    ['.venv', 'venv']
      .map((name) => path.join(here, name))
      .filter(isEnvironment)
      .map((environment) => ({
        origin: path.relative(workspaceRoot, environment),
        path: environment,
        isRequired: true,
      })),
  );
  const active = ['VIRTUAL_ENV', 'CONDA_PREFIX'].flatMap((name) =>
    env[name] ? [{ origin: name, path: env[name], isRequired: false }] : [],
  );
  const commands = ['python3', 'python'].flatMap((name) =>
    commandsNamed(name, env, process.platform).map((file) => ({
      origin: 'PATH',
      path: file,
      isRequired: false,
    })),
  );
  return [...local, ...active, ...commands];
}

/** A path is relative to the workspace; a bare command is looked up on PATH. */
function configuredPath(configured: string, query: PythonQuery): string {
  if (/[/\\]/.test(configured) || configured.startsWith('.'))
    return path.resolve(query.workspaceRoot, configured);
  return (
    commandsNamed(configured, query.env, process.platform).find((file) =>
      existsSync(file),
    ) ?? path.resolve(query.workspaceRoot, configured)
  );
}

function foldersUp(folder: string, root: string): readonly string[] {
  const isInside = `${folder}${path.sep}`.startsWith(`${root}${path.sep}`);
  return folder === root || !isInside
    ? [folder]
    : [folder, ...foldersUp(path.dirname(folder), root)];
}

/** A folder that is meant as an environment, even when its interpreter is gone. */
function isEnvironment(folder: string): boolean {
  return (
    existsSync(path.join(folder, 'pyvenv.cfg')) ||
    executableAt(folder) !== undefined
  );
}

/** The executable: the file itself, or the interpreter below an environment's folder. */
function executableAt(file: string): string | undefined {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat?.isFile() === true) return file;
  return interpretersBelow(file, process.platform).find((inner) =>
    existsSync(inner),
  );
}

async function describe(
  file: string,
  { origin }: Candidate,
  { env, folder, cacheFile }: PythonQuery,
): Promise<PythonLookup> {
  const venv = describeVenv(file);
  if (venv !== undefined) return { ok: true, interpreter: venv, origin };
  const answer = await askInterpreter({ path: file, folder, env, cacheFile });
  return answer.ok
    ? { ...answer, origin }
    : {
        ok: false,
        message: `Python of ${origin} can not be used: ${answer.message}`,
        hint: CREATE_HINT,
      };
}

/** Everything from files; undefined when `file` is in no plain virtual environment. */
function describeVenv(file: string): PythonInterpreter | undefined {
  const environment = environmentOf(file, process.platform);
  const text = readText(path.join(environment, 'pyvenv.cfg'));
  if (text === undefined) return undefined;
  const { version, hasSystemPackages } = parseVenvSettings(text);
  if (version === undefined || hasSystemPackages) return undefined;
  const [sitePackages] = sitePackagesOf(
    environment,
    version,
    process.platform,
  ).filter((folder) => existsSync(folder));
  return sitePackages === undefined
    ? undefined
    : { path: file, version, sitePackages: [sitePackages] };
}

function missing({ origin, path: file }: Candidate): PythonLookup {
  return existsSync(file)
    ? {
        ok: false,
        message: `The environment ${file} (${origin}) has no working interpreter; the Python that it was made with is gone.`,
        hint: `Delete the folder and create it again with "python3 -m venv ${path.basename(file)}".`,
      }
    : {
        ok: false,
        message: `There is no Python at ${file} (${origin}).`,
        hint: `Correct ${origin}, or remove it to use the environment in the pipeline's folder.`,
      };
}
