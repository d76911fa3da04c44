/**
 * The local modules that tasks reach, found by the same function that keys use. Looked up at every inference and not
 * cached: a new file may answer an import that another one answered before.
 */
import { isAbsolute, join, relative, sep } from 'node:path';
import type { PythonSource } from '@nx-notebook/pipeline';
import {
  createImportResolver,
  findPython,
  type PythonInterpreter,
} from '@nx-notebook/python';
import { pythonFolder } from '../python-folder.js';
import type { Environment, Settings } from '../settings/settings.js';
import type { FactsFile } from './facts-file.js';
import { toSlashes } from './glob.js';
import {
  tasksOf,
  type ConfiguredTask,
  type PipelineSet,
} from './pipeline-set.js';
import type { LocalImports } from './project.js';

/** What the Python of a task reaches, by its pipeline and name. */
export type Reached = (
  set: PipelineSet,
  task: string,
) => LocalImports | undefined;

/** Imports of the pipelines of one inference. */
export interface ImportLookup {
  /** Finds the interpreters of pipelines; to be called before {@link ImportLookup.reach}. */
  lookUpPython(
    roots: readonly string[],
  ): Promise<{ readonly sitePackages: readonly string[] }>;
  /** What the tasks of the pipelines at a root reach under all configurations; nothing when that can't be found. */
  reach(root: string, sets: readonly PipelineSet[]): Promise<Reached>;
  /** Paths that are not there and would be reached, of all pipelines so far; relative to the workspace where inside. */
  absent(): readonly string[];
}

/** What looking up imports needs. */
export interface ImportLookupOptions {
  readonly workspaceRoot: string;
  /** Absolute folder for caches. */
  readonly folder: string;
  readonly facts: FactsFile;
  readonly env: Environment;
  readonly settings: Settings;
}

/** Opens the look-up. */
export function openImportLookup(options: ImportLookupOptions): ImportLookup {
  const { workspaceRoot } = options;
  const interpreters = new Map<string, PythonInterpreter>();
  const missing = new Set<string>();
  const reachOnce = rememberReached(options, { interpreters, missing });

  const reachTask = async (
    root: string,
    { variants }: ConfiguredTask,
  ): Promise<LocalImports> => {
    const sources = variants.flatMap(({ task }) => task.python);
    const all = await Promise.all(
      sources.map((source) => reachOnce(root, source)),
    );
    return {
      files: [...new Set(all.flatMap(({ files }) => files))].sort(),
      leavesWorkspace: all.some(({ leavesWorkspace }) => leavesWorkspace),
    };
  };

  return {
    async lookUpPython(roots) {
      const asked = new Map<string, ReturnType<typeof findInterpreter>>();
      await Promise.all(
        roots.map(async (root) => {
          const folder = pythonFolder(join(workspaceRoot, root), workspaceRoot);
          const asking =
            asked.get(folder) ??
            findInterpreter(folder, options).catch(() => undefined);
          asked.set(folder, asking);
          const found = await asking;
          if (found !== undefined) interpreters.set(root, found);
        }),
      );
      const folders = [...interpreters.values()].flatMap(
        ({ sitePackages }) => sitePackages,
      );
      return { sitePackages: [...new Set(folders)].sort() };
    },
    async reach(root, sets) {
      const found = new Map<PipelineSet, ReadonlyMap<string, LocalImports>>();
      const reachSet = async (set: PipelineSet): Promise<void> => {
        const tasks = tasksOf(set).map(
          async (task) => [task.name, await reachTask(root, task)] as const,
        );
        found.set(set, new Map(await Promise.all(tasks)));
      };
      // A bug of the look-up must not end every Nx command.
      return await Promise.all(sets.map(reachSet)).then(
        () => (set, task) => found.get(set)?.get(task),
        () => () => undefined,
      );
    },
    absent: () =>
      [...missing].map((path) => shownPath(path, workspaceRoot)).sort(),
  };
}

/** Follows the imports of each Python text once. */
function rememberReached(
  {
    workspaceRoot,
    folder: cacheFolder,
    facts: cache,
    env,
  }: ImportLookupOptions,
  {
    interpreters,
    missing,
  }: {
    readonly interpreters: ReadonlyMap<string, PythonInterpreter>;
    readonly missing: Set<string>;
  },
): (root: string, source: PythonSource) => Promise<LocalImports> {
  const resolve = createImportResolver({ facts: cache, cacheFolder, env });
  const reached = new Map<string, Promise<LocalImports>>();
  return (root, source) => {
    const { facts, file, folder, roots } = source;
    const { imports, importsAnything, paths } = facts;
    const question = JSON.stringify([
      ...[root, file, folder, roots],
      ...[imports, importsAnything, paths],
    ]);
    const known = reached.get(question);
    if (known !== undefined) return known;
    const interpreter = interpreters.get(root);
    const answer = resolve({
      ...source,
      workspaceRoot,
      ...(interpreter === undefined ? {} : { interpreter }),
    }).then(({ files, absent }) => {
      for (const path of absent) missing.add(path);
      return localImports(files, workspaceRoot);
    });
    reached.set(question, answer);
    return answer;
  };
}

function shownPath(path: string, workspaceRoot: string): string {
  const inside = relative(workspaceRoot, path);
  return isOutside(inside) ? path : toSlashes(inside);
}

/** No interpreter is not inference's to report: local modules are found without one, and a run says what is missing. */
async function findInterpreter(
  folder: string,
  { workspaceRoot, env, settings, ...options }: ImportLookupOptions,
): Promise<PythonInterpreter | undefined> {
  const found = await findPython({
    workspaceRoot,
    folder,
    env,
    cacheFile: join(options.folder, 'nx-notebook-python.json'),
    ...(settings.python === undefined ? {} : { configured: settings.python }),
  });
  return found.ok ? found.interpreter : undefined;
}

function localImports(
  files: readonly string[],
  workspaceRoot: string,
): LocalImports {
  const paths = files.map((file) => relative(workspaceRoot, file));
  return {
    files: paths.filter((path) => !isOutside(path)).map(toSlashes),
    leavesWorkspace: paths.some(isOutside),
  };
}

function isOutside(path: string): boolean {
  return path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path);
}
