/**
 * What the machine itself must have: Node, git, Python with venv. Finds everything that is missing and says it in
 * one message with the command that installs it. Installs nothing.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  OLDEST_MINOR,
  choose,
  isExecutable,
  isNewEnough,
  pathFolders,
} from './python.mjs';

/** The oldest Node that is supported. */
export const OLDEST_NODE = /** @type {const} */ ([20, 19]);

/**
 * @typedef {object} Need
 * @property {string} what
 * @property {string} found
 * @property {'node' | 'git' | 'python' | 'venv'} kind
 * @property {string} [minor] Version of the Python whose venv is missing, for example `3.11`.
 */

/**
 * @param {string} version For example `20.20.2`.
 * @returns {Need | undefined}
 */
export function nodeNeed(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor))
    return undefined;
  return {
    kind: 'node',
    what: `Node >= ${OLDEST_NODE.join('.')}`,
    found: `this is ${version}`,
  };
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {Need | undefined}
 */
export function gitNeed(env) {
  const names = ['git', 'git.exe'];
  const found = pathFolders(env).some((folder) =>
    names.some((name) => isExecutable(join(folder, name))),
  );
  return found
    ? undefined
    : { kind: 'git', what: 'git', found: 'not found on PATH' };
}

/**
 * @param {readonly import('./python.mjs').PythonProbe[]} probes
 * @param {string | undefined} chosen The PYTHON variable.
 * @returns {Need | undefined}
 */
export function pythonNeed(probes, chosen) {
  if (choose(probes) !== undefined) return undefined;
  const incomplete = probes.find(isNewEnough);
  if (incomplete !== undefined)
    return {
      kind: 'venv',
      what: `venv of Python ${incomplete.version.join('.')}`,
      found: `${incomplete.command} has no module ${incomplete.lacks.join(' and ')}`,
      minor: incomplete.version.join('.'),
    };
  const old = probes.map((probe) => `${probe.command} is ${probe.full}`);
  const from = chosen ? `PYTHON=${chosen}` : 'PATH';
  return {
    kind: 'python',
    what: `Python >= 3.${OLDEST_MINOR}`,
    found: old.length > 0 ? old.join(', ') : `no Python runs from ${from}`,
  };
}

/**
 * One message for all that is missing.
 *
 * @param {readonly Need[]} needs
 * @param {string} system `debian`, `fedora`, `darwin` or another.
 * @returns {string}
 */
export function needsMessage(needs, system) {
  const width = Math.max(...needs.map((need) => need.what.length)) + 2;
  const lines = needs.map(
    (need) => `  ${need.what.padEnd(width)}${need.found}`,
  );
  const commands = installCommands(needs, system);
  return [
    'This machine lacks something that has to be installed first:',
    '',
    ...lines,
    '',
    ...(commands.length > 0
      ? ['Install with:', '', ...commands.map((line) => `  ${line}`), '']
      : []),
    'Then run the same command again. PYTHON=/path/to/python chooses a Python by hand.',
  ].join('\n');
}

/**
 * @param {readonly Need[]} needs
 * @param {string} system
 * @returns {readonly string[]}
 */
function installCommands(needs, system) {
  const packages = needs.flatMap((need) => {
    if (need.kind === 'node') return [];
    if (need.kind === 'git') return ['git'];
    if (system === 'debian')
      return need.kind === 'venv'
        ? [`python${need.minor}-venv`]
        : ['python3', 'python3-venv'];
    return [system === 'darwin' ? 'python' : 'python3'];
  });
  const installer = {
    debian: 'sudo apt-get install',
    fedora: 'sudo dnf install',
    darwin: 'brew install',
  }[system];
  const rows = [];
  if (packages.length > 0 && installer)
    rows.push(`${installer} ${packages.join(' ')}`);
  if (needs.some((need) => need.kind === 'node'))
    rows.push('https://nodejs.org/en/download (the current LTS release)');
  return rows;
}

/** The family of operating systems that this machine belongs to. @returns {string} */
export function systemFamily() {
  if (process.platform !== 'linux') return process.platform;
  try {
    const text = readFileSync('/etc/os-release', 'utf8');
    const ids = [...text.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)];
    const words = ids.flatMap((match) => (match[1] ?? '').split(' '));
    return (
      ['debian', 'fedora'].find((family) => words.includes(family)) ??
      (words.includes('ubuntu') ? 'debian' : 'linux')
    );
  } catch {
    return 'linux';
  }
}
