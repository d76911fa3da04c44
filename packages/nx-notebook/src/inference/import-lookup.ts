/**
 * The local modules that tasks reach, found by the same function that keys use. Looked up at every inference and not
 * cached: a new file may answer an import that another one answered before.
 */
import { isAbsolute, join, relative, sep } from 'node:path';
import {
  createImportResolver,
  findPython,
  type PythonFacts,
  type PythonInterpreter,
} from '@nx-notebook/python';
import type { Environment, Settings } from '../settings/settings.js';
import type { FactsFile } from './facts-file.js';
import { toSlashes } from './glob.js';
import type { PipelineModel } from './pipeline-model.js';
import type { LocalImports } from './project.js';

/** Imports of the pipelines of one inference. */
export interface ImportLookup {
  /** Finds the interpreters of pipelines; to be called before {@link ImportLookup.reach}. */
  lookUpPython(
    roots: readonly string[],
  ): Promise<{ readonly sitePackages: readonly string[] }>;
  /** What each task of the pipeline at a root reaches, by the task's name; nothing when that can't be found. */
  reach(
    root: string,
    pipeline: PipelineModel,
  ): Promise<ReadonlyMap<string, LocalImports> | undefined>;
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
  const { workspaceRoot, facts, env } = options;
  const resolve = createImportResolver({
    facts,
    cacheFolder: options.folder,
    env,
  });
  const interpreters = new Map<string, PythonInterpreter>();
  const reached = new Map<string, Promise<LocalImports>>();
  const missing = new Set<string>();

  const reachOnce = (
    root: string,
    facts: PythonFacts,
  ): Promise<LocalImports> => {
    const { imports, importsAnything, paths } = facts;
    const question = JSON.stringify([root, imports, importsAnything, paths]);
    const known = reached.get(question);
    if (known !== undefined) return known;
    const interpreter = interpreters.get(root);
    const answer = resolve({
      facts,
      folder: join(workspaceRoot, root),
      workspaceRoot,
      ...(interpreter === undefined ? {} : { interpreter }),
    }).then(({ files, absent }) => {
      for (const path of absent) missing.add(shownPath(path, workspaceRoot));
      return localImports(files, workspaceRoot);
    });
    reached.set(question, answer);
    return answer;
  };

  return {
    async lookUpPython(roots) {
      await Promise.all(
        roots.map(async (root) => {
          const found = await findInterpreter(root, options).catch(
            () => undefined,
          );
          if (found !== undefined) interpreters.set(root, found);
        }),
      );
      const folders = [...interpreters.values()].flatMap(
        ({ sitePackages }) => sitePackages,
      );
      return { sitePackages: [...new Set(folders)].sort() };
    },
    async reach(root, pipeline) {
      const entries = pipeline.tasks.map(
        async ({ name, facts }) =>
          [
            name,
            facts === undefined
              ? { files: [], leavesWorkspace: false }
              : await reachOnce(root, facts),
          ] as const,
      );
      // A bug of the look-up must not end every Nx command.
      return await Promise.all(entries).then(
        (all) => new Map(all),
        () => undefined,
      );
    },
    absent: () => [...missing].sort(),
  };
}

function shownPath(path: string, workspaceRoot: string): string {
  const inside = relative(workspaceRoot, path);
  return isOutside(inside) ? path : toSlashes(inside);
}

/** No interpreter is not inference's to report: local modules are found without one, and a run says what is missing. */
async function findInterpreter(
  root: string,
  { workspaceRoot, folder, env, settings }: ImportLookupOptions,
): Promise<PythonInterpreter | undefined> {
  const found = await findPython({
    workspaceRoot,
    folder: join(workspaceRoot, root),
    env,
    cacheFile: join(folder, 'nx-notebook-python.json'),
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
