/**
 * The compiled packages: are they those of today's sources? A stamp holds the digest of everything that the
 * compiler reads of ours; each source must also have its output. Knows nothing of types: `tsc -b` does.
 */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { run, root, SetupFailed } from './terminal.mjs';

const stampFile = new URL('.cache/setup/build', root);
const settings = [
  'tsconfig.base.json',
  'tools/tsconfig.build.json',
  'node_modules/typescript/package.json',
];

/**
 * The compiled file of a source, for example `packages/store/dist/store.js`.
 *
 * @param {string} source
 * @returns {string}
 */
export function compiled(source) {
  return source.replace('/src/', '/dist/').replace(/\.ts$/, '.js');
}

/**
 * Why the packages have to be built; undefined when they are as the sources say.
 *
 * @param {readonly string[]} sources
 * @param {{ digest: string, stamp: string | undefined, exists: (path: string) => boolean }} state
 * @returns {string | undefined}
 */
export function staleBuild(sources, { digest, stamp, exists }) {
  const gone = sources.map(compiled).find((path) => !exists(path));
  if (gone !== undefined) return `${gone} is missing`;
  return digest === stamp ? undefined : 'sources changed';
}

/** @returns {string | undefined} Why the packages have to be built. */
export function buildToMake() {
  const sources = sourceFiles();
  let stamp;
  try {
    stamp = readFileSync(stampFile, 'utf8');
  } catch {
    stamp = undefined;
  }
  return staleBuild(sources, {
    digest: digest(sources),
    stamp,
    exists: (path) => existsSync(new URL(path, root)),
  });
}

/** @returns {Promise<string>} */
export async function build() {
  // Taken before the compiler reads, so that an edit meanwhile is built next time.
  const before = digest(sourceFiles());
  const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', root));
  const { code, output } = await run(process.execPath, [
    tsc,
    '-b',
    'tools/tsconfig.build.json',
  ]);
  if (code !== 0)
    throw new SetupFailed(`The packages do not compile:\n\n${output}`);
  mkdirSync(new URL('.', stampFile), { recursive: true });
  writeFileSync(stampFile, before);
  return 'packages compiled';
}

/** @returns {readonly string[]} */
function sourceFiles() {
  return readdirSync(new URL('packages', root))
    .flatMap((name) => under(`packages/${name}/src`))
    .filter((path) => path.endsWith('.ts'))
    .sort();
}

/** @param {string} folder @returns {string[]} */
function under(folder) {
  let entries;
  try {
    entries = readdirSync(new URL(folder, root), { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) =>
    entry.isDirectory()
      ? under(`${folder}/${entry.name}`)
      : [`${folder}/${entry.name}`],
  );
}

/** @param {readonly string[]} sources */
function digest(sources) {
  const hash = createHash('sha256');
  const configs = sources
    .map((path) => `${path.slice(0, path.indexOf('/src/'))}/tsconfig.json`)
    .filter((path, index, all) => all.indexOf(path) === index);
  for (const path of [...settings, ...configs, ...sources]) {
    hash.update(`${path}\0`);
    hash.update(createHash('sha256').update(readOrEmpty(path)).digest());
  }
  return hash.digest('hex');
}

/** @param {string} path */
function readOrEmpty(path) {
  try {
    return readFileSync(new URL(path, root));
  } catch {
    return '';
  }
}
