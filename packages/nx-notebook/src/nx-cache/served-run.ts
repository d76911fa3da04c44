/**
 * The cache of one run, behind its server: opened from the settings, and ended when the run is over.
 */
import { keepSummary } from './last-summary.js';
import type { NxCache } from './nx-cache.js';
import { configureCaches, openCaches } from './open-cache.js';
import type {
  FinishAnswer,
  FinishRequest,
  RunServerConfig,
} from './run-server-protocol.js';
import { withTimeOuts } from './summary.js';
import { workspaceName } from './workspace-name.js';

/** After Ctrl-C people wait for nothing; an upload that is nearly done may end. */
const INTERRUPTED_WAIT_MS = 1_000;
/** Nx gives up a hook after ten minutes, and fails the run. */
const LONGEST_WAIT_MS = 540_000;
/** Uploads that nobody waits for any more get so long. */
const LEFT_ALONE_MS = 30_000;

/** What a server serves until the run is over. */
export interface ServedRun {
  /** Nothing, when the settings forbid it. */
  readonly cache: NxCache | undefined;
  /** Waits for uploads and sums up. */
  finish(how: FinishRequest): Promise<FinishAnswer>;
  /** Gives what is left a moment. */
  endAlone(): Promise<void>;
}

/** Opens it. What is wrong with the settings is the answer at the end. */
export async function openServedRun(
  { pluginOptions, workspaceRoot }: RunServerConfig,
  env: NodeJS.ProcessEnv,
): Promise<ServedRun> {
  const configured = await configureCaches(pluginOptions, env);
  if (!configured.ok) return nothingServed(configured.error);
  const { uploadWaitMs } = configured.value.sharing;
  const caches = openCaches({ ...configured.value, env, workspaceRoot });
  const cache = caches(await workspaceName(workspaceRoot));
  return {
    cache,
    finish: async ({ wasInterrupted }) => {
      await cache.settle(
        wasInterrupted
          ? INTERRUPTED_WAIT_MS
          : Math.min(uploadWaitMs, LONGEST_WAIT_MS),
      );
      const summary = withTimeOuts(cache.summary, cache.pending);
      await keepSummary(summary, workspaceRoot, env);
      return { status: 'served', summary };
    },
    endAlone: async () => {
      await cache.finish(LEFT_ALONE_MS);
    },
  };
}

function nothingServed(problem: string): ServedRun {
  const message = `The cache of Nx is not shared. ${problem}`;
  return {
    cache: undefined,
    finish: () => Promise.resolve({ status: 'off', message }),
    endAlone: () => Promise.resolve(),
  };
}
