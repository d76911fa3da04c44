/**
 * The packed packages, installed once per version of Nx the way a user gets them: from tarballs, by npm. Made again
 * only when the packages changed; the workspaces of end-to-end tests and of the bench link to it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, buildToMake } from '../setup/build.mjs';
import { npm } from '../setup/node-modules.mjs';
import { SetupFailed, root, run } from '../setup/terminal.mjs';
import { packAll, packagesDigest } from './tarballs.mjs';

const folder = fileURLToPath(new URL('.cache/e2e', root));

/** Names the packages that the installations hold. */
const current = join(folder, 'current');

/**
 * The folder of an installation that {@link makeInstallations} has made.
 *
 * @param {string} version Of Nx.
 * @returns {string}
 */
export function installation(version) {
  return folderOf(version, readFileSync(current, 'utf8'));
}

/**
 * Packs and installs what is not installed yet.
 *
 * @param {readonly string[]} versions Of Nx.
 */
export async function makeInstallations(versions) {
  if (buildToMake() !== undefined) await build();
  const digest = packagesDigest();
  const wanted = versions.filter(
    (version) => !existsSync(folderOf(version, digest)),
  );
  await removeOthers(digest);
  if (wanted.length > 0) {
    // A version of its own, because npm takes a tarball of a known version from its cache.
    const tarballs = await packAll(`0.0.0-e2e.${digest}`);
    for (const version of wanted)
      await install(version, folderOf(version, digest), tarballs);
  }
  await writeFile(current, digest);
}

/**
 * @param {string} version
 * @param {string} digest
 */
function folderOf(version, digest) {
  return join(folder, digest, `nx-${version}`);
}

/**
 * @param {string} version
 * @param {string} target
 * @param {readonly import('./tarballs.mjs').Tarball[]} tarballs
 */
async function install(version, target, tarballs) {
  const unfinished = `${target}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  const { 'nx-notebook': plugin, ...siblings } = Object.fromEntries(
    tarballs.map(({ name, file }) => [name, `file:${file}`]),
  );
  const manifest = {
    name: 'user',
    version: '1.0.0',
    private: true,
    devDependencies: { nx: version, 'nx-notebook': plugin },
    overrides: siblings,
  };
  await writeFile(
    join(unfinished, 'package.json'),
    JSON.stringify(manifest, undefined, 2),
  );
  const [command, prefix] = npm();
  const { code, output } = await run(
    command,
    [...prefix, 'install', '--ignore-scripts', '--no-audit', '--no-fund'],
    { cwd: unfinished, env: withoutOuterNpm(process.env) },
  );
  if (code !== 0)
    throw new SetupFailed(
      `npm could not install the packages beside nx ${version}:\n\n${output}`,
    );
  await rename(unfinished, target);
}

/**
 * Without what an outer `npm` tells its children: it would change where this one installs.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
function withoutOuterNpm(env) {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) =>
        !/^npm_(config_(local_)?prefix|package_|lifecycle_)/.test(name),
    ),
  );
}

/** @param {string} digest */
async function removeOthers(digest) {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder))
    if (name !== digest)
      await rm(join(folder, name), { recursive: true, force: true });
}
