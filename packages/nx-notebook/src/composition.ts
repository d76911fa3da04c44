/**
 * The one place of this package where concrete parts are wired: store, run records, digests, imports, Python, kernels.
 * Everything else sees interfaces.
 */
import { join, resolve } from 'node:path';
import {
  openRecordBook,
  recordsFolder,
  stateFolder,
  type EngineParts,
  type Reporter,
} from '@nx-notebook/engine';
import { createKernelHost } from '@nx-notebook/kernel';
import {
  createImportResolver,
  findPython,
  kernelSetup,
  type FactsCache,
  type PythonLookup,
} from '@nx-notebook/python';
import {
  defaultStoreRoot,
  digestProduct,
  openDiskStore,
  openStatCache,
} from '@nx-notebook/store';
import { dataFolder } from './data-folder.js';
import { createKernelRunner, type LimitsOf } from './kernel-runner.js';
import type { Environment, Settings } from './settings/settings.js';

/** What parts are made of. */
export interface CompositionOptions {
  readonly workspaceRoot: string;
  readonly settings: Settings;
  readonly env: Environment;
  readonly reporter: Reporter;
  readonly facts: FactsCache;
  /** Time limits of a task. */
  readonly limits: LimitsOf;
}

/** The parts of one build. */
export interface EngineComposition {
  readonly parts: EngineParts;
  /** Ends kernels and writes caches back; resolves in any case. */
  readonly dispose: () => Promise<void>;
}

/** Wires the parts; nothing is started or read before it is needed. */
export function composeEngine(options: CompositionOptions): EngineComposition {
  const { workspaceRoot, settings, env, reporter, facts } = options;
  const folder = dataFolder(workspaceRoot, env);
  const stats = openStatCache(join(stateFolder(workspaceRoot), 'stats.json'));
  const store = openDiskStore({
    root:
      settings.localStore === undefined
        ? defaultStoreRoot(env, process.platform)
        : resolve(workspaceRoot, settings.localStore),
    ...(settings.localStoreMaxBytes === undefined
      ? {}
      : { maxSizeBytes: settings.localStoreMaxBytes }),
    onWarning: (message) => reporter.handle({ type: 'warning', message }),
  });
  const python = rememberByFolder((pipelineFolder) =>
    findPython({
      workspaceRoot,
      folder: pipelineFolder,
      env,
      cacheFile: join(folder, 'nx-notebook-python.json'),
      ...(settings.python === undefined ? {} : { configured: settings.python }),
    }),
  );
  const runner = createKernelRunner({
    workspaceRoot,
    python,
    limits: options.limits,
    openHost: (interpreter) =>
      createKernelHost({
        python: interpreter,
        workspaceRoot,
        ...(settings.maxCellOutputBytes === undefined
          ? {}
          : { maxCellOutputBytes: settings.maxCellOutputBytes }),
      }),
  });
  return {
    parts: {
      workspaceRoot,
      store,
      records: openRecordBook(recordsFolder(workspaceRoot)),
      runner: () => Promise.resolve(runner),
      reporter,
      python,
      digest: (product) =>
        digestProduct(product.name, product.path, { statCache: stats }),
      imports: createImportResolver({ facts, cacheFolder: folder, env }),
      kernelSetup: (kernel) => kernelSetup({ ...kernel, env }),
    },
    dispose: async () => {
      await Promise.all([runner.dispose(), stats.persist()]);
    },
  };
}

/** Asks once for each folder. */
function rememberByFolder(
  look: (folder: string) => Promise<PythonLookup>,
): (folder: string) => Promise<PythonLookup> {
  const known = new Map<string, Promise<PythonLookup>>();
  return (folder) => {
    const lookup = known.get(folder) ?? look(folder);
    known.set(folder, lookup);
    return lookup;
  };
}
