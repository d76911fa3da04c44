/**
 * Who may import whom, read from the sources: the dependency direction of the packages, the one owner of each heavy
 * library, and what the inference path loads before every Nx command.
 */
import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { importsOf, packageNames, root, sourcesOf } from './sources';

/** An arrow of the design, transitively closed: what each package may import of the others. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  notebook: [],
  python: ['notebook'],
  store: [],
  pipeline: ['notebook', 'python'],
  kernel: ['notebook', 'python'],
  engine: ['pipeline', 'notebook', 'python', 'store'],
  runner: ['engine', 'kernel', 'notebook', 'pipeline', 'python', 'store'],
  testing: ['notebook', 'python', 'store', 'pipeline', 'engine', 'kernel'],
  'nx-notebook': [
    'engine',
    'kernel',
    'notebook',
    'pipeline',
    'python',
    'runner',
    'store',
  ],
};

/** Libraries that one package alone may import, also as types. */
const OWNERS: readonly (readonly [RegExp, string])[] = [
  [/^@nx\/|^nx($|\/)/, 'nx-notebook'],
  [/^@jupyterlab\//, 'kernel'],
  [/^@aws-sdk\//, 'store'],
  [/^bullmq$|^ioredis$/, 'agents'],
  [/^web-tree-sitter$/, 'python'],
];

/** What the inference path may load: it runs before every Nx command. */
const LIGHT_PACKAGES = ['nx-notebook', 'pipeline', 'notebook', 'python'];
const HEAVY = [/^@jupyterlab\//, /^@aws-sdk\//, /^ws$/, /^web-tree-sitter$/];

const siblingName = (module: string): string | undefined =>
  module === 'nx-notebook'
    ? module
    : /^@nx-notebook\/([^/]+)$/.exec(module)?.[1];

const isBuiltIn = (module: string): boolean =>
  module.startsWith('node:') || builtinModules.includes(module);

const imported = packageNames().flatMap((name) =>
  sourcesOf(name).flatMap((source) =>
    importsOf(source).map((found) => ({ ...found, source })),
  ),
);

describe('imports', () => {
  test('follow the dependency direction of the packages', () => {
    const wrong = imported.filter(({ module, source }) => {
      const sibling = siblingName(module);
      return (
        sibling !== undefined &&
        !(MAY_IMPORT[source.package] ?? []).includes(sibling)
      );
    });
    expect(wrong.map(describeImport)).toEqual([]);
  });

  test('reach other packages through their index only', () => {
    const deep = imported.filter(
      ({ module, source }) =>
        /^(@nx-notebook\/[^/]+|nx-notebook)\//.test(module) ||
        (module.startsWith('.') && leavesPackage(source.path, module)),
    );
    expect(deep.map(describeImport)).toEqual([]);
  });

  test('of a heavy library come from the one package that owns it', () => {
    const foreign = imported.filter(({ module, source }) =>
      OWNERS.some(
        ([library, owner]) => library.test(module) && source.package !== owner,
      ),
    );
    expect(foreign.map(describeImport)).toEqual([]);
  });

  test('are declared as dependencies', () => {
    const undeclared = imported.filter(
      ({ module, source }) =>
        !module.startsWith('.') &&
        !isBuiltIn(module) &&
        !dependenciesOf(source.package).has(libraryName(module)),
    );
    expect(undeclared.map(describeImport)).toEqual([]);
  });

  test('name Node modules with the node: prefix', () => {
    const bare = imported.filter(({ module }) =>
      builtinModules.includes(module),
    );
    expect(bare.map(describeImport)).toEqual([]);
  });
});

test('the inference path loads nothing heavy', () => {
  const { packages, libraries } = loadedFrom(
    'packages/nx-notebook/src/index.ts',
  );
  expect({
    packages: [...packages].filter((name) => !LIGHT_PACKAGES.includes(name)),
    libraries: [...libraries].filter((name) =>
      HEAVY.some((heavy) => heavy.test(name)),
    ),
  }).toEqual({ packages: [], libraries: [] });
});

test('help of the command line, and the hooks of a run, load nothing heavy', () => {
  const loaded = [
    'packages/nx-notebook/src/cli/main.ts',
    'packages/nx-notebook/src/nx-cache/run-cache.ts',
    'packages/nx-notebook/src/nx-cache/server-process.ts',
  ].map((entry) => loadedFrom(entry));
  const light = { packages: ['notebook', 'nx-notebook'], heavy: [] };
  expect(
    loaded.map(({ packages, libraries }) => ({
      packages: [...packages].sort(),
      heavy: [...libraries].filter((name) =>
        [...HEAVY, /^@nx\/devkit$/].some((heavy) => heavy.test(name)),
      ),
    })),
  ).toEqual([light, light, { packages: ['nx-notebook'], heavy: [] }]);
});

/** Packages and libraries that loading a file loads at once, through all its imports. */
function loadedFrom(entry: string): {
  readonly packages: ReadonlySet<string>;
  readonly libraries: ReadonlySet<string>;
} {
  const byPath = new Map(
    packageNames()
      .flatMap(sourcesOf)
      .map((source) => [source.path, source]),
  );
  const seen = new Set<string>();
  const libraries = new Set<string>();
  const todo = [entry];
  for (let file = todo.pop(); file !== undefined; file = todo.pop()) {
    const source = byPath.get(file);
    if (source === undefined) throw new Error(`no such source: ${file}`);
    if (seen.has(file)) continue;
    seen.add(file);
    for (const { module, loadsAtOnce } of importsOf(source)) {
      const sibling = siblingName(module);
      if (!loadsAtOnce || isBuiltIn(module)) continue;
      if (module.startsWith('.')) todo.push(resolveRelative(file, module));
      else if (sibling !== undefined)
        todo.push(`packages/${sibling}/src/index.ts`);
      else libraries.add(module);
    }
  }
  const packages = new Set([...seen].map((file) => file.split('/')[1] ?? ''));
  return { packages, libraries };
}

function resolveRelative(from: string, module: string): string {
  return path.posix
    .join(path.posix.dirname(from), module)
    .replace(/\.js$/, '.ts');
}

function leavesPackage(from: string, module: string): boolean {
  const owner = from.split('/').slice(0, 3).join('/');
  const target = path.posix.join(path.posix.dirname(from), module);
  // A package may read its own package.json and resources beside src.
  return !target.startsWith(`${path.posix.dirname(owner)}/`);
}

function libraryName(module: string): string {
  const parts = module.split('/');
  return parts.slice(0, module.startsWith('@') ? 2 : 1).join('/');
}

function dependenciesOf(name: string): ReadonlySet<string> {
  const file = path.join(root, 'packages', name, 'package.json');
  if (!existsSync(file)) return new Set();
  const { dependencies } = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly dependencies?: Readonly<Record<string, string>>;
  };
  return new Set(Object.keys(dependencies ?? {}));
}

function describeImport({ module, source }: (typeof imported)[number]): string {
  return `${source.path} imports ${module}`;
}
