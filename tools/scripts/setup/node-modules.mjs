/**
 * Is node_modules what package-lock.json says? Answered from npm's own records (node_modules/.package-lock.json,
 * which npm writes last) and from the folders on disk, without starting npm. Knows nothing of versions that a
 * package.json asks for: that is between npm and the lock.
 */
import { existsSync } from 'node:fs';
import { readJson, readJsonIfAny } from './json-file.mjs';
import { run, root, SetupFailed } from './terminal.mjs';

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {string} [resolved]
 * @property {string} [integrity]
 * @property {boolean} [optional]
 * @property {boolean} [link]
 *
 * @typedef {{ packages: Record<string, LockedPackage> }} Lock
 */

/**
 * Why node_modules does not agree with the lock; undefined when it does.
 *
 * @param {Lock} lock package-lock.json
 * @param {Lock | undefined} installed node_modules/.package-lock.json
 * @param {(path: string) => boolean} exists Takes a path relative to the clone.
 * @returns {string | undefined}
 */
export function staleModules(lock, installed, exists) {
  if (installed === undefined) return 'node_modules is missing or half-made';
  for (const [path, wanted] of Object.entries(lock.packages)) {
    if (!path.includes('node_modules/')) continue;
    const found = installed.packages[path];
    // Optional packages of other platforms are in the lock but never on this disk.
    if (found === undefined && wanted.optional) continue;
    if (
      found === undefined ||
      found.version !== wanted.version ||
      found.integrity !== wanted.integrity ||
      found.resolved !== wanted.resolved
    )
      return `${path} differs from package-lock.json`;
    if (!exists(path)) return `${path} is missing`;
  }
  return undefined;
}

/** @returns {string | undefined} Why node modules have to be installed. */
export function modulesToInstall() {
  return staleModules(
    /** @type {Lock} */ (readJson(new URL('package-lock.json', root))),
    /** @type {Lock | undefined} */ (
      readJsonIfAny(new URL('node_modules/.package-lock.json', root))
    ),
    (path) => existsSync(new URL(path, root)),
  );
}

/** @returns {Promise<string>} */
export async function installModules() {
  const [command, prefix] = npm();
  const { code, output } = await run(command, [
    ...prefix,
    'ci',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]);
  if (code !== 0)
    throw new SetupFailed(`npm ci failed with code ${code}:\n\n${output}`);
  return 'installed from package-lock.json';
}

/**
 * The npm that started this script, else the one on PATH.
 *
 * @returns {[string, string[]]}
 */
export function npm() {
  const script = process.env['npm_execpath'];
  return script !== undefined && /\.c?js$/.test(script)
    ? [process.execPath, [script]]
    : ['npm', []];
}
