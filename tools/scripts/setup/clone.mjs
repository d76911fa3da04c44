/**
 * Makes a fresh clone ready: node modules from the lock, `.venv` from the hash-locked requirements, the compiled
 * packages. Each part says for itself whether there is anything to do, so running it again costs nothing. Needs
 * nothing but Node itself.
 */
import { build, buildToMake } from './build.mjs';
import { installModules, modulesToInstall } from './node-modules.mjs';
import {
  gitNeed,
  needsMessage,
  nodeNeed,
  pythonNeed,
  systemFamily,
} from './needs.mjs';
import { choose, probeAll } from './python.mjs';
import { SetupFailed, announce, duration, say } from './terminal.mjs';
import { makeVenv, venvToMake } from './venv.mjs';

/** Does what is missing; throws {@link SetupFailed} with a message for the user. */
export async function setup() {
  const started = performance.now();
  const staleModules = modulesToInstall();
  const staleVenv = venvToMake();
  const probes = staleVenv === undefined ? [] : await probeAll(process.env);
  const needs = [
    nodeNeed(process.versions.node),
    gitNeed(process.env),
    staleVenv === undefined
      ? undefined
      : pythonNeed(probes, process.env['PYTHON']),
  ].filter((need) => need !== undefined);
  if (needs.length > 0)
    throw new SetupFailed(needsMessage(needs, systemFamily()));

  const python = choose(probes);
  // npm and pip don't know of each other: side by side they take as long as the slower one.
  const installed = await Promise.allSettled([
    staleModules === undefined
      ? undefined
      : announce('node modules', staleModules, installModules),
    staleVenv === undefined || python === undefined
      ? undefined
      : announce('python', staleVenv, () => makeVenv(python)),
  ]);
  const failed = installed.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  const staleBuild = buildToMake();
  if (staleBuild !== undefined) await announce('build', staleBuild, build);
  const took = duration(performance.now() - started);
  const isReady = (staleModules ?? staleVenv ?? staleBuild) === undefined;
  say(isReady ? `Set-up: nothing to do (${took}).` : `Set-up: done (${took}).`);
}

/**
 * Runs a script's main function; a failure that the user can mend is printed without a stack trace.
 *
 * @param {() => Promise<number>} main Returns the exit code.
 */
export async function runScript(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof SetupFailed)) throw error;
    say(`\n${error.message}`);
    process.exitCode = 1;
  }
}
