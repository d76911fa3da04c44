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
import { provideTools, registerR } from './system-tools.mjs';
import { SetupFailed, announce, duration, say } from './terminal.mjs';
import { makeVenv, venvPython, venvToMake } from './venv.mjs';
import {
  buildServer,
  missingServer,
  publishServer,
  serverToBuild,
} from './versitygw.mjs';

/**
 * Does what is missing; throws {@link SetupFailed} with a message for the user.
 *
 * @param {{ needsServer?: boolean, needsTools?: boolean }} [options] Only who tests asks for the S3 server of the tests,
 *   which takes two minutes, and for R and PostgreSQL.
 * @returns {Promise<{ hasServer: boolean }>}
 */
export async function setup({ needsServer = false, needsTools = false } = {}) {
  const started = performance.now();
  const server = needsServer ? await serverToBuild() : undefined;
  if (server?.status === 'absent') sayMissing(server.why);
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
  // npm, pip and go don't know of each other: side by side they take as long as the slowest one.
  const serverReady = server === undefined ? undefined : makeServer(server);
  const installed = await Promise.allSettled([
    staleModules === undefined
      ? undefined
      : announce('node modules', staleModules, installModules),
    staleVenv === undefined || python === undefined
      ? undefined
      : announce('python', staleVenv, () => makeVenv(python)),
    serverReady,
    needsTools ? provideTools(process.env) : undefined,
  ]);
  const failed = installed.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  if (needsTools) registerR(venvPython);
  const staleBuild = buildToMake();
  if (staleBuild !== undefined) await announce('build', staleBuild, build);
  const took = duration(performance.now() - started);
  const isReady =
    (staleModules ?? staleVenv ?? staleBuild) === undefined &&
    server?.status !== 'build';
  say(isReady ? `Set-up: nothing to do (${took}).` : `Set-up: done (${took}).`);
  return { hasServer: (await serverReady) !== undefined };
}

/**
 * The path of the S3 server, built if it has to be; undefined when this machine can't have one.
 *
 * @param {import('./versitygw.mjs').ServerPlan} plan
 * @returns {Promise<string | undefined>}
 */
async function makeServer(plan) {
  const path = await madeServer(plan);
  publishServer(path);
  return path;
}

/** @param {import('./versitygw.mjs').ServerPlan} plan */
async function madeServer(plan) {
  if (plan.status === 'absent') return undefined;
  if (plan.status === 'ready') return plan.path;
  const { folder, why } = plan;
  try {
    let path;
    await announce('s3 server', why, async () => {
      path = await buildServer(folder);
      return 'versitygw built';
    });
    return path;
  } catch (error) {
    if (!(error instanceof SetupFailed)) throw error;
    sayMissing(error.message);
    return undefined;
  }
}

/** @param {string} why */
function sayMissing(why) {
  say(`  ${'s3 server'.padEnd(14)}${missingServer(why, process.env)}`);
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
