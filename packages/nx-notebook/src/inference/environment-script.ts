/**
 * The script that Nx runs to notice another Python environment. An environment is seldom part of the workspace's files,
 * and Nx's daemon does not infer again when it changes, so inference can't answer: this is asked at each run. It lists
 * names like `pandas-2.2.3.dist-info`, which takes milliseconds. All tasks share one, since Nx runs equal commands once.
 * It also compares the variables that pipelines were loaded with: where the run has others, Nx's graph is of no use to it.
 */
import { createHash } from 'node:crypto';
import { join, posix, relative } from 'node:path';
import { venvNames } from '../python-folder.js';
import { overridePrefix } from '../settings/overrides.js';
import { readTextQuietly, writeFileQuietly } from './atomic-file.js';
import { toSlashes } from './glob.js';

/** Where environments may be. */
export interface EnvironmentQuery {
  /** Roots of all projects with pipelines, relative to the workspace. */
  readonly roots: readonly string[];
  /** Absolute site-packages folders of the interpreters that were found. */
  readonly sitePackages: readonly string[];
  /** Paths that were not there at inference, absolute or relative to the workspace; one that is means another graph. */
  readonly absent?: readonly string[];
  /** Folder of the spec files, relative to the workspace, where they are used. */
  readonly specFolder?: string;
  /** Values of env.yaml that pipelines were loaded with, by dotted key. */
  readonly overrides?: ReadonlyMap<string, string>;
  /** Environment variables that pipelines were loaded with. */
  readonly variables?: ReadonlyMap<string, string | undefined>;
}

/** What lies in a site-packages folder and names a distribution and its version. */
const metadataNames = '*.dist-info *.egg-info *.egg-link *.pth';

/** Configuration and start-up files of IPython, and kernels of the user. */
const kernelFiles = [
  '"${IPYTHONDIR:-$HOME/.ipython}"/profile_default/*.py',
  '"${IPYTHONDIR:-$HOME/.ipython}"/profile_default/*.json',
  '"${IPYTHONDIR:-$HOME/.ipython}"/profile_default/startup/*.*py',
  '"${JUPYTER_DATA_DIR:-$HOME/.local/share/jupyter}"/kernels/*/kernel.json',
  '"$HOME"/Library/Jupyter/kernels/*/kernel.json',
  '"$JUPYTER_PATH"/kernels/*/kernel.json',
  '/usr/local/share/jupyter/kernels/*/kernel.json',
  '/usr/share/jupyter/kernels/*/kernel.json',
].join(' ');

/** Prints something new each time: Nx then finds nothing in its cache. */
const never = 'date +%s%N';

/** Writes the script where it is not yet, and returns the command that runs it; both are the same for all tasks. */
export function environmentCommand(
  query: EnvironmentQuery,
  place: { readonly workspaceRoot: string; readonly dataFolder: string },
  platform: NodeJS.Platform = process.platform,
): string {
  const isWindows = platform === 'win32';
  const name = `nx-notebook-environment${expectation(query)}.${isWindows ? 'cmd' : 'sh'}`;
  const path = join(place.dataFolder, name);
  const script = isWindows ? windowsScript(query) : posixScript(query);
  const isThere =
    readTextQuietly(path) === script || writeFileQuietly(path, script);
  if (isWindows) return isThere ? `"${path}"` : 'echo %RANDOM%%TIME%';
  const shown = toSlashes(relative(place.workspaceRoot, path));
  // Without a script nothing is known of the environment, and any doubt is a miss.
  return isThere ? `sh ${quote(shown)} || ${never}` : never;
}

