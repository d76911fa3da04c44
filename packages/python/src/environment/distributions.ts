/**
 * What is installed in an interpreter's site-packages folders, without running it, and which of it a set of imports
 * reaches. Packages without metadata (conda packages of other languages, copied folders) are not seen.
 */
import { createHash } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import * as path from 'node:path';
import { readDistInfo, readText, type DistInfo } from './dist-info.js';
import {
  mergeEditable,
  readEditableFile,
  rootsOfProject,
  type EditableParts,
} from './editable.js';

/** One installed distribution, as its metadata tells. */
export interface Distribution {
  /** Normalised (PEP 503). */
  readonly name: string;
  readonly version: string;
  /** Required distributions, without those of extras: `name` or `name[extra]`. */
  readonly requires: readonly string[];
  /** What each extra requires. */
  readonly extras: Readonly<Record<string, readonly string[]>>;
  /** Importable top-level names. */
  readonly topLevel: readonly string[];
  /** Import roots and modules of an editable installation; empty otherwise. */
  readonly editable: EditableParts;
}

/** All distributions of some site-packages folders. */
export interface DistributionIndex {
  readonly byName: ReadonlyMap<string, Distribution>;
  /** Top-level import name -> distributions that own it; a namespace has several. */
  readonly owners: ReadonlyMap<string, readonly string[]>;
  /** Import roots and modules that `.pth` files and editable installations add. */
  readonly editable: EditableParts;
}

/** What is known of one site-packages folder; the form that is kept on disk. */
interface SiteContents {
  readonly stamp: string;
  readonly distributions: readonly Distribution[];
  /** Of `.pth` files that no distribution owns. */
  readonly editable: EditableParts;
}

/** Bumped when the form or the meaning of kept contents changes. */
const CONTENTS_VERSION = 1;

/** Extras that serve those who work on a distribution, not those who use it. */
const FOR_DEVELOPMENT =
  /^(?:tests?|testing|dev|devel|develop|development|docs?|documentation|lint|linting|typing|types?|mypy|all|build|ci|cover|coverage|check|release|benchmarks?|maintenance|examples?)(?:-|$)/;

const NOTHING: EditableParts = { roots: [], modules: {} };

/** Reads the metadata of installed distributions; `cacheFolder` keeps it between processes. */
export function installedDistributions(
  sitePackages: readonly string[],
  cacheFolder?: string,
): DistributionIndex {
  const contents = sitePackages.map((folder) =>
    siteContents(folder, cacheFolder),
  );
  const byName = new Map<string, Distribution>();
  const owners = new Map<string, string[]>();
  for (const distribution of contents.flatMap((site) => site.distributions)) {
    const { name } = distribution;
    if (byName.has(name)) continue;
    byName.set(name, distribution);
    for (const module of new Set([
      ...distribution.topLevel,
      ...Object.keys(distribution.editable.modules),
    ])) {
      const [top = module] = module.split('.');
      const names = owners.get(top) ?? [];
      if (!names.includes(name)) owners.set(top, [...names, name]);
    }
  }
  const editable = mergeEditable([
    ...contents.map((site) => site.editable),
    ...[...byName.values()].map((distribution) => distribution.editable),
  ]);
  return { byName, owners, editable };
}

/** Versions of the distributions that own the names, and of all that they require or use where it is installed. */
export function distributionsReachedBy(
  topLevelNames: Iterable<string>,
  index: DistributionIndex,
): Readonly<Record<string, string>> {
  const owners = [...topLevelNames].flatMap(
    (name) => index.owners.get(name) ?? [],
  );
  return distributionClosure(owners, index);
}

/**
 * Versions of the named distributions, of all that they require, and of what those use where it is installed: pandas
 * computes with numexpr and reads with pyarrow, which it names under extras only. What an optional distribution could
 * use itself is not followed.
 */
