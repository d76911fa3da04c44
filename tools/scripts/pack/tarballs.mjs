/**
 * Packs the publishable packages. Each is first laid out below .cache/pack with the licence beside it, so that
 * packing leaves no trace in the packages themselves.
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readJson } from '../setup/json-file.mjs';
import { npm } from '../setup/node-modules.mjs';
import { SetupFailed, root, run } from '../setup/terminal.mjs';
import {
  commandProblems,
  contentProblems,
  namedFiles,
  withVersion,
} from './contents.mjs';

const packFolder = fileURLToPath(new URL('.cache/pack', root));
const packagesFolder = fileURLToPath(new URL('packages', root));

/** Below a package, what is not worth copying: npm would leave it out as well. */
const LEFT_OUT = new Set(['node_modules', 'src', 'test', 'coverage']);

/**
 * @typedef {import('./contents.mjs').Manifest} Manifest
 *
 * @typedef {object} Tarball
 * @property {string} name Of the package.
 * @property {string} file Absolute path.
 * @property {number} files
 * @property {number} kilobytes
 */

/**
 * The first digits of a digest of all that is packed.
 *
 * @returns {string}
 */
export function packagesDigest() {
  const hash = createHash('sha256');
  for (const [folder] of publishedPackages()) {
    const source = join(packagesFolder, folder);
    for (const path of readdirSync(source, {
      recursive: true,
      encoding: 'utf8',
    })
      .filter((name) => !LEFT_OUT.has(name.split(sep)[0] ?? ''))
      .sort()) {
      const file = join(source, path);
      if (!statSync(file).isFile()) continue;
      hash.update(`${folder}/${path}\0`);
      hash.update(createHash('sha256').update(readFileSync(file)).digest());
    }
  }
  return hash.digest('hex').slice(0, 12);
}

/**
 * Packs all publishable packages; throws {@link SetupFailed} with every problem found.
 *
 * @param {string | undefined} version Instead of their own.
 * @returns {Promise<readonly Tarball[]>}
 */
export async function packAll(version) {
  rmSync(packFolder, { recursive: true, force: true });
  const published = publishedPackages();
  const siblings = new Set(published.map(([, manifest]) => manifest.name));
  const packed = await Promise.all(
    published.map(([folder, manifest]) =>
      packOne(
        folder,
        version === undefined
          ? manifest
          : withVersion(manifest, version, siblings),
      ),
    ),
  );
  const problems = packed.flatMap((result) => result.problems);
  if (problems.length > 0)
    throw new SetupFailed(
      `The packages are not as they should be published:\n\n  ${problems.join('\n  ')}`,
    );
  return packed.map((result) => result.tarball);
}

/**
 * Folder below `packages` and manifest of each package that is not private.
 *
 * @returns {readonly [string, Manifest][]}
 */
function publishedPackages() {
  return readdirSync(packagesFolder)
    .map((folder) => {
      const manifest = readJson(join(packagesFolder, folder, 'package.json'));
      return /** @type {[string, Manifest]} */ ([folder, manifest]);
    })
    .filter(([, manifest]) => !manifest.private);
}

/**
 * @param {string} folder
 * @param {Manifest} manifest
 * @returns {Promise<{ tarball: Tarball, problems: readonly string[] }>}
 */
async function packOne(folder, manifest) {
  const source = join(packagesFolder, folder);
  const layout = join(packFolder, 'layout', folder);
  cpSync(source, layout, {
    recursive: true,
    filter: (path) => !LEFT_OUT.has(path.slice(source.length + 1)),
  });
  cpSync(fileURLToPath(new URL('LICENSE', root)), join(layout, 'LICENSE'));
  // The compiler knows no executables, and not every package manager makes them.
  for (const path of namedFiles(manifest.bin))
    if (existsSync(join(layout, path))) chmodSync(join(layout, path), 0o755);
  writeFileSync(
    join(layout, 'package.json'),
    `${JSON.stringify(manifest, undefined, 2)}\n`,
  );
  const [command, prefix] = npm();
  const { code, output } = await run(
    command,
    [...prefix, 'pack', '--json', '--pack-destination', packFolder],
    { cwd: layout, env: { ...process.env, npm_config_loglevel: 'error' } },
  );
  if (code !== 0)
    throw new SetupFailed(`npm pack failed for ${manifest.name}:\n\n${output}`);
  const report = packReport(output);
  const file = join(packFolder, report.filename);
  const files = report.files.map(({ path }) => path);
  return {
    tarball: {
      name: manifest.name,
      file,
      files: files.length,
      kilobytes: Math.ceil(statSync(file).size / 1024),
    },
    problems: [
      ...contentProblems(manifest, files, neededFiles(layout, manifest)),
      ...commandProblems(manifest, (path) =>
        readFileSync(join(layout, path), 'utf8'),
      ),
    ],
  };
}

/**
 * npm prints a list, or (from version 11 on) a mapping by package name.
 *
 * @param {string} output
 * @returns {{ filename: string, files: { path: string }[] }}
 */
function packReport(output) {
  /** @type {unknown} */
  const report = JSON.parse(output.slice(output.search(/[[{]/)));
  const [first] = Object.values(
    /** @type {Record<string, { filename: string, files: { path: string }[] }>} */ (
      report
    ),
  );
  if (first === undefined) throw new Error('npm pack reported no package');
  return first;
}

/**
 * Resources that stand beside the code, and what executors.json and generators.json name.
 *
 * @param {string} layout
 * @param {Manifest} manifest
 * @returns {readonly string[]}
 */
function neededFiles(layout, manifest) {
  const resources = readdirSync(layout, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter(
      (path) => /\.(py|wasm)$/.test(path) && !/(^|\/)__pycache__\//.test(path),
    );
  const tables = [manifest.executors, manifest.generators]
    .filter((path) => path !== undefined)
    .flatMap((path) => namedFiles(readJson(join(layout, path))));
  return [
    ...resources,
    ...tables.map((path) => (/\.\w+$/.test(path) ? path : `${path}.js`)),
  ];
}
