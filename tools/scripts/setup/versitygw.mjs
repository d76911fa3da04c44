/**
 * The S3 server of the tests, versitygw: built from the hash-locked tools/s3/go.sum through Go's own module proxy
 * settings, whole or not at all, into a folder named by what it was built from. A machine without Go tests everything
 * else; only continuous integration insists. Knows nothing of how the server is started.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run, root, SetupFailed } from './terminal.mjs';

const PACKAGE = 'github.com/versity/versitygw/cmd/versitygw';
const INSTALL = 'https://go.dev/dl';
const moduleFolder = fileURLToPath(new URL('tools/s3', root));
const cache = new URL('.cache/versitygw/', root);

/** Read by `tools/jest.config.cjs`: the path of the server that the set-up made last. */
const pathFile = new URL('path', cache);

/**
 * What to do about the server.
 *
 * @typedef {{ status: 'ready', path: string }
 *   | { status: 'build', folder: string, why: string }
 *   | { status: 'absent', why: string }} ServerPlan
 *
 * @typedef {object} ServerInputs
 * @property {string} goMod Text of go.mod.
 * @property {string} goSum Text of go.sum.
 * @property {string | undefined} goVersion What `go version` prints in the module's folder; undefined without Go.
 * @property {string | undefined} chosen The NX_NOTEBOOK_TEST_VERSITYGW variable.
 * @property {(folder: string) => boolean} exists Was the server built into this folder of the cache?
 */

/**
 * @param {ServerInputs} inputs
 * @returns {ServerPlan}
 */
export function planServer({ goMod, goSum, goVersion, chosen, exists }) {
  if (chosen !== undefined && chosen !== '')
    return { status: 'ready', path: chosen };
  if (goVersion === undefined)
    return { status: 'absent', why: `no Go on PATH (${INSTALL})` };
  const wanted = /^go (\d+\.\d+)/m.exec(goMod)?.[1] ?? '0.0';
  const found = /\bgo(\d+\.\d+)\S*/.exec(goVersion);
  if (found?.[1] === undefined || isOlder(found[1], wanted))
    return {
      status: 'absent',
      why: `Go >= ${wanted} is needed, this is ${found?.[0] ?? goVersion.trim()} (${INSTALL})`,
    };
  const folder = createHash('sha256')
    .update(`${goMod}\0${goSum}\0${goVersion.trim()}`)
    .digest('hex')
    .slice(0, 16);
  return exists(folder)
    ? { status: 'ready', path: binaryIn(folder) }
    : {
        status: 'build',
        folder,
        why: 'the S3 server of the tests (versitygw) is built from source once, about two minutes',
      };
}

/** @param {string} a @param {string} b Versions such as `1.25`. */
function isOlder(a, b) {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA < majorB || (majorA === majorB && minorA < minorB);
}

/** @returns {Promise<ServerPlan>} */
export async function serverToBuild() {
  const { code, output } = await run('go', ['version'], {
    cwd: moduleFolder,
    env: goEnvironment(process.env),
  });
  return planServer({
    goMod: readFileSync(`${moduleFolder}/go.mod`, 'utf8'),
    goSum: readFileSync(`${moduleFolder}/go.sum`, 'utf8'),
    goVersion: code === 0 ? output : undefined,
    chosen: process.env['NX_NOTEBOOK_TEST_VERSITYGW'],
    exists: (folder) => existsSync(binaryIn(folder)),
  });
}

/**
 * Builds the server and gives its path; throws {@link SetupFailed} with Go's own words.
 *
 * @param {string} folder Of the cache.
 * @returns {Promise<string>}
 */
export async function buildServer(folder) {
  const made = fileURLToPath(new URL(`${folder}.${process.pid}.tmp`, cache));
  mkdirSync(made, { recursive: true });
  try {
    const { code, output } = await run(
      'go',
      [
        ...['build', '-mod=readonly', '-buildvcs=false', '-trimpath'],
        ...['-ldflags=-s -w', '-o', `${made}/${binaryName()}`, PACKAGE],
      ],
      { cwd: moduleFolder, env: goEnvironment(process.env) },
    );
    if (code !== 0)
      throw new SetupFailed(
        `go build of versitygw failed with code ${code}:\n\n${output}`,
      );
    // Somebody else may have been faster; what they built is as good.
    if (!existsSync(binaryIn(folder)))
      renameSync(made, fileURLToPath(new URL(folder, cache)));
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
  for (const name of readdirSync(cache))
    if (/^[0-9a-f]{16}$/.test(name) && name !== folder)
      rmSync(new URL(name, cache), { recursive: true, force: true });
  return binaryIn(folder);
}

/**
 * Leaves word for the tests where their server is; without one they skip what needs it.
 *
 * @param {string | undefined} path
 */
export function publishServer(path) {
  mkdirSync(cache, { recursive: true });
  if (path === undefined) rmSync(pathFile, { force: true });
  else writeFileSync(pathFile, path);
}

/**
 * What to say when there is no server: elsewhere its tests are skipped, in continuous integration nothing is.
 *
 * @param {string} why
 * @param {NodeJS.ProcessEnv} env
 * @returns {string} Throws {@link SetupFailed} in continuous integration.
 */
export function missingServer(why, env) {
  if (env['CI'] !== undefined && env['CI'] !== '' && env['CI'] !== 'false')
    throw new SetupFailed(
      `Some tests need an S3 server, and with CI set none is skipped: ${why}`,
    );
  return `the tests that need one are skipped: ${why}`;
}

/** Plain Go without C, and no workspace file of some parent folder. @param {NodeJS.ProcessEnv} env */
function goEnvironment(env) {
  return { ...env, CGO_ENABLED: '0', GOWORK: 'off' };
}

/** @param {string} folder */
function binaryIn(folder) {
  return fileURLToPath(new URL(`${folder}/${binaryName()}`, cache));
}

function binaryName() {
  return process.platform === 'win32' ? 'versitygw.exe' : 'versitygw';
}