export function distributionClosure(
  names: Iterable<string>,
  index: DistributionIndex,
): Readonly<Record<string, string>> {
  const required = new Map<string, Distribution>();
  follow(names, index, required);
  const optional = [...required.values()].flatMap(({ extras }) =>
    Object.entries(extras).flatMap(([extra, requirements]) =>
      FOR_DEVELOPMENT.test(extra) ? [] : requirements,
    ),
  );
  const reached = new Map(required);
  follow(optional, index, reached);
  const versions = [...reached].map(
    ([name, { version }]) => [name, version] as const,
  );
  return Object.fromEntries(versions.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Adds what is installed of the requirements, and of all that it requires. */
function follow(
  requirements: Iterable<string>,
  index: DistributionIndex,
  found: Map<string, Distribution>,
): void {
  const seen = new Set<string>();
  const open = [...requirements];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const [name = '', extras = ''] = next.split(/[[\]]/);
    const distribution = index.byName.get(name);
    if (distribution === undefined) continue;
    found.set(name, distribution);
    open.push(...distribution.requires);
    for (const extra of extras.split(','))
      open.push(...(distribution.extras[extra] ?? []));
  }
}

/** Absolute import roots of all editable installations. */
export function editableRoots(index: DistributionIndex): readonly string[] {
  return index.editable.roots;
}

function siteContents(folder: string, cacheFolder?: string): SiteContents {
  const entries = listSite(folder);
  const stamp = stampOf(folder, entries);
  const file =
    cacheFolder === undefined
      ? undefined
      : path.join(cacheFolder, `site-${digest(folder).slice(0, 16)}.json`);
  const kept = file === undefined ? undefined : keptContents(file, stamp);
  if (kept !== undefined) return kept;
  const contents = readContents(folder, entries, stamp);
  if (file !== undefined) keepContents(file, contents);
  return contents;
}

function listSite(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    // A site-packages folder that does not exist holds nothing.
    return [];
  }
}

/** Changes when a distribution comes, goes or is replaced, and when a `.pth` file or finder is edited. */
function stampOf(folder: string, entries: readonly string[]): string {
  const times = entries
    .filter((name) =>
      /\.(?:dist-info|egg-info|egg-link|pth)$|^__editable__.*\.py$/.test(name),
    )
    .map((name) => {
      const stat = statSync(path.join(folder, name), {
        bigint: true,
        throwIfNoEntry: false,
      });
      return `${name} ${stat?.mtimeNs ?? ''} ${stat?.ctimeNs ?? ''}`;
    });
  return digest([CONTENTS_VERSION, folder, ...times].join('\n'));
}

function readContents(
  folder: string,
  entries: readonly string[],
  stamp: string,
): SiteContents {
  const infos = entries
    .filter((name) => /\.(?:dist|egg)-info$/.test(name))
    .flatMap((name) => readDistInfo(path.join(folder, name)) ?? []);
  const linked = entries
    .filter((name) => name.endsWith('.egg-link'))
    .flatMap((name) => readEggLink(path.join(folder, name)) ?? []);
  const owned = new Set(infos.flatMap((info) => info.editableFiles));
  const others = entries.filter(
    (name) => name.endsWith('.pth') && !owned.has(name),
  );
  return {
    stamp,
    distributions: [
      ...infos.map((info) => toDistribution(info, editableOf(info, folder))),
      ...linked,
    ],
    editable: mergeEditable(
      others.map((name) => readEditableFile(path.join(folder, name))),
    ),
  };
}

function toDistribution(info: DistInfo, editable: EditableParts): Distribution {
  const { name, version, requires, extras, topLevel } = info;
  return { name, version, requires, extras, topLevel, editable };
}

function editableOf(info: DistInfo, folder: string): EditableParts {
  const found = mergeEditable(
    info.editableFiles.map((name) => readEditableFile(path.join(folder, name))),
  );
  const isFound =
    found.roots.length > 0 || Object.keys(found.modules).length > 0;
  return isFound || info.project === undefined
    ? found
    : { roots: rootsOfProject(info.project), modules: {} };
}

/** `setup.py develop` of old: the link's first line is the folder with the project's `.egg-info`. */
function readEggLink(file: string): Distribution | undefined {
  const [root] = (readText(file) ?? '').split(/\r?\n/);
  if (root === undefined || root === '') return undefined;
  const name = path.basename(file, '.egg-link').replaceAll('-', '_');
  const info = readDistInfo(path.join(root, `${name}.egg-info`));
  return info && toDistribution(info, { ...NOTHING, roots: [root] });
}

function keptContents(file: string, stamp: string): SiteContents | undefined {
  try {
    const contents = JSON.parse(
      readText(file) ?? '{}',
    ) as Partial<SiteContents>;
    return contents.stamp === stamp ? (contents as SiteContents) : undefined;
  } catch {
    // A damaged cache file is read anew and replaced.
    return undefined;
  }
}

/** Whoever comes later replaces the whole file; failing to keep it only costs time. */
function keepContents(file: string, contents: SiteContents): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}`;
    writeFileSync(temporary, JSON.stringify(contents));
    renameSync(temporary, file);
  } catch {
    // A read-only or full disk: the next process reads the metadata again.
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
