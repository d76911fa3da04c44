/**
 * The packed packages, installed once per supported version of Nx the way a user gets them: from tarballs, by npm.
 * Made again only when the packages changed; the workspaces of the tests link to it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buildToMake, build } from '../../tools/scripts/setup/build.mjs';
import { npm } from '../../tools/scripts/setup/node-modules.mjs';
import { run } from '../../tools/scripts/setup/terminal.mjs';
import { packAll, packagesDigest } from '../../tools/scripts/pack/tarballs.mjs';

/** The versions of Nx that are tested: the newest, and the last minor of the major before. */
export const NX_VERSIONS = ['24.0.0', '23.3.2'] as const;

/** One of {@link NX_VERSIONS}. */
export type NxVersion = (typeof NX_VERSIONS)[number];

const root = path.join(__dirname, '../..');
const folder = path.join(root, '.cache', 'e2e');

/** The interpreter that the notebooks of all tests run with. */
export const python = path.join(root, '.venv', 'bin', 'python');

/** Names the packages that the installations hold. */
const current = path.join(folder, 'current');

/** The folder of an installation that {@link makeInstallations} has made. */
export function installation(version: NxVersion): string {
  return folderOf(version, readFileSync(current, 'utf8'));
}

/** Packs and installs what is not installed yet. */
export async function makeInstallations(): Promise<void> {
  if (buildToMake() !== undefined) await build();
  const digest = packagesDigest();
  const wanted = NX_VERSIONS.filter(
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

function folderOf(version: NxVersion, digest: string): string {
  return path.join(folder, digest, `nx-${version}`);
}

async function install(
  version: NxVersion,
  target: string,
  tarballs: readonly { readonly name: string; readonly file: string }[],
): Promise<void> {
  const unfinished = `${target}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  const files = Object.fromEntries(
    tarballs.map(({ name, file }) => [name, `file:${file}`]),
  );
  const { 'nx-notebook': plugin, ...siblings } = files;
  const manifest = {
    name: 'user',
    version: '1.0.0',
    private: true,
    devDependencies: { nx: version, 'nx-notebook': plugin },
    overrides: siblings,
  };
  await writeFile(
    path.join(unfinished, 'package.json'),
    JSON.stringify(manifest, undefined, 2),
  );
  const [command, prefix] = npm();
  const { code, output } = await run(
    command,
    [...prefix, 'install', '--ignore-scripts', '--no-audit', '--no-fund'],
    { cwd: unfinished, env: withoutNpm(process.env) },
  );
  if (code !== 0) throw new Error(`npm install with nx ${version}:\n${output}`);
  await rename(unfinished, target);
}

/** Without what an outer `npm` tells its children: it would change where this one installs. */
function withoutNpm(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) =>
        !/^npm_(config_(local_)?prefix|package_|lifecycle_)/.test(name),
    ),
  );
}

async function removeOthers(digest: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder))
    if (name !== digest)
      await rm(path.join(folder, name), { recursive: true, force: true });
}
