/**
 * Finds the newest Python on this machine that can make a virtual environment. Knows PATH and the PYTHON
 * variable; does not know what is installed into the environment.
 */
import { accessSync, constants, readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './terminal.mjs';

/** The oldest minor version of Python 3 that is supported. */
export const OLDEST_MINOR = 10;

/**
 * @typedef {object} PythonProbe
 * @property {string} command
 * @property {readonly [number, number]} version
 * @property {string} full For example `3.11.7`.
 * @property {readonly string[]} lacks Of `venv` and `ensurepip`.
 */

/**
 * Names on PATH that may be a usable Python, the newest first; `python3` and `python` after the versioned ones.
 *
 * @param {readonly string[]} folders
 * @param {(folder: string) => readonly string[]} list
 * @returns {readonly string[]}
 */
export function candidates(folders, list) {
  /** @type {Map<number, string[]>} */
  const byMinor = new Map();
  const plain = [];
  for (const folder of folders) {
    for (const name of list(folder)) {
      const minor = /^python3\.(\d+)$/.exec(name)?.[1];
      if (minor !== undefined && Number(minor) >= OLDEST_MINOR)
        byMinor.set(Number(minor), [
          ...(byMinor.get(Number(minor)) ?? []),
          join(folder, name),
        ]);
      if (name === 'python3' || name === 'python')
        plain.push(join(folder, name));
    }
  }
  const versioned = [...byMinor].sort(([a], [b]) => b - a);
  return [...versioned.flatMap(([, commands]) => commands), ...plain];
}

/**
 * The best of the probed: new enough, complete, then the newest; the first of equals.
 *
 * @param {readonly PythonProbe[]} probes
 * @returns {PythonProbe | undefined}
 */
export function choose(probes) {
  return probes
    .filter((probe) => isNewEnough(probe) && probe.lacks.length === 0)
    .reduce(
      (best, probe) =>
        best === undefined || probe.version[1] > best.version[1] ? probe : best,
      /** @type {PythonProbe | undefined} */ (undefined),
    );
}

/** @param {PythonProbe} probe */
export function isNewEnough(probe) {
  return probe.version[0] === 3 && probe.version[1] >= OLDEST_MINOR;
}

const QUESTION = `
import json, sys
lacks = []
for name in ("venv", "ensurepip"):
    try:
        __import__(name)
    except Exception:
        lacks.append(name)
print(json.dumps({"version": sys.version_info[:3], "lacks": lacks}))
`;

/**
 * Asks an interpreter what it is; undefined when it does not run.
 *
 * @param {string} command
 * @returns {Promise<PythonProbe | undefined>}
 */
export async function probe(command) {
  const { code, output } = await run(command, ['-c', QUESTION]);
  if (code !== 0) return undefined;
  try {
    /** @type {unknown} */
    const answer = JSON.parse(output);
    const { version, lacks } =
      /** @type {{ version: [number, number, number], lacks: string[] }} */ (
        answer
      );
    return {
      command,
      version: [version[0], version[1]],
      full: version.join('.'),
      lacks,
    };
  } catch {
    return undefined;
  }
}

/**
 * Everything that this machine offers; only $PYTHON when that is set.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<readonly PythonProbe[]>}
 */
export async function probeAll(env) {
  const chosen = env['PYTHON'];
  const commands =
    chosen !== undefined && chosen !== ''
      ? [chosen]
      : candidates(pathFolders(env), programs);
  const found = [];
  for (const command of commands) {
    const answer = await probe(command);
    if (answer === undefined) continue;
    found.push(answer);
    // Candidates come newest first: nothing better can follow a complete one with a version in its name.
    if (choose([answer]) && /3\.\d+$/.test(command)) break;
  }
  return found;
}

/** @param {NodeJS.ProcessEnv} env @returns {readonly string[]} */
export function pathFolders(env) {
  return (env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
}

/** @param {string} folder @returns {readonly string[]} */
function programs(folder) {
  try {
    return readdirSync(folder).filter(
      (name) => name.startsWith('python') && isExecutable(join(folder, name)),
    );
  } catch {
    return [];
  }
}

/** @param {string} path */
export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
