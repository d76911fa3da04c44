/**
 * The one place of this package where concrete parts are wired: store, run records, digests, imports, Python, kernels.
 * Everything else sees interfaces.
 */
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import {
  describeRun,
  openRecordBook,
  recordsFolder,
  stateFolder,
  type EngineParts,
  type Reporter,
} from '@nx-notebook/engine';
import { createKernelHost } from '@nx-notebook/kernel';
import {
  createImportResolver,
  kernelSetup,
  type FactsCache,
} from '@nx-notebook/python';
import {
  digestProduct,
  labelOfAddress,
  openDiskStore,
  openRemoteStore,
  openSharedStore,
  openStatCache,
  type DiskStore,
  type SharedStore,
} from '@nx-notebook/store';
import { dataFolder } from './data-folder.js';
import {
  createKernelRunner,
  createStampReader,
  type KernelRunner,
  type LimitsOf,
} from '@nx-notebook/runner';
import { localStoreFolder } from './local-store-folder.js';
import { pluginVersion } from './plugin-version.js';
import { createPythonLookup } from './python-lookup.js';
import type { Environment, Settings } from './settings/settings.js';
import { scopeName, type Sharing } from './settings/sharing.js';

/** What parts are made of. */
export interface CompositionOptions {
  readonly workspaceRoot: string;
  readonly settings: Settings;
  readonly env: Environment;
  readonly reporter: Reporter;
  readonly facts: FactsCache;
  /** Time limits of a task. */
  readonly limits: LimitsOf;
  /** Absent: results stay on this machine. */
  readonly sharing?: Sharing;
  /** Aborts when the run is cancelled. */
  readonly signal: AbortSignal;
}

/** The parts of one build. */
export interface EngineComposition {
  readonly parts: EngineParts;
  readonly callHook: KernelRunner['callHook'];
  /** Ends kernels and writes caches back; resolves in any case. */
  readonly dispose: () => Promise<void>;
}

/** Wires the parts; nothing is started or read before it is needed. */
export function composeEngine(options: CompositionOptions): EngineComposition {
  const { workspaceRoot, settings, env, reporter, facts, sharing } = options;
  const folder = dataFolder(workspaceRoot, env);
  const stats = openStatCache(join(stateFolder(workspaceRoot), 'stats.json'));
  const python = createPythonLookup(options);
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
  const stamps = createStampReader({ python });
  return {
    parts: {
      workspaceRoot,
      store: openStore(options),
      ...(sharing === undefined ? {} : whoShares(sharing, env)),
      records: openRecordBook(recordsFolder(workspaceRoot)),
      runner: () => Promise.resolve(runner),
      reporter,
      python,
      digest: (product) =>
        digestProduct(product.name, product.path, { statCache: stats }),
      imports: createImportResolver({ facts, cacheFolder: folder, env }),
      kernelSetup: (kernel) => kernelSetup({ ...kernel, env }),
      relation: stamps.ask,
    },
    callHook: (...call) => runner.callHook(...call),
    dispose: async () => {
      stamps.dispose();
      await Promise.all([runner.dispose(), stats.persist()]);
    },
  };
}

function openStore(options: CompositionOptions): DiskStore | SharedStore {
  const { sharing, signal } = options;
  const local = openLocalStore(options);
  if (sharing === undefined) return local;
  const { remote, access } = sharing;
  return openSharedStore({
    local,
    label: labelOfAddress(remote.address),
    openRemote: () => openRemoteStore(remote),
    access,
    signal,
    ...(sharing.isAccessGiven ? {} : { howToShare }),
  });
}

const howToShare =
  'To give results to the team, set NX_NOTEBOOK_STORE_SCOPE to "trusted" in CI of protected branches, or to a name of its own elsewhere; NX_NOTEBOOK_STORE_ACCESS=read says that this is not wanted.';

function openLocalStore(options: CompositionOptions): DiskStore {
  const { settings, reporter, sharing } = options;
  return openDiskStore({
    root: localStoreFolder({ ...options, scope: sharing?.remote.scope }),
    ...(settings.localStoreMaxBytes === undefined
      ? {}
      : { maxSizeBytes: settings.localStoreMaxBytes }),
    onWarning: (message) => reporter.handle({ type: 'warning', message }),
  });
}

function whoShares(
  { remote: { scope } }: Sharing,
  env: Environment,
): Pick<EngineParts, 'provenance' | 'scope'> {
  const local = { user: userName(env), host: hostname() };
  return {
    provenance: {
      ...describeRun(env, local),
      versions: { 'nx-notebook': pluginVersion, node: process.version },
    },
    ...(scope === undefined ? {} : { scope: scopeName(scope) }),
  };
}

/** A container's user may have no name. */
function userName(env: Environment): string {
  try {
    return userInfo().username;
  } catch {
    return env['USER'] ?? env['USERNAME'] ?? 'unknown';
  }
}
