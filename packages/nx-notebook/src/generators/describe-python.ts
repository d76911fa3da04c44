/**
 * What a newcomer has to know about Python in this workspace: which interpreter is used, and the exact command for what
 * it lacks. Installs nothing.
 */
import { readdirSync } from 'node:fs';
import { relative } from 'node:path';
import { findPython, type PythonInterpreter } from '@nx-notebook/python';
import type { Environment } from '../settings/settings.js';

/** Lines that say how Python stands, and the next command if something is missing. */
export interface PythonDescription {
  readonly lines: readonly string[];
  /** Whether notebooks can run. */
  readonly isReady: boolean;
  readonly next?: string;
}

/** Where to look for Python. */
export interface DescribePythonOptions {
  readonly workspaceRoot: string;
  readonly env: Environment;
  /** Of a pipeline; the workspace itself by default. */
  readonly folder?: string;
  /** The option `python`. */
  readonly configured?: string | undefined;
}

/** Distributions without which no notebook runs, as their folders in site-packages begin. */
const required = ['jupyter_server', 'ipykernel'] as const;

/** Looks for the interpreter of the workspace, or of a pipeline, and for what it needs to execute notebooks. */
export async function describePython({
  workspaceRoot,
  env,
  folder = workspaceRoot,
  configured,
}: DescribePythonOptions): Promise<PythonDescription> {
  const found = await findPython({
    workspaceRoot,
    folder,
    env,
    ...(configured === undefined ? {} : { configured }),
  });
  if (!found.ok) {
    return {
      lines: [`Python: ${found.message}`],
      isReady: false,
      next: newEnvironment('python3'),
    };
  }
  const { interpreter, origin } = found;
  const python = shortest(interpreter.path, workspaceRoot);
  const line = `Python: ${interpreter.version} at ${python} (${origin})`;
  const missing = required.filter((name) => !isInstalled(name, interpreter));
  return missing.length === 0
    ? { lines: [`${line}, with ${required.join(' and ')}`], isReady: true }
    : {
        lines: [line, `Python: ${missing.join(' and ')} missing`],
        isReady: false,
        next:
          origin === 'PATH'
            ? newEnvironment(python)
            : `${python} -m pip install ${missing.join(' ')}`,
      };
}
/** The Python of a machine is nobody's to install into; many systems refuse it. */
function newEnvironment(python: string): string {
  return `${python} -m venv .venv && .venv/bin/python -m pip install ${required.join(' ')}`;
}

function isInstalled(
  name: string,
  { sitePackages }: PythonInterpreter,
): boolean {
  const isMetadata = (entry: string): boolean =>
    entry.toLowerCase().replaceAll('-', '_').startsWith(`${name}_`) &&
    /\.(dist|egg)-info$/.test(entry);
  return sitePackages.some((folder) => listFolder(folder).some(isMetadata));
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // A site-packages folder that does not exist holds nothing.
    return [];
  }
}

function shortest(path: string, workspaceRoot: string): string {
  const inner = relative(workspaceRoot, path);
  return inner.startsWith('..') ? path : inner;
}