/** Graphs that were made with other variables have scripts of their own; none of them shows a value. */
function expectation({
  overrides = new Map(),
  variables = new Map(),
}: EnvironmentQuery): string {
  if (overrides.size === 0 && variables.size === 0) return '';
  const values = [...variables].map(([name, value]) => [name, value ?? null]);
  const text = JSON.stringify([[...overrides], values]);
  return `-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}

/** Prints something new when a variable is another one than the graph was made with. */
function compareVariables({
  overrides = new Map(),
  variables = new Map(),
}: EnvironmentQuery): string[] {
  const given = new Map(
    [...overrides].map(([key, value]) => [overrideName(key), value]),
  );
  const others = [
    `env | grep '^${overridePrefix}' |`,
    `  sed 's/=.*//' | while read -r name; do`,
    `    case " ${[...given.keys()].join(' ')} " in *" $name "*) ;; *) ${never} ;; esac`,
    '  done',
  ];
  return [
    ...others,
    ...[...given, ...variables].map(([name, value]) => {
      if (!/^[A-Za-z_]\w*$/.test(name)) return never;
      return value === undefined
        ? `[ -z "\${${name}+set}" ] || ${never}`
        : `[ "\${${name}-}" = ${quote(value)} ] && [ -n "\${${name}+set}" ] || ${never}`;
    }),
    // Printed as well, since it shows in the injected cell and is no part of the graph.
    '[ -z "$NX_NOTEBOOK_ABSOLUTE_PATHS" ] || echo "$NX_NOTEBOOK_ABSOLUTE_PATHS"',
  ];
}

function overrideName(key: string): string {
  return `${overridePrefix}${key.replaceAll('.', '__')}`;
}

/** What is run on Linux and macOS, at the root of the workspace. */
export function posixScript(query: EnvironmentQuery): string {
  const { specFolder, sitePackages, roots, absent = [] } = query;
  const inside = venvFolders(roots).map(
    (folder) => `${quote(folder)}/lib/python*/site-packages`,
  );
  const outside = [
    '"$VIRTUAL_ENV"/lib/python*/site-packages',
    '"$CONDA_PREFIX"/lib/python*/site-packages',
    '"${NX_NOTEBOOK_PYTHON%/bin/*}"/lib/python*/site-packages',
    ...sitePackages.map(quote),
  ];
  return [
    '# Written by nx-notebook. Prints what is installed for Python; another output is another hash of notebook tasks.',
    'export LC_ALL=C',
    `if [ -n "$NX_NOTEBOOK_FORCE" ]; then ${never}; fi`,
    ...compareVariables(query),
    ...(specFolder === undefined
      ? []
      : [`if [ ! -d ${quote(specFolder)} ]; then ${never}; fi`]),
    // What git ignores appears without a new inference.
    ...(absent.length === 0
      ? []
      : [
          'for path in \\',
          ...absent.map((path) => `  ${quote(path)} \\`),
          '; do',
          `  [ -e "$path" ] && ${never}`,
          'done',
        ]),
    // Kernels read all of these.
    '[ -z "$PYTHONPATH" ] || echo "$PYTHONPATH"',
    `cksum ${kernelFiles} 2>/dev/null | cut -d " " -f 1,2`,
    'for folder in \\',
    ...[...inside, ...outside].map((folder) => `  ${folder} \\`),
    '; do',
    '  [ -d "$folder" ] || continue',
    // `python3.11`, and for each kernel of the environment how it is started.
    '  version="${folder%/*}"; prefix="${version%/lib/*}"; echo "${version##*/}"',
    '  cksum "$prefix"/share/jupyter/kernels/*/kernel.json | cut -d " " -f 1,2',
    `  (cd "$folder" && ls -d ${metadataNames})`,
    'done 2>/dev/null',
    'exit 0',
    '',
  ].join('\n');
}

/** What `cmd.exe` needs; not tried on Windows yet. */
export function windowsScript({
  roots,
  sitePackages,
  variables = new Map(),
}: EnvironmentQuery): string {
  const folders = [
    ...venvFolders(roots).map((folder) => `${folder}/Lib/site-packages`),
    '%VIRTUAL_ENV%/Lib/site-packages',
    '%CONDA_PREFIX%/Lib/site-packages',
    ...sitePackages,
  ].map((folder) => folder.replaceAll('/', '\\'));
  return [
    '@echo off',
    'if not "%NX_NOTEBOOK_FORCE%"=="" echo %RANDOM%%TIME%',
    // Texts can hardly be compared here: with a value for one run nothing is taken from the cache.
    `set ${overridePrefix} >nul 2>nul && echo %RANDOM%%TIME%`,
    'echo %NX_NOTEBOOK_ABSOLUTE_PATHS%.',
    ...[...variables].map(([name, value]) => windowsComparison(name, value)),
    ...folders.map((folder) => `dir /b /ad "${folder}\\*.dist-info" 2>nul`),
    'exit /b 0',
    '',
  ].join('\r\n');
}

/** Characters that `cmd.exe` could read in another way count as a difference. */
function windowsComparison(name: string, value: string | undefined): string {
  const changed = 'echo %RANDOM%%TIME%';
  if (value === undefined) return `if defined ${name} ${changed}`;
  const isPlain = /^[\w .:\\/@+-]*$/.test(value) && /^\w+$/.test(name);
  return isPlain ? `if not "%${name}%"=="${value}" ${changed}` : changed;
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
