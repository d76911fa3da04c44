/**
 * The repository's own Python environment, `.venv`: made from the hash-locked requirements, whole or not at all. A
 * stamp inside it, written last, says from which lock and at which path it was made; anything else is made anew,
 * because a half-installed environment can't be told from a good one by looking.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readJsonIfAny } from './json-file.mjs';
import { run, root, SetupFailed } from './terminal.mjs';

const REQUIREMENTS = 'tools/python/requirements.txt';
const folder = fileURLToPath(new URL('.venv', root));
const stampFile = `${folder}/nx-notebook-setup.json`;

/** The interpreter of the environment. */
export const venvPython =
  process.platform === 'win32'
    ? `${folder}\\Scripts\\python.exe`
    : `${folder}/bin/python`;

/**
 * @typedef {object} VenvStamp
 * @property {string} requirements sha256 of the lock.
 * @property {string} folder Absolute: scripts inside an environment name it, so a moved one is stale.
 */

/**
 * Why the environment has to be made; undefined when it is as wanted.
 *
 * @param {VenvStamp} wanted
 * @param {Partial<VenvStamp> | undefined} stamp
 * @param {boolean} hasPython The interpreter is there and its link is not dangling.
 * @returns {string | undefined}
 */
export function staleVenv(wanted, stamp, hasPython) {
  if (!hasPython) return '.venv is missing or its Python is gone';
  if (stamp === undefined) return '.venv is not complete';
  if (stamp.folder !== wanted.folder) return '.venv was made in another folder';
  if (stamp.requirements !== wanted.requirements)
    return `${REQUIREMENTS} changed`;
  return undefined;
}

/** @returns {string | undefined} Why the environment has to be made. */
export function venvToMake() {
  return staleVenv(
    wantedStamp(),
    /** @type {Partial<VenvStamp> | undefined} */ (readJsonIfAny(stampFile)),
    existsSync(venvPython),
  );
}

/**
 * @param {import('./python.mjs').PythonProbe} python
 * @returns {Promise<string>}
 */
export async function makeVenv(python) {
  rmSync(folder, { recursive: true, force: true });
  const made = await run(python.command, ['-m', 'venv', folder]);
  if (made.code !== 0)
    throw new SetupFailed(
      `${python.command} -m venv failed with code ${made.code}:\n\n${made.output}`,
    );
  const installed = await run(venvPython, [
    ...['-m', 'pip', 'install', '--quiet', '--no-input'],
    ...['--disable-pip-version-check', '--require-hashes', '-r', REQUIREMENTS],
  ]);
  if (installed.code !== 0)
    throw new SetupFailed(
      `pip could not install ${REQUIREMENTS} for Python ${python.full} (${python.command}).\n` +
        'PYTHON=/path/to/python chooses another Python.\n\n' +
        installed.output,
    );
  writeFileSync(stampFile, `${JSON.stringify(wantedStamp(), undefined, 2)}\n`);
  return `Python ${python.full} with ${REQUIREMENTS}`;
}

/** @returns {VenvStamp} */
function wantedStamp() {
  const lock = readFileSync(new URL(REQUIREMENTS, root));
  return {
    requirements: createHash('sha256').update(lock).digest('hex'),
    folder,
  };
}
