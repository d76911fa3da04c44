/**
 * The command that Nx runs to notice another Python environment. An environment is seldom part of the workspace's
 * files, and Nx's daemon does not infer again when it changes, so inference can't answer: this is asked at each
 * run. It lists names like `pandas-2.2.3.dist-info`, which takes a few milliseconds. One command serves all tasks,
 * because Nx runs equal commands once. Pure.
 */
import { posix } from 'node:path';

/** Where environments may be. */
export interface EnvironmentQuery {
  /** Roots of all projects with pipelines, relative to the workspace. */
  readonly roots: readonly string[];
  /** Absolute site-packages folders of the interpreters that were found. */
  readonly sitePackages: readonly string[];
  /** The plugin's `python` option. */
  readonly python?: string;
  /** Folder of the spec files, relative to the workspace; without it every look-up is new. */
  readonly specFolder?: string;
}

/** Folder names that are taken for virtual environments, as the look-up of the interpreter does. */
const venvNames = ['.venv', 'venv'] as const;

/** What lies in a site-packages folder and names a distribution and its version. */
const metadataNames = ['*.dist-info', '*.egg-info', '*.egg-link', '*.pth'];

/** Linux takes an argument of 128 KiB. */
const maxCommandLength = 100_000;

/** A shell command whose output changes when packages are installed, removed or moved to another version. */
export function environmentCommand(
  query: EnvironmentQuery,
  platform: NodeJS.Platform = process.platform,
): string {
  return platform === 'win32' ? windowsCommand(query) : posixCommand(query);
}

function posixCommand(query: EnvironmentQuery): string {
  const { specFolder } = query;
  const guards = [
    // Always another output: these runs must not be answered from Nx's cache.
    'if [ -n "$NX_NOTEBOOK_FORCE" ]; then date +%s%N; fi',
    ...(specFolder === undefined
      ? []
      : [`if [ ! -d ${quote(specFolder)} ]; then date +%s%N; fi`]),
  ];
  const inside = venvFolders(query.roots).map(
    (folder) => `${quote(folder)}/lib/python*/site-packages`,
  );
  const outside = [
    '"$VIRTUAL_ENV"/lib/python*/site-packages',
    '"$CONDA_PREFIX"/lib/python*/site-packages',
    '"${NX_NOTEBOOK_PYTHON%/bin/*}"/lib/python*/site-packages',
    ...query.sitePackages.map(quote),
  ];
  const list = (folders: readonly string[]): string =>
    `for d in ${folders.join(' ')}; do [ -d "$d" ] && (cd "$d" && ls -d ${metadataNames.join(' ')}); done 2>/dev/null`;
  const command = [
    ...guards,
    'export LC_ALL=C',
    list([...inside, ...outside]),
    ':',
  ].join('; ');
  return command.length <= maxCommandLength
    ? command
    : [...guards, 'export LC_ALL=C', list(outside), ':'].join('; ');
}

/** Not tried yet: what `cmd.exe` needs. */
function windowsCommand(query: EnvironmentQuery): string {
  const folders = [
    ...venvFolders(query.roots).map((folder) => `${folder}/Lib/site-packages`),
    ...query.sitePackages,
  ].map((folder) => `"${folder.replaceAll('/', '\\')}\\*.dist-info"`);
  return `dir /b /ad ${folders.join(' ')} 2>nul & ver >nul`;
}

/** Every place between a pipeline and the workspace root where a virtual environment may be. */
function venvFolders(roots: readonly string[]): string[] {
  const folders = new Set<string>();
  for (const root of roots) {
    for (let folder = root; ; folder = posix.dirname(folder)) {
      for (const name of venvNames) folders.add(posix.join(folder, name));
      if (folder === '.') break;
    }
  }
  return [...folders].sort();
}

function quote(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
