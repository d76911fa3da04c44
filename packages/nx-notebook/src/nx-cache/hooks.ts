/**
 * What Nx calls before and after the tasks of a run. Light: everything behind it is loaded only where `nxCache` is on.
 * Nx needs both hooks: with the first alone it ends the plugin's worker before the run.
 */
import { isSet } from '../settings/settings.js';

/** What both hooks get of a run. */
export interface RunContext {
  readonly id: string;
  readonly workspaceRoot: string;
  readonly argv: readonly string[];
}

/** The runs that are being started in this process, one after the other. */
let starting: Promise<void> = Promise.resolve();

/** Starts the cache server of a run, where it is wanted. */
export function beforeTasks(
  options: unknown,
  context: RunContext,
): Promise<void> {
  // Taken at once: Nx notices what a run's hook writes into the object that stands here now, and for a second run of the
  // same daemon it stands there only until the first one is ready.
  const { env } = process;
  if (!isWanted(options, env)) return Promise.resolve();
  starting = starting.then(async () => {
    const { startRunCache } = await import('./run-cache.js');
    await startRunCache(options, context, env);
    // Nx hands over what was written before the next run may write.
    await new Promise((resolve) => setImmediate(resolve));
  });
  return starting;
}

/** Ends the cache server of a run, if there is one. */
export async function afterTasks(
  options: unknown,
  context: RunContext,
): Promise<void> {
  const { env } = process;
  if (!isWanted(options, env)) return;
  const { finishRunCache } = await import('./run-cache.js');
  await finishRunCache(context, env);
}

/** As `resolveSettings` would say, without reading the other options. */
function isWanted(options: unknown, env: NodeJS.ProcessEnv): boolean {
  const variable = env['NX_NOTEBOOK_NX_CACHE'] ?? '';
  if (variable !== '') return isSet(variable);
  return (
    typeof options === 'object' &&
    options !== null &&
    'nxCache' in options &&
    options.nxCache === true
  );
}
