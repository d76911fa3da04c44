/**
 * What a published package must and must not contain. Pure: takes the manifest and the list of packed files.
 */

/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {boolean} [private]
 * @property {string} [main]
 * @property {string} [types]
 * @property {unknown} [exports]
 * @property {unknown} [bin]
 * @property {string} [executors]
 * @property {string} [generators]
 * @property {Record<string, string>} [dependencies]
 */

const REQUIRED = ['package.json', 'README.md', 'LICENSE', 'dist/index.js'];

/** What must never be published, and why. @type {readonly [RegExp, string][]} */
const UNWANTED = [
  [/^src\//, 'source'],
  [/(^|\/)(test|fixtures)\//, 'test'],
  [/\.(spec|test)\./, 'test'],
  [/\.tsbuildinfo$/, 'build state'],
  [/(?<!\.d)\.[cm]?ts$/, 'source'],
  [/(^|\/)__pycache__\/|\.pyc$/, 'byte code'],
  [/(^|\/)node_modules\//, 'dependency'],
  [/(^|\/)tsconfig[^/]*\.json$/, 'compiler settings'],
  [/\.tgz$/, 'tarball'],
];

/**
 * One sentence per problem; empty when the package is as it should be.
 *
 * @param {Manifest} manifest
 * @param {readonly string[]} files Paths in the tarball.
 * @param {readonly string[]} needed Paths that must be among them: resources, and what executors.json names.
 * @returns {readonly string[]}
 */
export function contentProblems(manifest, files, needed) {
  const packed = new Set(files);
  const wanted = new Set([...REQUIRED, ...namedFiles(manifest), ...needed]);
  const missing = [...wanted]
    .filter((path) => !packed.has(path))
    .map((path) => `${manifest.name} lacks ${path}`);
  const unwanted = files.flatMap((path) => {
    const found = UNWANTED.find(([pattern]) => pattern.test(path));
    return found === undefined
      ? []
      : [`${manifest.name} contains ${path} (${found[1]})`];
  });
  return [...missing, ...unwanted];
}

/**
 * One sentence per command that would not start from a shell: its first line has to name Node.
 *
 * @param {Manifest} manifest
 * @param {(path: string) => string} read The text of a packed file.
 * @returns {readonly string[]}
 */
export function commandProblems(manifest, read) {
  return namedFiles(manifest.bin)
    .filter((path) => !read(path).startsWith('#!/usr/bin/env node\n'))
    .map((path) => `${manifest.name} has a command without #!: ${path}`);
}

/**
 * The files that a value of package.json or executors.json names: every string that starts with `./`, without `*`;
 * `#name` chooses an export and is not part of the path.
 *
 * @param {unknown} value
 * @returns {readonly string[]}
 */
export function namedFiles(value) {
  if (typeof value === 'string')
    return value.startsWith('./') && !value.includes('*')
      ? [value.slice(2).replace(/#.*$/, '')]
      : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(/** @type {Record<string, unknown>} */ (value)).flatMap(
    namedFiles,
  );
}

/**
 * The manifest under another version, also of the packages that are packed with it.
 *
 * @param {Manifest} manifest
 * @param {string} version
 * @param {ReadonlySet<string>} siblings
 * @returns {Manifest}
 */
export function withVersion(manifest, version, siblings) {
  const dependencies = Object.entries(manifest.dependencies ?? {}).map(
    ([name, range]) =>
      /** @type {const} */ ([name, siblings.has(name) ? version : range]),
  );
  return {
    ...manifest,
    version,
    dependencies: Object.fromEntries(dependencies),
  };
}
